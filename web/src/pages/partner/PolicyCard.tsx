import { Button, Group, Stack, Text } from '@mantine/core';
import { useState } from 'react';

import * as api from '../../api/generated';
import { useDo } from '../../app/ask';
import { navigate } from '../../app/router';
import { useAccount } from '../../app/session';
import { authorText } from '../../live/words';
import { FormDialog } from '../../parts/Dialog';
import { ModeStatus, StageStatus, Status } from '../../parts/Status';
import { Ago, Moment } from '../../parts/Time';
import { spanText } from '../../parts/words';
import { PolicyDialog } from '../policies/PolicyDialog';

const floors: Record<api.Floor, string> = {
  standard: 'TLS 1.2',
  'tls1.3': 'TLS 1.3',
  legacy: 'TLS 1.0 (legacy)',
};

function Facts({ policy }: { policy: api.Policy }) {
  const lists: [string, string[]][] = [
    ['Pinned MX names', policy.mx],
    ['Further names', policy.names],
    ['Key pins', policy.spki],
    ['Client names', policy.client_names],
    ['Leaves out', policy.exclude],
  ];
  return (
    <dl className="facts">
      {lists
        .filter(([, values]) => values.length > 0)
        .map(([name, values]) => (
          <div key={name} style={{ display: 'contents' }}>
            <dt>{name}</dt>
            <dd>
              <code>{values.join(', ')}</code>
            </dd>
          </div>
        ))}
      <dt>Oldest TLS</dt>
      <dd>{floors[policy.floor]}</dd>
      <dt>If not met</dt>
      <dd>
        {policy.on_failure === 'bounce'
          ? 'Bounces at once'
          : `Waits and tries again; bounces after ${spanText(policy.time_limit)}`}
      </dd>
      {policy.valid_until !== null && (
        <>
          <dt>Holds until</dt>
          <dd>
            <Moment time={policy.valid_until} />
          </dd>
        </>
      )}
      {policy.note !== '' && (
        <>
          <dt>Note</dt>
          <dd>{policy.note}</dd>
        </>
      )}
      <dt>Made by</dt>
      <dd>
        {authorText(policy.author)}, <Ago time={policy.created} />
      </dd>
    </dl>
  );
}

export function PolicyCard({ partner }: { partner: api.Partner }) {
  const { may, at } = useAccount();
  const { policy, domain } = partner;
  const [open, setOpen] = useState<'edit' | 'remove' | null>(null);
  const close = () => setOpen(null);
  const remove = useDo<string, void>(
    (path, name) => api.removePolicy({ ...path, domain: name }),
    () => navigate(at('/policies')),
  );
  if (!policy) {
    return (
      <div className="card">
        <Stack gap="sm" align="flex-start">
          <Text>
            No policy speaks for {domain}: what it publishes itself (DANE, MTA-STS) is all that is demanded.
          </Text>
          {may('administrator') && (
            <Button variant="default" onClick={() => navigate(at('/tasks/tls-policies'))}>
              Set Up Your TLS Policies
            </Button>
          )}
        </Stack>
      </div>
    );
  }
  return (
    <div className="card">
      <Stack gap="md">
        <Group justify="space-between" align="flex-start" gap="sm">
          <Stack gap={6}>
            <ModeStatus mode={policy.mode} />
            {policy.active ? (
              <StageStatus stage={policy.stage} />
            ) : (
              <Status tone="quiet">Does not hold now</Status>
            )}
            {policy.domain !== domain && <Text size="sm">By the policy for {policy.shown_as}</Text>}
          </Stack>
          {may('administrator') && (
            <Group gap="xs">
              <Button variant="default" onClick={() => setOpen('edit')}>
                Edit
              </Button>
              <Button variant="default" onClick={() => setOpen('remove')}>
                Remove
              </Button>
            </Group>
          )}
        </Group>
        <Facts policy={policy} />
      </Stack>
      {open === 'edit' && <PolicyDialog policy={policy} onClose={close} />}
      <FormDialog
        opened={open === 'remove'}
        onClose={close}
        title={`Remove the policy of ${policy.shown_as}?`}
        verb="Remove"
        danger
        busy={remove.isPending}
        error={remove.error}
        onSubmit={() => remove.mutate(policy.domain)}
      >
        <Text>Mail to and from {policy.shown_as} then needs no more than other sources demand, at once.</Text>
      </FormDialog>
    </div>
  );
}
