// Test connection: every route of an address's domain, tried as a delivery would, with progress.
import { Button, Group, Progress, Stack, Text, TextInput } from '@mantine/core';
import { useQueryClient } from '@tanstack/react-query';
import { useState, type FormEvent } from 'react';

import * as api from '../../api/generated';
import { ApiProblem } from '../../api/problem';
import { accountKey, useDo } from '../../app/ask';
import { useAccount } from '../../app/session';
import { useJob } from '../../live/job';
import { jobRouteRows } from '../../parts/findings/rows';
import { RouteResults } from '../../parts/findings/RouteResult';
import { Announcement, ProblemNote } from '../../parts/Note';
import { Section } from '../../parts/Page';

export function RouteTest() {
  const { account, may } = useAccount();
  const queries = useQueryClient();
  const [address, setAddress] = useState('');
  const [id, setId] = useState<string | null>(null);
  const job = useJob(id);
  const test = useDo<string, api.Job>(
    (path, to) => api.testRoutes(path, { address: to }),
    (made) => {
      queries.setQueryData(accountKey(account, 'job', made.id), made);
      setId(made.id);
    },
  );
  const submit = (event: FormEvent) => {
    event.preventDefault();
    test.mutate(address.trim());
  };
  if (!may('operator')) return null;
  const running = job?.state === 'running';
  const words = job ? `${job.done} of ${job.total} routes tested` : '';
  const atField = test.error instanceof ApiProblem ? test.error.field('address') : undefined;
  return (
    <Section
      title="Test connection"
      lead="Tries every route of the address's domain: connection, STARTTLS, certificate, recipient. No message is sent."
    >
      <form onSubmit={submit} noValidate className="card">
        <Stack gap="sm">
          <Group align="flex-end" gap="sm">
            <TextInput
              label="Internal email address"
              type="email"
              placeholder="you@example.com"
              value={address}
              onChange={(event) => setAddress(event.currentTarget.value)}
              error={atField !== undefined}
              style={{ flex: '1 1 16rem' }}
            />
            <Button
              type="submit"
              variant="default"
              loading={test.isPending || running}
              disabled={!address.includes('@')}
            >
              Test connection
            </Button>
          </Group>
          <ProblemNote error={test.error} />
        </Stack>
      </form>
      {running && job && <Progress value={(100 * job.done) / Math.max(1, job.total)} aria-label={words} />}
      <Announcement>{words}</Announcement>
      {job &&
        (job.total === 0 ? (
          <Text>There is no route for this domain.</Text>
        ) : (
          <RouteResults rows={jobRouteRows(job)} />
        ))}
    </Section>
  );
}
