// A mistake of ours in one page must not leave a blank window: say what happened, and offer a way on.
import { Button, Container, Group, Stack, Text, Title } from '@mantine/core';
import { Component, type ReactNode } from 'react';

import { sentence } from '../api/problem';

interface State {
  error: unknown;
}

export class CrashGuard extends Component<{ children: ReactNode }, State> {
  state: State = { error: null };

  static getDerivedStateFromError(error: unknown): State {
    return { error };
  }

  render() {
    if (this.state.error === null) return this.props.children;
    return (
      <Container size="sm" py="xl" component="main" role="alert">
        <Stack>
          <Title order={1} size="h2">
            This page failed
          </Title>
          <Text>
            Nothing was changed at the gateway by this. Load the page again; if it fails again, report this
            sentence:
          </Text>
          <pre className="dialogue">{sentence(this.state.error)}</pre>
          <Group>
            <Button onClick={() => window.location.reload()}>Load again</Button>
            <Button variant="default" onClick={() => window.location.assign('/')}>
              To the start
            </Button>
          </Group>
        </Stack>
      </Container>
    );
  }
}
