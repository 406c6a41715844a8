// TLS reports (RFC 8460): those of others about our domains, and what became of ours.
import { Group } from '@mantine/core';

import { mayIn } from '../../app/roles';
import { Redirect, RouterLink, useParameters } from '../../app/router';
import { useAccount, useMe } from '../../app/session';
import { Page } from '../../parts/Page';
import { Received } from './Received';
import { Sent } from './Sent';

const parts = [
  { name: undefined, at: '/reports', title: 'Received' },
  { name: 'sent', at: '/reports/sent', title: 'Sent by us' },
];

export default function Reports() {
  const { part } = useParameters();
  const { at } = useAccount();
  const { grants } = useMe();
  // What the gateway sends covers all accounts, so only who may see them all sees it.
  const seesSent = mayIn(grants, '*', 'administrator');
  if (part !== undefined && !(part === 'sent' && seesSent)) return <Redirect to={at('/reports')} />;
  return (
    <Page
      title="TLS reports"
      lead="How others fared when they sent mail to your domains, as they report it. A report is what its sender claims: a hint where to look, no proof."
    >
      {seesSent && (
        <Group component="nav" aria-label="TLS reports" gap={4}>
          {parts.map(({ name, at: path, title }) => (
            <RouterLink
              key={path}
              className="navlink"
              href={at(path)}
              aria-current={name === part ? 'page' : undefined}
            >
              {title}
            </RouterLink>
          ))}
        </Group>
      )}
      {part === 'sent' ? <Sent /> : <Received />}
    </Page>
  );
}
