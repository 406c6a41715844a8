// What each internal domain should publish about TLS, what it publishes now, and what differs.
import { Button, Group, NativeSelect, Stack, Text } from '@mantine/core';
import { useState } from 'react';

import * as api from '../../api/generated';
import { useAsk } from '../../app/ask';
import { useAccount } from '../../app/session';
import { Copyable, Snippet } from '../../parts/Copy';
import { Loaded } from '../../parts/Loaded';
import { Note } from '../../parts/Note';
import { Link, Page, Section } from '../../parts/Page';
import { Status, type Tone } from '../../parts/Status';
import { Found } from '../domains/DomainCard';
import { StsMode } from './StsMode';

const states: Record<api.PostureState, { tone: Tone; words: string }> = {
  right: { tone: 'ok', words: 'As it should be' },
  missing: { tone: 'warn', words: 'Not published yet' },
  differs: { tone: 'bad', words: 'Something else is published' },
  unknown: { tone: 'warn', words: 'Could not be looked up' },
  optional: { tone: 'quiet', words: 'Not needed' },
};

function Item({ item }: { item: api.PostureItem }) {
  const { tone, words } = states[item.state];
  const mayBe = item.state === 'optional' && item.value !== '';
  const todo = item.state !== 'right' && item.value !== '';
  return (
    <li className="card">
      <Stack gap="sm">
        <div>
          <Text fw={650} component="h3">
            {item.title}
          </Text>
          <Status tone={tone}>{mayBe ? 'May be published' : words}</Status>
          <Text>{item.why}</Text>
        </div>
        {todo && (
          <Stack gap="xs">
            <dl className="facts">
              <dt>Type</dt>
              <dd>{item.type}</dd>
              <dt>Name</dt>
              <dd>
                <Copyable value={item.name} label={`Copy the name: ${item.title}`} />
              </dd>
            </dl>
            <Snippet
              text={item.value.trimEnd()}
              label={item.type === 'HTTPS' ? 'What is to be served' : `What to publish: ${item.title}`}
            />
          </Stack>
        )}
        {item.state !== 'right' && item.found.length > 0 && <Found found={item.found} />}
      </Stack>
    </li>
  );
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
      <Loaded query={posture}>
        {({ good, dnssec, items }) => (
          <Stack gap="sm" role="status">
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
  const [chosen, setChosen] = useState('');
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
