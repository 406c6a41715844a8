// An account at a glance: the picture of the four hops, the last day in numbers, what needs a look.
import { SimpleGrid, Stack, Text } from '@mantine/core';

import * as api from '../../api/generated';
import { queryText } from '../../api/http';
import { useAsk } from '../../app/ask';
import { useAccount } from '../../app/session';
import { Loaded } from '../../parts/Loaded';
import { Link, Page, Section } from '../../parts/Page';
import { Status } from '../../parts/Status';
import { Table } from '../../parts/Table';
import { hopText, numberText } from '../../parts/words';
import { lockOf, Picture } from './Picture';

function NeedsAttention({ items }: { items: api.Attention[] }) {
  const { at } = useAccount();
  if (items.length === 0) {
    return (
      <div className="card">
        <Status tone="ok">Nothing needs a look.</Status>
      </div>
    );
  }
  return (
    <Stack component="ul" className="plain-list" gap="sm">
      {items.map(({ severity, code, text, domain }) => (
        <li key={`${code} ${domain} ${text}`} className="card">
          <Status tone={severity === 'danger' ? 'bad' : 'warn'}>
            {severity === 'danger' ? 'Needs action' : 'Worth a look'}
          </Status>
          <Text>{text}</Text>
          {code === 'tls-failure-reported' ? (
            <Link href={at(`/reports${queryText({ domain })}`)}>TLS reports</Link>
          ) : (
            domain !== '' && <Link href={at(`/partners/${encodeURIComponent(domain)}`)}>{domain}</Link>
          )}
        </li>
      ))}
    </Stack>
  );
}

function Numbers({ numbers }: { numbers: api.DayNumbers }) {
  const shown: [string, number][] = [
    ['Messages accepted', numbers.accepted],
    ['Deliveries made', numbers.delivered],
    ['Waiting now', numbers.queued],
    ['Attempts deferred', numbers.deferred],
    ['Sessions refused', numbers.refused],
    ['Bounced', numbers.bounced],
    ['Policies in force', numbers.policies],
    ['Only monitored', numbers.monitored],
  ];
  return (
    <SimpleGrid cols={{ base: 2, sm: 4 }} spacing="sm" component="dl" m={0}>
      {shown.map(([name, value]) => (
        <div key={name} className="card" style={{ padding: 16 }}>
          <Text component="dt" size="sm" c="dimmed">
            {name}
          </Text>
          <Text component="dd" m={0} fw={650} fz={26} style={{ fontVariantNumeric: 'tabular-nums' }}>
            {numberText(value)}
          </Text>
        </div>
      ))}
    </SimpleGrid>
  );
}

function HopTable({ hops }: { hops: api.HopNumbers[] }) {
  return (
    <Table
      label="The hops of the last day in numbers"
      columns={['Hop', 'Lock', 'Proved', 'Encrypted', 'In clear', 'Failed']}
      rows={hops.map(({ hop, lock, authenticated, encrypted, clear, failed }) => {
        const { words, icon: Symbol, colour } = lockOf(lock);
        return {
          key: hop,
          cells: [
            hopText(hop),
            <span key="lock" className="status" style={{ color: colour }}>
              <Symbol size={19} aria-hidden />
              <span>{words}</span>
            </span>,
            numberText(authenticated),
            numberText(encrypted),
            numberText(clear),
            numberText(failed),
          ],
        };
      })}
    />
  );
}

export default function Overview() {
  const overview = useAsk(['overview'], api.getOverview, { every: 30_000 });
  return (
    <Page title="Overview" lead="Every hop that Postern controls, over the last 24 hours.">
      <Loaded query={overview}>
        {({ hops, numbers, attention }) => (
          <Stack gap="xl">
            <div className="card">
              <Picture hops={hops} />
              <Text size="sm" c="dimmed">
                Proved: encrypted, and the other side showed who it is. Encrypted: with TLS, not proved.
                Mixed: not all sessions were alike.
              </Text>
            </div>
            <Section title="Needs attention">
              <NeedsAttention items={attention} />
            </Section>
            <Section title="The last day in numbers">
              <Numbers numbers={numbers} />
              <HopTable hops={hops} />
            </Section>
          </Stack>
        )}
      </Loaded>
    </Page>
  );
}
