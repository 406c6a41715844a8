// The test of an internal server route, while it runs and after.
import { Group, Stack, Text } from '@mantine/core';

import type { Reason, RouteProof } from '../../api/generated';
import { Status } from '../Status';
import { HostDetails, ReasonText } from './HostView';

export interface RouteRow {
  label: string;
  /** What happens right now; empty when it is over. */
  step: string;
  proof: RouteProof | null;
  failure: Reason | null;
}

export function RouteVerdict({ row }: { row: RouteRow }) {
  if (row.proof) {
    // Where no short name fits, the reason is the verdict; the sentence stands below anyway.
    const isReason = row.proof.shown_as === row.proof.why?.sentence;
    const words = isReason ? 'Does not pass' : row.proof.shown_as;
    return <Status tone={row.proof.passes ? 'ok' : 'bad'}>{words}</Status>;
  }
  if (row.failure) return <Status tone="bad">Does not pass</Status>;
  return <Status tone="busy">{row.step || 'waiting'}</Status>;
}

export function RouteResult({ row }: { row: RouteRow }) {
  const { proof, failure, label } = row;
  return (
    <Stack gap={6}>
      <Group justify="space-between" gap="xs" align="flex-start">
        <Text fw={650}>{label}</Text>
        <RouteVerdict row={row} />
      </Group>
      {proof && <ReasonText why={proof.why} />}
      {failure && <ReasonText why={failure} />}
      {proof && (
        <details>
          <summary>Certificate and full dialogue</summary>
          <HostDetails host={proof.finding} />
        </details>
      )}
    </Stack>
  );
}

export function RouteResults({ rows }: { rows: RouteRow[] }) {
  return (
    <Stack component="ul" className="plain-list" gap="sm">
      {rows.map((row) => (
        <li key={row.label} className="card">
          <RouteResult row={row} />
        </li>
      ))}
    </Stack>
  );
}
