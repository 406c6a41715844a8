// The frame of the pages before the session: sign-in and first set-up.
import { Box, Container, Group, Stack, Text, Title } from '@mantine/core';
import { useEffect, type ReactNode } from 'react';

import { Logo } from '../app/Logo';

export function Entrance({ title, lead, children }: { title: string; lead: ReactNode; children: ReactNode }) {
  useEffect(() => {
    document.title = `${title} · Postern`;
  }, [title]);
  return (
    <Container size={440} py={{ base: 'xl', sm: '12vh' }} component="main">
      <Stack gap="lg">
        <Group gap="sm">
          <Logo size={40} />
          <Text fw={700} size="xl" span>
            Postern
          </Text>
        </Group>
        <Box className="card">
          <Stack gap="md">
            <div>
              <Title order={1} size="h3">
                {title}
              </Title>
              <Text c="dimmed" mt={4}>
                {lead}
              </Text>
            </div>
            {children}
          </Stack>
        </Box>
      </Stack>
    </Container>
  );
}
