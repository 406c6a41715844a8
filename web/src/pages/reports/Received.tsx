// What others report about TLS to our domains (RFC 8460): how much, what fails, and for whom.
import { Button, Group, NativeSelect, Stack, Text } from '@mantine/core';
import { useState } from 'react';

import * as api from '../../api/generated';
import { queryText } from '../../api/http';
import { useAsk, usePages } from '../../app/ask';
import { useSearchParameter } from '../../app/router';
import { useAccount } from '../../app/session';
import { Loaded } from '../../parts/Loaded';
import { LongList, type Column } from '../../parts/LongList';
import { Note } from '../../parts/Note';
import { Link, Section } from '../../parts/Page';
import { Status } from '../../parts/Status';
import { Table } from '../../parts/Table';
import { Moment } from '../../parts/Time';
import { numberText } from '../../parts/words';
import { ReportDialog } from './ReportDialog';
import { daysAgo, SessionsChart } from './SessionsChart';

function Days({ first, last }: { first: string; last: string }) {
  return (
    <Text style={{ whiteSpace: 'nowrap' }}>
      {first}
      {last !== first && (
        <>
          {' to'}
          <br />
          {last}
        </>
      )}
    </Text>
  );
}

// A stranger may go on and on: here it is cut short, and whole in the report.
function Failing({ items }: { items: api.TlsFailing[] }) {
  return (
    <Table
      label="What fails"
      columns={['Who has the trouble', 'What fails', 'At', 'Sessions', 'Days']}
      rows={items.map((one) => ({
        key: `${one.domain} ${one.organization} ${one.result_type} ${one.receiving_mx} ${one.reason}`,
        cells: [
          <div key="who">
            <Text lineClamp={3}>{one.organization}</Text>
            <Text size="sm" c="dimmed">
              mail to {one.domain}
            </Text>
          </div>,
          <div key="what">
            <Text>{one.meaning}</Text>
            <Text size="sm" c="dimmed" lineClamp={3}>
              {one.result_type}
              {one.reason !== '' && `, ${one.reason}`}
            </Text>
          </div>,
          <Text key="at" lineClamp={3}>
            {one.receiving_mx || 'not told'}
          </Text>,
          numberText(one.sessions),
          <Days key="days" first={one.first.slice(0, 10)} last={one.last.slice(0, 10)} />,
        ],
      }))}
      empty={<Status tone="ok">No report of this time tells of a failure.</Status>}
    />
  );
}

const columns = (open: (id: number) => void): Column<api.TlsReportSummary>[] => [
  { name: 'Day', width: 'minmax(0, 0.8fr)', cell: ({ begins }) => begins.slice(0, 10) },
  {
    name: 'Sent by',
    width: 'minmax(0, 1.6fr)',
    cell: ({ organization, domain, received }) => (
      <>
        <Text lineClamp={2}>{organization}</Text>
        <Text size="sm" c="dimmed">
          about {domain}, came <Moment time={received} />
        </Text>
      </>
    ),
  },
  {
    name: 'Sessions',
    width: 'minmax(0, 1fr)',
    cell: ({ successful, failed }) => (
      <>
        {numberText(successful)} good
        <br />
        {failed > 0 ? <Status tone="bad">{numberText(failed)} failed</Status> : 'none failed'}
      </>
    ),
  },
  {
    name: '',
    width: 'minmax(0, 0.7fr)',
    cell: ({ id, organization, begins }) => (
      <Button
        size="compact-md"
        variant="default"
        onClick={() => open(id)}
        aria-label={`Open the report of ${organization} about ${begins.slice(0, 10)}`}
      >
        Open
      </Button>
    ),
  },
];

function Told({ domain, from, until }: { domain: string | null; from: string; until: string }) {
  const { at } = useAccount();
  const query = { domain, from };
  const days = useAsk(['tls-days', query], (path) => api.listTlsDays(path, query));
  const failures = useAsk(['tls-failures', query], (path) => api.listTlsFailures(path, query));
  const reports = usePages(['tls-reports', query], (path, before: number | null) =>
    api.listTlsReports(path, { ...query, before, limit: 100 }),
  );
  const [opened, setOpened] = useState<number | null>(null);
  return (
    <Loaded query={days}>
      {({ items }) =>
        items.length === 0 ? (
          <Note tone="info" title="No report in this time">
            Large providers send one a day to each domain that says where to, in a TXT record at _smtp._tls:
            see <Link href={at(`/publish${queryText({ domain })}`)}>what to publish</Link>. The first ones
            come a day or two later, and tell only of mail that they sent.
          </Note>
        ) : (
          <Stack gap="xl">
            <Section title="Sessions by day" lead="All reports of this time together.">
              <SessionsChart days={items} from={from} until={until} />
            </Section>
            <Section title="What fails" lead="Most sessions first.">
              <Loaded query={failures}>{({ items: failing }) => <Failing items={failing} />}</Loaded>
            </Section>
            <Section title="Reports" lead="What came last stands first.">
              <Loaded query={reports}>
                {() => (
                  <LongList
                    label="Reports"
                    columns={columns(setOpened)}
                    pages={reports}
                    keyOf={({ id }) => id}
                    rowHeight={72}
                    empty={<Text>No report in this time.</Text>}
                  />
                )}
              </Loaded>
            </Section>
            {opened !== null && <ReportDialog id={opened} onClose={() => setOpened(null)} />}
          </Stack>
        )
      }
    </Loaded>
  );
}

const periods = [
  { value: '7', label: 'Last 7 days' },
  { value: '30', label: 'Last 30 days' },
  { value: '90', label: 'Last 90 days' },
  { value: '365', label: 'Last year' },
];

export function Received() {
  const domains = useAsk(['domains'], api.listDomains);
  const [domain, setDomain] = useSearchParameter('domain');
  const [wanted, setDays] = useSearchParameter('days');
  const days = periods.find(({ value }) => value === wanted)?.value ?? '30';
  const [now] = useState(() => Date.now());
  const internal = domains.data?.items ?? [];
  const known = internal.some((one) => one.domain === domain);
  return (
    <Stack gap="xl">
      <Group gap="sm" align="flex-end">
        <NativeSelect
          label="Domain"
          value={known ? domain : ''}
          onChange={(event) => setDomain(event.currentTarget.value)}
          data={[
            { value: '', label: 'All domains' },
            ...internal.map((one) => ({ value: one.domain, label: one.shown_as })),
          ]}
        />
        <NativeSelect
          label="Time"
          value={days}
          onChange={(event) => setDays(event.currentTarget.value)}
          data={periods}
        />
      </Group>
      <Loaded query={domains}>
        {() => (
          <Told domain={known ? domain : null} from={daysAgo(Number(days), now)} until={daysAgo(0, now)} />
        )}
      </Loaded>
    </Stack>
  );
}
