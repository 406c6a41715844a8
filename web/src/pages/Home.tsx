// Where the application opens: an account's tasks until they are done, then its overview.
import { Container } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';

import * as api from '../api/generated';
import { useAccounts } from '../app/AccountMenu';
import { Redirect, useParameters } from '../app/router';
import { lastAccount, useSession } from '../app/session';
import { Loaded } from '../parts/Loaded';
import { Note } from '../parts/Note';

function AccountHome({ account }: { account: string }) {
  const tasks = useQuery({ queryKey: ['a', account, 'tasks'], queryFn: () => api.listTasks({ account }) });
  return (
    <Loaded query={tasks}>
      {({ done, total }) => (
        <Redirect to={`/a/${encodeURIComponent(account)}/${done < total ? 'tasks' : 'overview'}`} />
      )}
    </Loaded>
  );
}

function FirstAccount() {
  const { me } = useSession();
  const accounts = useAccounts();
  return (
    <Container size="sm" py="xl" component="main">
      <Loaded query={accounts}>
        {({ items }) => {
          const remembered = localStorage.getItem(lastAccount);
          const account = items.find(({ name }) => name === remembered) ?? items[0];
          if (!account) {
            return (
              <Note tone="info" title="No account yet">
                {me?.user} may not see any account. Ask an administrator for a role in one.
              </Note>
            );
          }
          return <Redirect to={`/a/${encodeURIComponent(account.name)}`} />;
        }}
      </Loaded>
    </Container>
  );
}

export default function Home() {
  const { account } = useParameters();
  return account === undefined ? <FirstAccount /> : <AccountHome account={account} />;
}
