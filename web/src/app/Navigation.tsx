import { Stack, Text } from '@mantine/core';
import {
  IconChecklist,
  IconFileCertificate,
  IconHistory,
  IconLayoutDashboard,
  IconLock,
  IconMail,
  IconReport,
  IconSettings,
  IconWorld,
  type Icon,
} from '../parts/icons';

import { RouterLink, usePath } from './router';
import { useAccount, useMe } from './session';

interface Entry {
  page: string;
  name: string;
  icon: Icon;
  /** Other addresses that belong to it. */
  also?: string;
}

const groups: { name: string; entries: Entry[] }[] = [
  {
    name: 'Set up',
    entries: [
      { page: '/tasks', name: 'Tasks', icon: IconChecklist },
      { page: '/publish', name: 'What to publish', icon: IconWorld },
    ],
  },
  {
    name: 'Watch',
    entries: [
      { page: '/overview', name: 'Overview', icon: IconLayoutDashboard },
      { page: '/policies', name: 'Policies', icon: IconLock, also: '/partners' },
      { page: '/queue', name: 'Queue', icon: IconMail, also: '/messages' },
      { page: '/evidence', name: 'Evidence', icon: IconFileCertificate },
      { page: '/reports', name: 'TLS reports', icon: IconReport },
    ],
  },
  {
    name: 'Administer',
    entries: [
      { page: '/audit', name: 'Audit log', icon: IconHistory },
      { page: '/settings', name: 'Settings', icon: IconSettings },
    ],
  },
];

export function Navigation() {
  const { at } = useAccount();
  const path = usePath();
  const { hostname, version } = useMe();
  const isUnder = (page: string | undefined) =>
    page !== undefined && (path === at(page) || path.startsWith(`${at(page)}/`));
  return (
    <Stack component="nav" aria-label="Pages" gap="md" h="100%">
      {groups.map(({ name, entries }) => (
        <div key={name}>
          <Text size="xs" fw={600} c="dimmed" px={12} pb={4} id={`group-${name}`}>
            {name}
          </Text>
          <ul className="plain-list" aria-labelledby={`group-${name}`}>
            {entries.map(({ page, name: label, icon: Icon, also }) => (
              <li key={page}>
                <RouterLink
                  className="navlink"
                  href={at(page)}
                  aria-current={isUnder(page) || isUnder(also) ? 'page' : undefined}
                >
                  <Icon size={20} stroke={1.8} aria-hidden />
                  {label}
                </RouterLink>
              </li>
            ))}
          </ul>
        </div>
      ))}
      <Text size="xs" c="dimmed" px={12} mt="auto">
        {hostname}
        <br />
        Postern {version}
      </Text>
    </Stack>
  );
}
