// What each internal domain should publish about TLS, what it publishes now, and what differs.
import { Button, Group, NativeSelect, Stack, Text } from '@mantine/core';

import * as api from '../../api/generated';
import { useAsk } from '../../app/ask';
import { useSearchParameter } from '../../app/router';
import { useAccount } from '../../app/session';
import { Copyable, Snippet } from '../../parts/Copy';
import { Loaded } from '../../parts/Loaded';
import { Announcement, Note, ProblemNote } from '../../parts/Note';
import { Link, Page, Section } from '../../parts/Page';
import { Status, type Tone } from '../../parts/Status';
import { countText } from '../../parts/words';
import { Found } from '../domains/DomainCard';
import { StsMode } from './StsMode';

const states: Record<api.PostureState, { tone: Tone; words: string }> = {
  right: { tone: 'ok', words: 'As it should be' },
  missing: { tone: 'warn', words: 'Not published yet' },
  differs: { tone: 'bad', words: 'Something else is published' },
  unknown: { tone: 'warn', words: 'Could not be looked up' },
  optional: { tone: 'quiet', words: 'Not needed' },
};

const wordsOf = (item: api.PostureItem) =>
  item.state === 'optional' && item.value !== '' ? 'May be published' : states[item.state].words;

function Wanted({ item }: { item: api.PostureItem }) {
  return (
    <Stack gap="xs">
      <dl className="facts">
        <dt>Type</dt>
        <dd>{item.type}</dd>
        <dt>{item.type === 'HTTPS' ? 'Address' : 'Name'}</dt>
        <dd>
          <Copyable value={item.name} label={`Copy the name: ${item.title}`} />
        </dd>
      </dl>
      <Snippet
        text={item.value.trimEnd()}
        label={item.type === 'HTTPS' ? 'What is to be served' : `What to publish: ${item.title}`}
      />
    </Stack>
  );
}

function Item({ item }: { item: api.PostureItem }) {
  const isRight = item.state === 'right';
  return (
    <li className="card">
      <Stack gap="sm">
        <div>
          <Text fw={650} component="h3">
            {item.title}
          </Text>
          <Status tone={states[item.state].tone}>{wordsOf(item)}</Status>
          <Text>{item.why}</Text>
        </div>
        {item.value !== '' && !isRight && <Wanted item={item} />}
        {item.value !== '' && isRight && (
          <details>
            <summary>The record: {item.title}</summary>
            <Wanted item={item} />
          </details>
        )}
        {!isRight && item.found.length > 0 && <Found found={item.found} />}
      </Stack>
    </li>
  );
}

/** What a look came to, in one sentence. */
export function lookText({ domain, good, items }: api.Posture): string {
  if (good) return `Looked up: ${domain} publishes all that is needed.`;
  const open = items.filter(({ state }) => state !== 'right' && state !== 'optional');
  return `Looked up: ${countText(open.length, 'record')} of ${domain} to look at: ${open
    .map(({ title }) => title)
    .join(', ')}.`;
}

function Posture({ domain }: { domain: api.Domain }) {
  const posture = useAsk(['posture', domain.domain], (path) =>
    api.getPosture({ ...path, domain: domain.domain }),
  );
  return (
    <Section
      title={`What ${domain.shown_as} publishes`}
      actions={
        <Button variant="default" onClick={() => void posture.refetch()} loading={posture.isFetching}>
          Look again
        </Button>
      }
    >
      <Announcement>
        {posture.isFetching ? 'Looking …' : posture.data && !posture.error && lookText(posture.data)}
      </Announcement>
      {posture.data && <ProblemNote error={posture.error} />}
      <Loaded query={posture}>
        {({ good, dnssec, items }) => (
          <Stack gap="sm">
            {dnssec !== '' && (
              <Note tone="warn" title="DNSSEC is not validated here">
                {dnssec}
              </Note>
            )}
            {good && <Note tone="ok" title="All that is needed is published" />}
            <Stack component="ul" className="plain-list" gap="sm">
              {items.map((item) => (
                <Item key={item.kind} item={item} />
              ))}
            </Stack>
          </Stack>
        )}
      </Loaded>
    </Section>
  );
}

export default function Publish() {
  const { at } = useAccount();
  const domains = useAsk(['domains'], api.listDomains);
  const [chosen, setChosen] = useSearchParameter('domain');
  return (
    <Page
      title="What to publish"
      lead="Records in your own DNS that tell others how mail to you must be protected, looked up live."
      width={860}
    >
      <Loaded query={domains}>
        {({ items }) => {
          const domain = items.find((one) => one.domain === chosen) ?? items[0];
          if (domain === undefined) {
            return (
              <Note tone="info" title="No domain yet">
                First <Link href={at('/tasks/validate-domains')}>validate your domains</Link>.
              </Note>
            );
          }
          return (
            <Stack gap="xl">
              <Group>
                <NativeSelect
                  label="Domain"
                  value={domain.domain}
                  onChange={(event) => setChosen(event.currentTarget.value)}
                  data={items.map((one) => ({ value: one.domain, label: one.shown_as }))}
                />
              </Group>
              <StsMode key={domain.domain} domain={domain} />
              <Posture key={`posture ${domain.domain}`} domain={domain} />
            </Stack>
          );
        }}
      </Loaded>
    </Page>
  );
}
