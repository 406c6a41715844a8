// One message's way over its hops, and where it still has to go.
import { Stack, Text } from '@mantine/core';

import * as api from '../../api/generated';
import { useAsk } from '../../app/ask';
import { useParameters } from '../../app/router';
import { useAccount } from '../../app/session';
import { AttemptLine } from '../../parts/Attempts';
import { Loaded } from '../../parts/Loaded';
import { Link, Page, Section } from '../../parts/Page';
import { Status } from '../../parts/Status';
import { Moment } from '../../parts/Time';
import { sizeText } from '../../parts/words';
import { DeliveryView } from './Queue';
import { QueueActions } from './QueueActions';

function Envelope({ message }: { message: api.Message }) {
  return (
    <div className="card">
      <dl className="facts">
        <dt>From</dt>
        <dd>{message.sender === '' ? 'empty: a bounce' : message.sender}</dd>
        <dt>Size</dt>
        <dd>{sizeText(message.size)}</dd>
        <dt>Accepted</dt>
        <dd>
          <Moment time={message.accepted} />, from {message.from_host}
        </dd>
      </dl>
    </div>
  );
}

function Waiting({ delivery }: { delivery: api.Delivery }) {
  return (
    <div className="card">
      <Stack gap="xs">
        <DeliveryView delivery={delivery} />
        <Text size="sm">Recipients: {delivery.recipients.join(', ')}</Text>
        {delivery.remedy !== '' && <Text size="sm">What to do: {delivery.remedy}</Text>}
        {delivery.host !== '' && <Text size="sm">Last server: {delivery.host}</Text>}
        {delivery.diagnostic !== '' && <pre className="dialogue">{delivery.diagnostic}</pre>}
      </Stack>
    </div>
  );
}

export default function MessageTrace() {
  const { id = '' } = useParameters();
  const { at } = useAccount();
  const trace = useAsk(['message', id], (path) => api.traceMessage({ ...path, id }));
  return (
    <Page
      title={`Message ${id}`}
      above={<Link href={at('/queue')}>Queue</Link>}
      lead="Its way over the hops; never its content."
      width={860}
    >
      <Loaded query={trace}>
        {({ message, attempts }) => (
          <Stack gap="xl">
            {message ? (
              <>
                <Envelope message={message} />
                <QueueActions chosen={new Set([id])} domain="" onDone={() => undefined} />
                <Section title="Where it still has to go">
                  {message.deliveries.map((delivery) => (
                    <Waiting key={delivery.id} delivery={delivery} />
                  ))}
                </Section>
              </>
            ) : (
              <Status tone="ok">It is no longer in the queue.</Status>
            )}
            <Section title="Its way so far">
              {attempts.length === 0 && <div className="card">No attempt is recorded yet.</div>}
              <Stack component="ol" className="plain-list" gap="sm">
                {attempts.map((attempt) => (
                  <li key={attempt.row} className="card">
                    <Text size="sm" c="dimmed">
                      <Moment time={attempt.time} />
                    </Text>
                    <AttemptLine attempt={attempt} />
                  </li>
                ))}
              </Stack>
            </Section>
          </Stack>
        )}
      </Loaded>
    </Page>
  );
}
