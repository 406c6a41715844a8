// Step 2: the routes to the internal servers, tested live. What passes is what Finish enforces; one
// red route keeps Next closed.
import { Button, Checkbox, Group, Progress, Stack, Text, TextInput } from '@mantine/core';
import { useState } from 'react';

import * as api from '../../api/generated';
import { ApiProblem } from '../../api/problem';
import { useAccount } from '../../app/session';
import { useJob } from '../../live/job';
import { FormDialog } from '../../parts/Dialog';
import { draftRouteRows } from '../../parts/findings/rows';
import { RouteResults } from '../../parts/findings/RouteResult';
import { Announcement, Note } from '../../parts/Note';
import { Section } from '../../parts/Page';
import { useDraftJob, useSteps } from './draft';

interface DialogProperties {
  draft: api.Draft;
  opened: boolean;
  onClose: () => void;
}

function AddressDialog({ draft, opened, onClose }: DialogProperties) {
  const [address, setAddress] = useState(draft.address);
  const [sendMessage, setSendMessage] = useState(false);
  const test = useDraftJob<api.RouteTestInput>(api.validateDraft, onClose);
  const problem = test.error instanceof ApiProblem ? test.error : null;
  const atField = problem?.field('address');
  return (
    <FormDialog
      opened={opened}
      onClose={onClose}
      title="Validate"
      verb="Test"
      busy={test.isPending}
      disabled={!/^[^@\s]+@[^@\s]+$/.test(address.trim())}
      error={atField === undefined ? test.error : null}
      onSubmit={() => test.mutate({ address: address.trim(), send_message: sendMessage })}
    >
      <TextInput
        label="Internal Email Address"
        description="An address of your own: every route of its domain is tested with it."
        type="email"
        inputMode="email"
        autoComplete="off"
        value={address}
        onChange={(event) => setAddress(event.currentTarget.value)}
        error={atField}
        data-autofocus
        size="md"
      />
      <Checkbox
        label="Also send a test message to it"
        description="Otherwise the dialogue ends before any message."
        checked={sendMessage}
        onChange={(event) => setSendMessage(event.currentTarget.checked)}
      />
    </FormDialog>
  );
}

function Running({ job }: { job: api.Job }) {
  const words = `${job.done} of ${job.total} routes tested`;
  return (
    <div>
      <Text size="sm" mb={6}>
        {words}
      </Text>
      <Progress value={job.total === 0 ? 0 : (100 * job.done) / job.total} aria-label={words} />
    </div>
  );
}

export function Validate({ draft }: { draft: api.Draft }) {
  const { may } = useAccount();
  const { go } = useSteps();
  const mayChange = may('administrator');
  const job = useJob(draft.job);
  const [opened, setOpened] = useState(mayChange && draft.routes.length === 0 && draft.job === null);
  const rows = draftRouteRows(draft, job);
  // Until the draft lets go of the job, its results are not in the draft's own words yet.
  const running = draft.job !== null && job?.kind === 'route-test';
  const passed = rows.filter(({ proof }) => proof?.passes).length;
  const heard = running
    ? `Testing: ${job.done} of ${job.total}`
    : rows.length > 0
      ? `Tested: ${passed} of ${rows.length} routes passed.`
      : '';
  return (
    <Stack gap="lg">
      <Section
        title="Validate the internal server routes"
        lead={
          draft.address === ''
            ? 'Each route is tried as a delivery would: connection, STARTTLS, certificate, recipient. No message is sent unless you ask for one.'
            : `Tested with ${draft.address}. What a route proves is what Finish enforces for it.`
        }
        actions={
          mayChange && (
            <Button
              variant={rows.length > 0 ? 'default' : 'filled'}
              onClick={() => setOpened(true)}
              disabled={running}
            >
              {rows.length > 0 ? 'Test again' : 'Validate'}
            </Button>
          )
        }
      >
        {running && <Running job={job} />}
        <Announcement>{heard}</Announcement>
        {rows.length > 0 && <RouteResults rows={rows} />}
      </Section>
      {!draft.may_go_on && !running && rows.length > 0 && (
        <Note tone="bad" title="Next is not possible yet">
          <span id="why-not-next">{draft.why_not}</span>
        </Note>
      )}
      <Group justify="space-between">
        <Button variant="default" onClick={() => go('start')}>
          Back
        </Button>
        <Group gap="sm">
          {!draft.may_go_on && (running || rows.length === 0) && (
            <Text size="sm" c="dimmed" id="why-not-next">
              {running ? 'Next opens when all routes have passed.' : draft.why_not}
            </Text>
          )}
          <Button
            onClick={() => go('domains')}
            disabled={!draft.may_go_on}
            aria-describedby={draft.may_go_on ? undefined : 'why-not-next'}
            size="md"
          >
            Next
          </Button>
        </Group>
      </Group>
      <AddressDialog key={String(opened)} draft={draft} opened={opened} onClose={() => setOpened(false)} />
    </Stack>
  );
}
