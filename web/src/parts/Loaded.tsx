// An answer of the gateway, or why it is not there (yet).
import { Skeleton, Stack } from '@mantine/core';
import type { ReactNode } from 'react';

import { ProblemNote } from './Note';

interface Query<T> {
  data: T | undefined;
  error: unknown;
  refetch: () => unknown;
}

export function Loaded<T>({ query, children }: { query: Query<T>; children: (data: T) => ReactNode }) {
  if (query.data !== undefined) return children(query.data);
  if (query.error != null) return <ProblemNote error={query.error} again={() => void query.refetch()} />;
  return <Waiting />;
}

export function Waiting({ lines = 3 }: { lines?: number }) {
  return (
    <Stack gap="sm" aria-busy="true" role="status">
      <span className="hidden-text">Loading …</span>
      {Array.from({ length: lines }, (_, place) => (
        <Skeleton
          key={place}
          height={place === 0 ? 28 : 64}
          radius="md"
          width={place === 0 ? '40%' : '100%'}
        />
      ))}
    </Stack>
  );
}
