// Step 3: the external domains under policy, and the new ones with their verdicts.
import { Button, Group, Progress, Stack, Text } from '@mantine/core';
import { useState } from 'react';

import * as api from '../../api/generated';
import { useAccount } from '../../app/session';
import { useJob } from '../../live/job';
import { countTakeable, draftDomainRows } from '../../parts/findings/rows';
import { Announcement, Note, ProblemNote } from '../../parts/Note';
import { Section } from '../../parts/Page';
import { countText } from '../../parts/words';
import { AddDialog } from './AddDialog';
import { DomainCard } from './DomainCard';
import { useDraftDo, useDraftJob, useSteps } from './draft';
import { PolicyList } from './PolicyList';

function NewDomains({ draft }: { draft: api.Draft }) {
  const { may } = useAccount();
  const job = useJob(draft.job);
  const rows = draftDomainRows(draft, job);
  const take = useDraftDo<void>(api.takeDraftDomains);
  const probe = useDraftJob<void>(api.probeDraft);
  const running = draft.job !== null && job?.kind === 'probe' && job.state === 'running';
  const takeable = countTakeable(draft);
  const refused = draft.domains.filter(({ verdict }) => verdict !== 'valid').length;
  const words = running ? `${job.done} of ${job.total} domains looked at` : '';
  return (
    <Section
      title={`New domains (${draft.domains.length})`}
      lead={refused > 0 ? `${countText(refused, 'line')} cannot be added; the others can.` : undefined}
      actions={
        may('administrator') && (
          <>
            <Button
              variant="default"
              onClick={() => probe.mutate()}
              disabled={running}
              loading={probe.isPending}
            >
              Look again
            </Button>
            <Button
              onClick={() => take.mutate()}
              disabled={takeable === 0 || running}
              loading={take.isPending}
            >
              Add
            </Button>
          </>
        )
      }
    >
      {running && (
        <div>
          <Text size="sm" mb={6}>
            {words}
          </Text>
          <Progress value={job.total === 0 ? 0 : (100 * job.done) / job.total} aria-label={words} />
        </div>
      )}
      <Announcement>{running ? words : 'All domains were looked at.'}</Announcement>
      <ProblemNote error={take.error ?? probe.error} />
      {!running && takeable > 0 && (
        <Text size="sm" c="dimmed">
          Add takes the {countText(takeable, 'valid domain')}. Those that are not ready are only monitored,
          unless you confirm what will fail.
        </Text>
      )}
      <Stack component="ul" className="plain-list" gap="sm">
        {rows.map((row, place) => (
          <li key={`${row.one.domain} ${place}`}>
            <DomainCard row={row} />
          </li>
        ))}
      </Stack>
    </Section>
  );
}

export function Domains({ draft }: { draft: api.Draft }) {
  const { may } = useAccount();
  const { go } = useSteps();
  const [adding, setAdding] = useState(false);
  const added = draft.domains.filter((one) => one.added).length;
  const forgotten = countTakeable(draft);
  if (!draft.may_go_on && draft.job === null) {
    return (
      <Stack gap="md" align="flex-start">
        <Note tone="warn" title="The internal routes have to pass first">
          {draft.why_not}
        </Note>
        <Button onClick={() => go('validate')}>{may('administrator') ? 'Validate' : 'See the tests'}</Button>
      </Stack>
    );
  }
  return (
    <Stack gap="xl">
      <Group justify="space-between" gap="md">
        <Text maw={520}>
          These external domains are under policy. Add those whose mail must always be protected.
        </Text>
        {may('administrator') && (
          <Button
            size="md"
            variant={draft.domains.length > 0 ? 'default' : 'filled'}
            onClick={() => setAdding(true)}
          >
            Add External Domains
          </Button>
        )}
      </Group>
      {draft.domains.length > 0 && <NewDomains draft={draft} />}
      <Section title="Under policy">
        <PolicyList />
      </Section>
      <Group justify="space-between">
        <Button variant="default" onClick={() => go('validate')}>
          Back
        </Button>
        <Group gap="sm">
          {forgotten > 0 && (
            <Text size="sm" c="dimmed">
              {countText(forgotten, 'domain')} not added yet.
            </Text>
          )}
          {added > 0 && (
            <Text size="sm" c="dimmed">
              {countText(added, 'domain')} to put in force.
            </Text>
          )}
          <Button size="md" onClick={() => go('review')}>
            {may('administrator') ? 'Finish' : 'See what will change'}
          </Button>
        </Group>
      </Group>
      <AddDialog key={String(adding)} opened={adding} onClose={() => setAdding(false)} />
    </Stack>
  );
}
