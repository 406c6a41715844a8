// What became of the reports that the gateway sends, for its administrators.
import { Text } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';

import * as api from '../../api/generated';
import { Loaded } from '../../parts/Loaded';
import { Section } from '../../parts/Page';
import { Status, type Tone } from '../../parts/Status';
import { Table } from '../../parts/Table';
import { Moment } from '../../parts/Time';

const states: Record<string, { tone: Tone; words: string }> = {
  waiting: { tone: 'busy', words: 'To be tried again' },
  sent: { tone: 'ok', words: 'Sent' },
  failed: { tone: 'bad', words: 'Given up' },
  unwanted: { tone: 'quiet', words: 'Not asked for' },
};

function State({ state }: { state: string }) {
  const { tone, words } = states[state] ?? { tone: 'info', words: state };
  return <Status tone={tone}>{words}</Status>;
}

export function Sent() {
  const sent = useQuery({ queryKey: ['tls-reports-sent'], queryFn: api.listSentTlsReports });
  return (
    <Section
      title="Reports that we send"
      lead="Each day, what this gateway saw is told to the domains that ask for it. They cover all accounts."
    >
      <Loaded query={sent}>
        {({ items }) => (
          <Table
            label="Reports that we send"
            columns={['Day', 'Domain', 'Where to', 'State', 'When']}
            rows={items.map((one) => ({
              key: `${one.day} ${one.domain} ${one.destination}`,
              cells: [
                one.day,
                one.domain,
                one.destination || 'nowhere',
                <div key="state">
                  <State state={one.state} />
                  {one.detail !== '' && (
                    <Text size="sm" c="dimmed">
                      {one.detail}
                    </Text>
                  )}
                </div>,
                <Moment key="when" time={one.due} />,
              ],
            }))}
            empty={<Text>No day is over yet that a report could be about.</Text>}
          />
        )}
      </Loaded>
    </Section>
  );
}
