// Step 4: what will change, for how much of last month's mail; Finish puts it in force as one change.
import { Button, Checkbox, Group, Stack, Text } from '@mantine/core';

import * as api from '../../api/generated';
import { useAsk, useDo } from '../../app/ask';
import { useAccount } from '../../app/session';
import { Loaded } from '../../parts/Loaded';
import { Note, ProblemNote } from '../../parts/Note';
import { Link, Section } from '../../parts/Page';
import { Status, type IconName, type Tone } from '../../parts/Status';
import { countText } from '../../parts/words';
import { useDraftDo, useSteps } from './draft';

const actions: Record<string, { tone: Tone; icon?: IconName; words: string }> = {
  add: { tone: 'ok', words: 'Add' },
  remove: { tone: 'bad', icon: 'cross', words: 'Remove' },
  enforce: { tone: 'ok', icon: 'proved', words: 'Enforce' },
  'require-tls': { tone: 'ok', icon: 'lock', words: 'Require TLS' },
};

function mailText({ messages, would_fail: failing }: api.Planned): string {
  if (messages === 0) return 'No message of the last 30 days was concerned.';
  const all = `${countText(messages, 'message')} of the last 30 days`;
  return failing === 0
    ? `Concerns ${all}; all would have gone through.`
    : `Concerns ${all}; ${countText(failing, 'message')} would have met less than is demanded.`;
}

export function Changes({ changes }: { changes: api.Planned[] }) {
  return (
    <Stack component="ul" className="plain-list" gap="sm">
      {changes.map((one) => {
        const { tone, icon, words } = actions[one.action] ?? { tone: 'info' as const, words: one.action };
        return (
          <li key={`${one.action} ${one.object}`} className="card">
            <Stack gap={4}>
              <Group gap="sm" align="flex-start">
                <Status tone={tone} icon={icon}>
                  {words}
                </Status>
                <Text fw={650}>{one.object}</Text>
              </Group>
              <Text>{one.text}</Text>
              {one.would_fail > 0 ? (
                <Status tone="warn" size={17}>
                  {mailText(one)}
                </Status>
              ) : (
                <Text size="sm" c="dimmed">
                  {mailText(one)}
                </Text>
              )}
            </Stack>
          </li>
        );
      })}
    </Stack>
  );
}

export function Finished({ finished }: { finished: api.Finished }) {
  const { at } = useAccount();
  return (
    <Section title="In force">
      <Note tone="ok" title={`${countText(finished.changes.length, 'change')} took effect as one.`}>
        Mail that waits was looked at again. <Link href={at('/policies')}>All policies</Link>,{' '}
        <Link href={at('/overview')}>overview</Link>.
      </Note>
      <Changes changes={finished.changes} />
    </Section>
  );
}

interface Properties {
  draft: api.Draft;
  onFinished: (finished: api.Finished) => void;
}

export function Review({ draft, onFinished }: Properties) {
  const { may } = useAccount();
  const { go } = useSteps();
  const plan = useAsk(['plan', draft.revision], api.planDraft);
  const change = useDraftDo<api.DraftChange>(api.changeDraft);
  const finish = useDo<void, api.Finished>(api.finishDraft, onFinished);
  const open = draft.domains.filter(({ verdict, added }) => verdict === 'valid' && !added).length;
  return (
    <Stack gap="lg">
      <Section
        title="What will change"
        lead="Nothing of this is in force yet. Finish makes all of it true at once."
      >
        {open > 0 && (
          <Note tone="info">
            {countText(open, 'valid domain')} of the list {open === 1 ? 'was' : 'were'} not added, and will
            not be put under policy.
          </Note>
        )}
        <Loaded query={plan}>
          {({ changes, may_finish: mayFinish, why_not: whyNot }) => (
            <Stack gap="md">
              <Changes changes={changes} />
              <div className="card">
                <Checkbox
                  label="Also require TLS of your own servers when they send"
                  description="Their MAIL FROM is refused without TLS. The page Set Up Your Outbound Email says how to switch it on there."
                  checked={draft.require_tls_from_servers}
                  disabled={!may('administrator') || change.isPending}
                  onChange={(event) =>
                    change.mutate({ require_tls_from_servers: event.currentTarget.checked })
                  }
                />
              </div>
              {!mayFinish && <Note tone="warn">{whyNot}</Note>}
              <ProblemNote error={finish.error ?? change.error} />
              <Group justify="space-between">
                <Button variant="default" onClick={() => go(draft.may_go_on ? 'domains' : 'start')}>
                  Back
                </Button>
                {may('administrator') && (
                  <Button
                    size="md"
                    disabled={!mayFinish}
                    loading={finish.isPending}
                    onClick={() => finish.mutate()}
                  >
                    Finish
                  </Button>
                )}
              </Group>
            </Stack>
          )}
        </Loaded>
      </Section>
    </Stack>
  );
}
