import { ActionIcon, Menu } from '@mantine/core';
import { IconKey, IconLogout, IconUser } from '../parts/icons';

import { navigate } from './router';
import { useAccount, useSession } from './session';

export function UserMenu() {
  const { me, signOut } = useSession();
  const { at } = useAccount();
  if (!me) return null;
  return (
    <Menu position="bottom-end" width={240}>
      <Menu.Target>
        <ActionIcon variant="subtle" color="gray" size={40} aria-label={`Signed in as ${me.user}`}>
          <IconUser size={20} aria-hidden />
        </ActionIcon>
      </Menu.Target>
      <Menu.Dropdown>
        <Menu.Label>Signed in as {me.user}</Menu.Label>
        <Menu.Item
          leftSection={<IconKey size={18} aria-hidden />}
          onClick={() => navigate(at('/settings/own'))}
        >
          Password and second factor
        </Menu.Item>
        <Menu.Item leftSection={<IconLogout size={18} aria-hidden />} onClick={() => void signOut()}>
          Sign out
        </Menu.Item>
      </Menu.Dropdown>
    </Menu>
  );
}
