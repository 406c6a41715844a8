// Which account is in sight, and the others that the session may see.
import { Button, Menu, Text } from '@mantine/core';
import { IconChevronDown } from '../parts/icons';
import { useQuery } from '@tanstack/react-query';

import * as api from '../api/generated';
import { navigate } from './router';
import { useAccount } from './session';

export function useAccounts() {
  return useQuery({ queryKey: ['accounts'], queryFn: api.listAccounts });
}

/** The page in sight, as another account has it, too: its list, not one of its objects. */
function inAccount(name: string): string {
  const [, , , page = ''] = window.location.pathname.split('/');
  return `/a/${encodeURIComponent(name)}/${page}`;
}

export function AccountMenu() {
  const { account } = useAccount();
  const accounts = useAccounts().data?.items ?? [];
  const title = accounts.find(({ name }) => name === account)?.title || account;
  if (accounts.length < 2) {
    return (
      <Text c="dimmed" truncate span>
        {title}
      </Text>
    );
  }
  return (
    <Menu position="bottom-start" width={260} returnFocus>
      <Menu.Target>
        <Button
          variant="default"
          size="sm"
          rightSection={<IconChevronDown size={16} aria-hidden />}
          aria-label={`Account ${title}, choose another`}
          style={{ minWidth: 0 }}
        >
          {title}
        </Button>
      </Menu.Target>
      <Menu.Dropdown mah={400} style={{ overflow: 'auto' }}>
        <Menu.Label>Accounts</Menu.Label>
        {accounts.map(({ name, title: words }) => (
          <Menu.Item
            key={name}
            onClick={() => navigate(inAccount(name))}
            aria-current={name === account ? 'true' : undefined}
            fw={name === account ? 650 : undefined}
          >
            {words || name}
            <Text size="xs" c="dimmed">
              {name}
            </Text>
          </Menu.Item>
        ))}
      </Menu.Dropdown>
    </Menu>
  );
}
