import { ActionIcon, Menu, useMantineColorScheme, type MantineColorScheme } from '@mantine/core';
import { IconCheck, IconDeviceDesktop, IconMoon, IconSun } from '../parts/icons';

const choices = [
  { scheme: 'auto', name: 'As the system', icon: IconDeviceDesktop },
  { scheme: 'light', name: 'Light', icon: IconSun },
  { scheme: 'dark', name: 'Dark', icon: IconMoon },
] satisfies { scheme: MantineColorScheme; name: string; icon: unknown }[];

export function SchemeMenu() {
  const { colorScheme, setColorScheme } = useMantineColorScheme();
  const now = choices.find(({ scheme }) => scheme === colorScheme) ?? choices[0];
  if (!now) return null;
  return (
    <Menu position="bottom-end" width={200}>
      <Menu.Target>
        <ActionIcon variant="subtle" color="gray" size={40} aria-label={`Colours: ${now.name}`}>
          <now.icon size={20} aria-hidden />
        </ActionIcon>
      </Menu.Target>
      <Menu.Dropdown>
        {choices.map(({ scheme, name, icon: Icon }) => (
          <Menu.Item
            key={scheme}
            leftSection={<Icon size={18} aria-hidden />}
            rightSection={scheme === now.scheme ? <IconCheck size={18} aria-label="chosen" /> : null}
            onClick={() => setColorScheme(scheme)}
          >
            {name}
          </Menu.Item>
        ))}
      </Menu.Dropdown>
    </Menu>
  );
}
