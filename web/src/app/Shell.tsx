// What surrounds every page of an account: the head with account, connection and own menu; the
// navigation; and the skip link before all of it.
import { AppShell, Burger, Group, Text } from '@mantine/core';
import { useDisclosure } from '@mantine/hooks';
import { useEffect, type ReactNode } from 'react';

import { useLiveState } from '../live/live';
import { Status } from '../parts/Status';
import { AccountMenu } from './AccountMenu';
import { Logo } from './Logo';
import { Navigation } from './Navigation';
import { RouterLink, usePath } from './router';
import { SchemeMenu } from './SchemeMenu';
import { useAccount } from './session';
import { UserMenu } from './UserMenu';

function Connection() {
  const state = useLiveState();
  return (
    <div role="status">
      {state === 'lost' && (
        <Status tone="warn" size={20}>
          {/* On a phone the icon alone, with the words for readers. */}
          <Text span inherit visibleFrom="sm" aria-hidden>
            Connection lost, trying again
          </Text>
          <span className="hidden-text">Connection to the gateway lost, trying again</span>
        </Status>
      )}
    </div>
  );
}

export function Shell({ children }: { children: ReactNode }) {
  const [opened, { toggle, close }] = useDisclosure(false);
  const { at } = useAccount();
  const path = usePath();
  useEffect(close, [path, close]);
  return (
    <>
      <a className="skip" href="#content">
        Skip to the content
      </a>
      <AppShell
        header={{ height: 60 }}
        navbar={{ width: 248, breakpoint: 'md', collapsed: { mobile: !opened } }}
        padding={{ base: 'md', sm: 'xl' }}
      >
        <AppShell.Header zIndex={110} px={{ base: 'sm', sm: 'md' }}>
          <Group h="100%" justify="space-between" wrap="nowrap" gap="xs">
            <Group gap="sm" wrap="nowrap" style={{ minWidth: 0 }}>
              <Burger
                opened={opened}
                onClick={toggle}
                hiddenFrom="md"
                size="sm"
                aria-label={opened ? 'Close the navigation' : 'Open the navigation'}
                aria-expanded={opened}
                aria-controls="navigation"
              />
              <RouterLink
                href={at('')}
                style={{ color: 'inherit', textDecoration: 'none' }}
                aria-label="Postern, start"
              >
                <Group gap={10} wrap="nowrap">
                  <Logo />
                  <Text fw={700} size="lg" visibleFrom="xs" span>
                    Postern
                  </Text>
                </Group>
              </RouterLink>
              <AccountMenu />
            </Group>
            <Group gap={4} wrap="nowrap">
              <Connection />
              <SchemeMenu />
              <UserMenu />
            </Group>
          </Group>
        </AppShell.Header>
        <AppShell.Navbar p="sm" id="navigation">
          <Navigation />
        </AppShell.Navbar>
        <AppShell.Main id="content" tabIndex={-1}>
          {children}
        </AppShell.Main>
      </AppShell>
    </>
  );
}
