// Set Up Your TLS Policies: Start, Validate, External Domains, Finish. The address names the step;
// without one it is where the draft was left.
import { Button, Group, Stack, Text } from '@mantine/core';
import { useState } from 'react';

import * as api from '../../api/generated';
import { Redirect, useParameters } from '../../app/router';
import { useAccount } from '../../app/session';
import { authorText } from '../../live/words';
import { Loaded } from '../../parts/Loaded';
import { Note, ProblemNote } from '../../parts/Note';
import { FormDialog } from '../../parts/Dialog';
import { Link, Page } from '../../parts/Page';
import { Ago } from '../../parts/Time';
import { useDraft, useDraftDo, useSteps } from './draft';
import { Domains } from './Domains';
import { Finished, Review } from './Review';
import { Start } from './Start';
import { StepList } from './StepList';
import { Validate } from './Validate';

function Discard() {
  const [opened, setOpened] = useState(false);
  const { go } = useSteps();
  const discard = useDraftDo<void>(api.discardDraft, () => {
    setOpened(false);
    go('start');
  });
  return (
    <>
      <Button variant="subtle" color="gray" size="compact-sm" onClick={() => setOpened(true)}>
        Throw the draft away
      </Button>
      <FormDialog
        opened={opened}
        onClose={() => setOpened(false)}
        title="Throw the draft away?"
        verb="Throw away"
        danger
        busy={discard.isPending}
        error={discard.error}
        onSubmit={() => discard.mutate()}
      >
        <Text>
          The new domains, the removals and the tests of this draft go. What is in force stays as it is.
        </Text>
      </FormDialog>
    </>
  );
}

function DraftLine({ draft }: { draft: api.Draft }) {
  const { may } = useAccount();
  if (!draft.started || draft.changed === null) return null;
  return (
    <Group gap="xs">
      <Text size="sm" c="dimmed">
        Draft last changed by {authorText(draft.author)}, <Ago time={draft.changed} />. Nothing of it is in
        force before Finish.
      </Text>
      {may('administrator') && <Discard />}
    </Group>
  );
}

interface StepProperties {
  step: api.WizardStep;
  draft: api.Draft;
  onFinished: (finished: api.Finished) => void;
}

function Step({ step, draft, onFinished }: StepProperties) {
  switch (step) {
    case 'start':
      return <Start draft={draft} />;
    case 'validate':
      return <Validate draft={draft} />;
    case 'domains':
      return <Domains draft={draft} />;
    case 'review':
      return <Review draft={draft} onFinished={onFinished} />;
  }
}

export default function TlsPolicies() {
  const { step } = useParameters();
  const { at, may } = useAccount();
  const draft = useDraft();
  const { addressOf } = useSteps();
  const [finished, setFinished] = useState<api.Finished | null>(null);
  const known = api.wordsWizardStep.find((one) => one === step);
  if (known === undefined) {
    return <Loaded query={draft}>{(data) => <Redirect to={addressOf(data.step)} />}</Loaded>;
  }
  return (
    <Page
      title="Set Up Your TLS Policies"
      above={
        <>
          <Link href={at('/tasks')}>Tasks</Link> | Optional
        </>
      }
      width={960}
    >
      <StepList now={known} />
      {!may('administrator') && (
        <Note tone="info">You may look, but setting up policies needs the role administrator.</Note>
      )}
      <Loaded query={draft}>
        {(data) =>
          finished && known === 'review' ? (
            <Finished finished={finished} />
          ) : (
            <Stack gap="lg">
              <DraftLine draft={data} />
              <ProblemNote error={draft.error} again={() => void draft.refetch()} />
              <Step step={known} draft={data} onFinished={setFinished} />
            </Stack>
          )
        }
      </Loaded>
    </Page>
  );
}
