// A partner: its policy, the four hops with their last proof, every MX, why the requirement holds.
import { Stack, Text } from '@mantine/core';

import * as api from '../../api/generated';
import { useAsk } from '../../app/ask';
import { useParameters } from '../../app/router';
import { useAccount } from '../../app/session';
import { AttemptLine, TlsText } from '../../parts/Attempts';
import { Loaded } from '../../parts/Loaded';
import { Note } from '../../parts/Note';
import { Link, Page, Section } from '../../parts/Page';
import { ModeStatus, OutcomeStatus } from '../../parts/Status';
import { Table } from '../../parts/Table';
import { Ago, Moment } from '../../parts/Time';
import { countText, hopText, modeText, numberText } from '../../parts/words';
import { Exceptions } from './Exceptions';
import { Monitor } from './Monitor';
import { MxHosts } from './MxHosts';
import { PolicyCard } from './PolicyCard';
import { Why } from './Why';

function Hops({ hops }: { hops: api.PartnerHop[] }) {
  return (
    <Table
      label="The four hops"
      columns={['Hop', 'Demanded', 'Last proof', 'Last outcome', '30 days']}
      rows={hops.map(({ hop, required, last, total, failed }) => ({
        key: hop,
        cells: [
          hopText(hop),
          <ModeStatus key="mode" mode={required} />,
          last ? <TlsText key="tls" attempt={last} /> : 'none yet',
          last ? (
            <div key="last">
              <OutcomeStatus outcome={last.outcome} />
              <Text size="sm" c="dimmed">
                <Ago time={last.time} />
              </Text>
            </div>
          ) : (
            '–'
          ),
          failed > 0
            ? `${countText(failed, 'failure')} of ${numberText(total)}`
            : countText(total, 'attempt'),
        ],
      }))}
    />
  );
}

/** What a glance at the policy would not tell. */
function Weakened({ exceptions }: { exceptions: api.Exception[] }) {
  const now = exceptions.find(({ active }) => active);
  if (!now) return null;
  return (
    <Note tone="warn" title="An exception allows less">
      {modeText(now.mode)} is allowed until <Moment time={now.end} />: {now.reason}
    </Note>
  );
}

export default function Partner() {
  const { domain = '' } = useParameters();
  const { at } = useAccount();
  const partner = useAsk(['partner', domain], (path) => api.getPartner({ ...path, domain }));
  return (
    <Page title={partner.data?.shown_as ?? domain} above={<Link href={at('/policies')}>Policies</Link>}>
      <Loaded query={partner}>
        {(data) => (
          <Stack gap="xl">
            <PolicyCard partner={data} />
            <Weakened exceptions={data.exceptions} />
            {data.monitor && data.policy && <Monitor result={data.monitor} policy={data.policy} />}
            <Section title="The four hops">
              <Hops hops={data.hops} />
            </Section>
            <MxHosts partner={data} />
            <Section
              title="Why this requirement"
              lead="Every source that was considered; the strongest demand holds, and only an exception weakens."
            >
              <Why explanation={data.explanation} />
            </Section>
            <Exceptions domain={data.domain} exceptions={data.exceptions} />
            <Section title="Recent attempts">
              <Table
                label="Recent attempts"
                columns={['When', 'What became of it']}
                rows={data.recent.map((attempt) => ({
                  key: attempt.row,
                  cells: [
                    <Ago key="when" time={attempt.time} />,
                    <AttemptLine key="what" attempt={attempt} />,
                  ],
                }))}
                empty={<Text>No attempt yet.</Text>}
              />
            </Section>
          </Stack>
        )}
      </Loaded>
    </Page>
  );
}
