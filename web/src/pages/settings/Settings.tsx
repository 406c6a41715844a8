// Users, tokens, external routes, certificates, the account, and one's own password and second factor.
import { Group } from '@mantine/core';

import { Redirect, RouterLink, useParameters } from '../../app/router';
import { useAccount, useMe } from '../../app/session';
import { Page } from '../../parts/Page';
import { AccountSettings } from './AccountSettings';
import { Certificates } from './Certificates';
import { ExternalRoutes } from './ExternalRoutes';
import { Own } from './Own';
import { Tokens } from './Tokens';
import { Users } from './Users';

const parts = [
  { name: 'own', title: 'You', body: <Own /> },
  { name: 'users', title: 'Users', body: <Users />, administrators: true },
  { name: 'tokens', title: 'Tokens', body: <Tokens /> },
  { name: 'account', title: 'Account', body: <AccountSettings /> },
  { name: 'routes', title: 'External routes', body: <ExternalRoutes /> },
  { name: 'certificates', title: 'Certificates', body: <Certificates /> },
];

export default function Settings() {
  const { part } = useParameters();
  const { at } = useAccount();
  const { grants } = useMe();
  const isAdministrator = grants.some(({ role }) => role === 'administrator');
  const shown = parts.filter(({ administrators }) => !administrators || isAdministrator);
  const now = shown.find(({ name }) => name === part);
  if (!now) return <Redirect to={at('/settings/own')} />;
  return (
    <Page title="Settings" width={960}>
      <Group component="nav" aria-label="Settings" gap={4}>
        {shown.map(({ name, title }) => (
          <RouterLink
            key={name}
            className="navlink"
            href={at(`/settings/${name}`)}
            aria-current={name === now.name ? 'page' : undefined}
          >
            {title}
          </RouterLink>
        ))}
      </Group>
      {now.body}
    </Page>
  );
}
