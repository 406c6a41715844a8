// What waits and why, in plain words; and an operator's hand on it.
import { Checkbox, Group, NativeSelect, Stack, Text, TextInput } from '@mantine/core';
import { useDebouncedValue } from '@mantine/hooks';
import { useState } from 'react';

import * as api from '../../api/generated';
import { usePages } from '../../app/ask';
import { useSearchParameter } from '../../app/router';
import { useAccount } from '../../app/session';
import { Loaded } from '../../parts/Loaded';
import { LongList, type Column } from '../../parts/LongList';
import { Link, Page } from '../../parts/Page';
import { Status } from '../../parts/Status';
import { Ago } from '../../parts/Time';
import { countText, sizeText } from '../../parts/words';
import { QueueActions } from './QueueActions';

export function DeliveryView({ delivery }: { delivery: api.Delivery }) {
  const { at } = useAccount();
  return (
    <div>
      <Group gap="sm">
        {delivery.state === 'held' ? (
          <Status tone="warn" icon="waiting">
            Held
          </Status>
        ) : delivery.reason === '' ? (
          <Status tone="info" icon="waiting">
            On its way
          </Status>
        ) : (
          <Status tone="warn">Waiting</Status>
        )}
        <Text span>
          to <Link href={at(`/partners/${encodeURIComponent(delivery.domain)}`)}>{delivery.domain}</Link>
        </Text>
      </Group>
      {delivery.why !== '' && <Text size="sm">{delivery.why}</Text>}
      <Text size="sm" c="dimmed">
        {delivery.attempts > 0 && <>tried {countText(delivery.attempts, 'time')}, </>}
        {delivery.state === 'held' ? (
          'waits until released'
        ) : (
          <>
            next <Ago time={delivery.due} />
          </>
        )}
      </Text>
    </div>
  );
}

export default function Queue() {
  const { at, may } = useAccount();
  const [domain, setDomain] = useSearchParameter('domain');
  const [text, setText] = useState(domain);
  const [wanted] = useDebouncedValue(text.trim().toLowerCase(), 300);
  const [state, setState] = useState('');
  const [chosen, setChosen] = useState<ReadonlySet<string>>(new Set());
  const pages = usePages(['queue', wanted, state], (path, after: string | null) =>
    api.listQueue(path, { domain: wanted, state, after, limit: 100 }),
  );
  const first = pages.data?.pages[0];
  const toggle = (id: string) => {
    const next = new Set(chosen);
    if (!next.delete(id)) next.add(id);
    setChosen(next);
  };
  const columns: Column<api.Message>[] = [
    {
      name: 'Message',
      width: 'minmax(0, 1.4fr)',
      cell: ({ id, sender, size, accepted }) => (
        <Group gap="sm" wrap="nowrap" align="flex-start">
          {may('operator') && (
            <Checkbox
              checked={chosen.has(id)}
              onChange={() => toggle(id)}
              aria-label={`Choose ${id}`}
              mt={2}
            />
          )}
          <div style={{ minWidth: 0 }}>
            <Link href={at(`/messages/${encodeURIComponent(id)}`)}>{id}</Link>
            <Text size="sm">{sender === '' ? 'a bounce' : sender}</Text>
            <Text size="sm" c="dimmed">
              {sizeText(size)}, <Ago time={accepted} />
            </Text>
          </div>
        </Group>
      ),
    },
    {
      name: 'Where it stands',
      width: 'minmax(0, 2fr)',
      cell: ({ deliveries }) => (
        <Stack gap="xs">
          {deliveries.map((delivery) => (
            <DeliveryView key={delivery.id} delivery={delivery} />
          ))}
        </Stack>
      ),
    },
  ];
  return (
    <Page title="Queue" lead="Messages that still have somewhere to go, the oldest first.">
      <Group gap="sm" align="flex-end">
        <TextInput
          label="To the domain"
          placeholder="example.com"
          value={text}
          onChange={(event) => {
            setText(event.currentTarget.value);
            setDomain(event.currentTarget.value.trim());
            setChosen(new Set());
          }}
          type="search"
          spellCheck={false}
          style={{ flex: '1 1 14rem' }}
        />
        <NativeSelect
          label="State"
          value={state}
          onChange={(event) => setState(event.currentTarget.value)}
          data={[
            { value: '', label: 'Any' },
            { value: 'queued', label: 'Queued' },
            { value: 'held', label: 'Held' },
          ]}
        />
      </Group>
      <QueueActions chosen={chosen} domain={wanted} onDone={() => setChosen(new Set())} />
      <Loaded query={pages}>
        {() => (
          <Stack gap="xs">
            <Text size="sm" c="dimmed" role="status">
              {countText(first?.messages ?? 0, 'message')} in the queue,{' '}
              {countText(first?.held ?? 0, 'delivery', 'deliveries')} held
            </Text>
            <LongList
              label="Messages in the queue"
              columns={columns}
              pages={pages}
              keyOf={({ id }) => id}
              rowHeight={104}
              empty={<Text>{wanted === '' && state === '' ? 'Nothing waits.' : 'Nothing waits there.'}</Text>}
            />
          </Stack>
        )}
      </Loaded>
    </Page>
  );
}
