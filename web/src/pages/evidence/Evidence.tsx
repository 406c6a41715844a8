// Every attempt on every hop: what was demanded, what was seen, what became of it.
import { Button, Group, NativeSelect, Text, TextInput } from '@mantine/core';
import { useDebouncedValue } from '@mantine/hooks';
import { useState } from 'react';

import * as api from '../../api/generated';
import { base, queryText } from '../../api/http';
import { usePages } from '../../app/ask';
import { useAccount } from '../../app/session';
import { AttemptFacts, TlsText } from '../../parts/Attempts';
import { IconDownload } from '../../parts/icons';
import { Loaded } from '../../parts/Loaded';
import { LongList, type Column } from '../../parts/LongList';
import { Link, Page } from '../../parts/Page';
import { OutcomeStatus } from '../../parts/Status';
import { Moment } from '../../parts/Time';
import { hopText, outcomeText } from '../../parts/words';

interface Filter {
  domain: string;
  hop: string;
  outcome: string;
  from: string;
  until: string;
}

/** "2026-03-01" of a date field as the moment at which that day begins, some days later. */
export function dayStart(date: string, later = 0): string | null {
  const start = Date.parse(`${date}T00:00:00Z`);
  return Number.isNaN(start)
    ? null
    : new Date(start + later * 86_400_000).toISOString().replace('.000Z', 'Z');
}

function queryOf({ domain, hop, outcome, from, until }: Filter): api.EvidenceQuery {
  return {
    domain: domain.trim().toLowerCase() || null,
    hop: api.wordsHop.find((word) => word === hop),
    outcome: api.wordsAttemptOutcome.find((word) => word === outcome),
    from: dayStart(from),
    until: dayStart(until, 1),
  };
}

export default function Evidence() {
  const { account, at } = useAccount();
  const [filter, setFilter] = useState<Filter>({ domain: '', hop: '', outcome: '', from: '', until: '' });
  const change = (part: Partial<Filter>) => setFilter((before) => ({ ...before, ...part }));
  const [settled] = useDebouncedValue(filter, 300);
  const query = queryOf(settled);
  const pages = usePages(['evidence', query], (path, after: number | null) =>
    api.listEvidence(path, { ...query, after, limit: 100 }),
  );
  const csv = `${base}/accounts/${encodeURIComponent(account)}/evidence.csv${queryText(query)}`;
  const columns: Column<api.Attempt>[] = [
    {
      name: 'When',
      width: 'minmax(0, 1fr)',
      cell: ({ time, hop }) => (
        <>
          <Moment time={time} />
          <Text size="sm" c="dimmed">
            {hopText(hop)}
          </Text>
        </>
      ),
    },
    {
      name: 'Domain and peer',
      width: 'minmax(0, 1.4fr)',
      cell: ({ domain, peer_host: host, peer_address: address }) => (
        <>
          <Link href={at(`/partners/${encodeURIComponent(domain)}`)}>{domain}</Link>
          <Text size="sm" c="dimmed">
            {host} [{address}]
          </Text>
        </>
      ),
    },
    {
      name: 'Outcome',
      width: 'minmax(0, 1.8fr)',
      cell: (attempt) => (
        <>
          <OutcomeStatus outcome={attempt.outcome} />
          {attempt.detail !== '' && <Text size="sm">{attempt.detail}</Text>}
          <div>
            <TlsText attempt={attempt} />
          </div>
          <details>
            <summary>Everything about it</summary>
            <AttemptFacts attempt={attempt} />
          </details>
        </>
      ),
    },
  ];
  return (
    <Page
      title="Evidence"
      lead="Every attempt on every hop, the newest first."
      actions={
        <Button
          component="a"
          href={csv}
          download
          variant="default"
          leftSection={<IconDownload size={18} aria-hidden />}
        >
          Download as CSV
        </Button>
      }
    >
      <Group gap="sm" align="flex-end">
        <TextInput
          label="Domain"
          placeholder="example.com"
          value={filter.domain}
          onChange={(event) => change({ domain: event.currentTarget.value })}
          type="search"
          spellCheck={false}
          style={{ flex: '1 1 12rem' }}
        />
        <NativeSelect
          label="Hop"
          value={filter.hop}
          onChange={(event) => change({ hop: event.currentTarget.value })}
          data={[
            { value: '', label: 'Any' },
            ...api.wordsHop.map((value) => ({ value, label: hopText(value) })),
          ]}
        />
        <NativeSelect
          label="Outcome"
          value={filter.outcome}
          onChange={(event) => change({ outcome: event.currentTarget.value })}
          data={[
            { value: '', label: 'Any' },
            ...api.wordsAttemptOutcome.map((value) => ({ value, label: outcomeText(value) })),
          ]}
        />
        <TextInput
          label="From (UTC)"
          type="date"
          value={filter.from}
          onChange={(event) => change({ from: event.currentTarget.value })}
        />
        <TextInput
          label="Until (UTC)"
          type="date"
          value={filter.until}
          onChange={(event) => change({ until: event.currentTarget.value })}
        />
      </Group>
      <Loaded query={pages}>
        {() => (
          <LongList
            label="Evidence"
            columns={columns}
            pages={pages}
            keyOf={({ row }) => row}
            rowHeight={120}
            empty={<Text>No attempt matches.</Text>}
          />
        )}
      </Loaded>
    </Page>
  );
}
