// The frame of every page: its title (also the document's), one sentence, and its actions. Moves
// the focus to the title when the page appears, so that a reader hears where they are.
import { Anchor, Box, Group, Stack, Text, Title } from '@mantine/core';
import { useEffect, useRef, type ReactNode } from 'react';

import { RouterLink } from '../app/router';

interface Properties {
  title: string;
  /** Shown small above the title: the group, or the way back. */
  above?: ReactNode;
  lead?: ReactNode;
  actions?: ReactNode;
  children: ReactNode;
  width?: number;
}

let firstPage = true;

export function Page({ title, above, lead, actions, children, width = 1080 }: Properties) {
  const heading = useRef<HTMLHeadingElement>(null);
  useEffect(() => {
    document.title = `${title} · Postern`;
    window.scrollTo(0, 0);
    if (!firstPage) heading.current?.focus({ preventScroll: true });
    firstPage = false;
  }, [title]);
  return (
    <Box maw={width} mx="auto">
      <Stack gap="lg">
        <Group justify="space-between" align="flex-end" gap="md">
          <Box style={{ flex: '1 1 20rem', minWidth: 0 }}>
            {above && (
              <Text size="sm" c="dimmed" mb={4} component="div">
                {above}
              </Text>
            )}
            <Title order={1} size="h2" ref={heading} tabIndex={-1}>
              {title}
            </Title>
            {lead && (
              <Text c="dimmed" mt={6} maw={720} component="div">
                {lead}
              </Text>
            )}
          </Box>
          {actions && <Group gap="sm">{actions}</Group>}
        </Group>
        {children}
      </Stack>
    </Box>
  );
}

export function Section({ title, lead, actions, children }: Omit<Properties, 'above' | 'width'>) {
  return (
    <Stack gap="sm" component="section" aria-label={title}>
      <Group justify="space-between" align="flex-end" gap="sm">
        <Box style={{ flex: '1 1 16rem' }}>
          <Title order={2} size="h4">
            {title}
          </Title>
          {lead && (
            <Text c="dimmed" size="sm" mt={2} maw={720} component="div">
              {lead}
            </Text>
          )}
        </Box>
        {actions && <Group gap="sm">{actions}</Group>}
      </Group>
      {children}
    </Stack>
  );
}

export function Link({ href, children }: { href: string; children: ReactNode }) {
  return (
    <Anchor component={RouterLink} href={href} inherit>
      {children}
    </Anchor>
  );
}
