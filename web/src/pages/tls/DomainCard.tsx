// A new domain in the draft: its verdict, what the live look found, and what its policy will be.
import { Button, Checkbox, Group, Stack, Text } from '@mantine/core';
import { useState } from 'react';

import * as api from '../../api/generated';
import { useAccount } from '../../app/session';
import { HostList, ReasonText } from '../../parts/findings/HostView';
import type { DomainRow } from '../../parts/findings/rows';
import { Note, ProblemNote } from '../../parts/Note';
import { ModeStatus, ReadinessStatus, StageStatus, Status } from '../../parts/Status';
import { useDraftDo } from './draft';
import { EditDialog } from './EditDialog';

function Confirmation({ one }: { one: api.DraftDomain }) {
  const { may } = useAccount();
  const change = useDraftDo<api.DraftDomainChange>((path, body) =>
    api.changeDraftDomain({ ...path, domain: one.domain }, body),
  );
  if (one.will_fail === '') return null;
  return (
    <Note
      tone="warn"
      title={one.confirmed ? 'It will be enforced all the same' : 'It will only be monitored'}
    >
      <Stack gap="xs" mt={4}>
        {!one.confirmed && (
          <Text>
            It is not ready: mail goes on as before, and what would have failed is counted. To enforce it at
            once, confirm what will fail:
          </Text>
        )}
        <Checkbox
          label={`I know this and want it enforced: ${one.will_fail}`}
          checked={one.confirmed}
          disabled={!may('administrator') || change.isPending}
          onChange={(event) => {
            const confirmed = event.currentTarget.checked;
            change.mutate({ confirmed, stage: confirmed ? 'enforce' : 'monitor' });
          }}
        />
        <ProblemNote error={change.error} />
      </Stack>
    </Note>
  );
}

function Verdict({ row: { one, step, failure } }: { row: DomainRow }) {
  if (one.verdict !== 'valid') {
    return (
      <div>
        <Status tone="bad" icon="cross">
          {one.verdict_text}
        </Status>
        <Text>{one.why}</Text>
      </div>
    );
  }
  if (one.finding) {
    return (
      <div>
        <ReadinessStatus readiness={one.finding.readiness} />
        <ReasonText why={one.finding.why} />
        {one.finding.warnings.map((text) => (
          <Text key={text} size="sm" c="dimmed">
            {text}
          </Text>
        ))}
      </div>
    );
  }
  if (failure) {
    return (
      <div>
        <Status tone="warn">Unknown</Status>
        <ReasonText why={failure} />
      </div>
    );
  }
  if (step !== '') return <Status tone="busy">{step}</Status>;
  return <Status tone="quiet">Not looked at yet</Status>;
}

function PolicyToBe({ one, onEdit }: { one: api.DraftDomain; onEdit: () => void }) {
  const { may } = useAccount();
  return (
    <Stack gap={6}>
      <Group gap="lg">
        <ModeStatus mode={one.mode} />
        <StageStatus stage={one.stage} />
      </Group>
      <Group gap="sm" align="baseline">
        <Text size="sm">
          {one.mx.length === 0 ? (
            'No MX name is pinned.'
          ) : (
            <>
              Pinned MX names: <code>{one.mx.join(', ')}</code>
            </>
          )}
        </Text>
        {may('administrator') && (
          <Button
            size="compact-sm"
            variant="default"
            onClick={onEdit}
            aria-label={`Edit the policy of ${one.domain}`}
          >
            Edit
          </Button>
        )}
      </Group>
    </Stack>
  );
}

export function DomainCard({ row }: { row: DomainRow }) {
  const { may } = useAccount();
  const { one } = row;
  const [editing, setEditing] = useState(false);
  const remove = useDraftDo<string>((path, domain) => api.removeDraftDomain({ ...path, domain }));
  return (
    <div className="card">
      <Stack gap="sm">
        <Group justify="space-between" align="flex-start" gap="sm">
          <div>
            <Text fw={650} component="h3">
              {one.shown_as}
            </Text>
            {one.shown_as !== one.domain && (
              <Text size="sm" c="dimmed">
                {one.domain}
              </Text>
            )}
          </div>
          <Group gap="md">
            {one.added && <Status tone="ok">Added</Status>}
            {may('administrator') && (
              <Button
                size="compact-md"
                variant="default"
                loading={remove.isPending}
                onClick={() => remove.mutate(one.domain)}
                aria-label={`Remove ${one.shown_as}`}
              >
                Remove
              </Button>
            )}
          </Group>
        </Group>
        <Verdict row={row} />
        {one.verdict === 'valid' && one.finding && (
          <>
            <PolicyToBe one={one} onEdit={() => setEditing(true)} />
            <Confirmation one={one} />
            {one.finding.hosts.length > 0 && (
              <details>
                <summary>Every MX host ({one.finding.hosts.length})</summary>
                <HostList hosts={one.finding.hosts} />
              </details>
            )}
            <EditDialog key={String(editing)} one={one} opened={editing} onClose={() => setEditing(false)} />
          </>
        )}
        <ProblemNote error={remove.error} />
      </Stack>
    </div>
  );
}
