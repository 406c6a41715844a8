import { MantineProvider } from '@mantine/core';
import { Notifications } from '@mantine/notifications';
import { QueryClient, QueryClientProvider } from '@tanstack/react-query';
import { useState } from 'react';

import { worthRetrying } from './ask';
import { CrashGuard } from './CrashGuard';
import { useKeptFocus } from './focus';
import { NotReached, Pages } from './pages';
import { SessionProvider } from './session';
import { theme, variables } from './theme';

function newQueries(): QueryClient {
  return new QueryClient({
    defaultOptions: {
      queries: { staleTime: 15_000, retry: worthRetrying },
      mutations: { retry: false },
    },
  });
}

export function App() {
  const [queries] = useState(newQueries);
  useKeptFocus();
  return (
    <MantineProvider theme={theme} cssVariablesResolver={variables} defaultColorScheme="auto">
      <Notifications position="bottom-right" limit={4} />
      <CrashGuard>
        <QueryClientProvider client={queries}>
          <SessionProvider
            waiting={null}
            failed={(error, again) => <NotReached error={error} again={again} />}
          >
            <Pages />
          </SessionProvider>
        </QueryClientProvider>
      </CrashGuard>
    </MantineProvider>
  );
}
