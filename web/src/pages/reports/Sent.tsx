// What became of the reports that the gateway sends, for its administrators.
import { Text } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';

import * as api from '../../api/generated';
import { Loaded } from '../../parts/Loaded';
import { Status, type Tone } from '../../parts/Status';
import { Table } from '../../parts/Table';
import { Moment } from '../../parts/Time';

const states: Record<string, { tone: Tone; words: string }> = {
  waiting: { tone: 'busy', words: 'To be tried again' },
  sent: { tone: 'ok', words: 'Sent' },
  failed: { tone: 'bad', words: 'Given up' },
  unwanted: { tone: 'quiet', words: 'Not asked for' },
};

function State({ state, attempts }: api.TlsSending) {
  const { tone, words } = states[state] ?? { tone: 'info', words: state };
  const isNew = state === 'waiting' && attempts === 0;
  return <Status tone={tone}>{isNew ? 'Waits for its time' : words}</Status>;
}

export function Sent() {
  const sent = useQuery({ queryKey: ['tls-reports-sent'], queryFn: api.listSentTlsReports });
  return (
    <Loaded query={sent}>
      {({ items }) => (
        <Table
          label="Reports that we send"
          columns={['About', 'Where to', 'State', 'When']}
          rows={items.map((one) => ({
            key: `${one.day} ${one.domain} ${one.destination}`,
            cells: [
              <div key="about" style={{ minWidth: '13rem' }}>
                {one.domain}
                <Text size="sm" c="dimmed">
                  {one.day}
                </Text>
              </div>,
              one.destination || 'nowhere',
              <div key="state">
                <State {...one} />
                {one.detail !== '' && (
                  <Text size="sm" c="dimmed">
                    {one.detail}
                  </Text>
                )}
              </div>,
              <span key="when">
                {one.state === 'waiting' && 'Next: '}
                <Moment time={one.due} />
              </span>,
            ],
          }))}
          empty={<Text>No day is over yet that a report could be about.</Text>}
        />
      )}
    </Loaded>
  );
}
