// Platform | Set Up Your Outbound Email: which servers may send, how to point them here, SPF, and
// the confirmation when the first message arrives.
import { Stack, Tabs, Text } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';

import * as api from '../../api/generated';
import { useAsk } from '../../app/ask';
import { useAccount } from '../../app/session';
import { Snippet } from '../../parts/Copy';
import { Loaded } from '../../parts/Loaded';
import { Note } from '../../parts/Note';
import { Link, Page, Section } from '../../parts/Page';
import { Status } from '../../parts/Status';
import { Ago } from '../../parts/Time';
import { DnsState } from '../inbound/DnsState';
import { Senders } from './Senders';
import { snippetsFor, targetOf } from './snippets';

function FirstMessage() {
  const first = useAsk(['first-message'], api.getFirstMessage, { every: 5_000 });
  return (
    <Section
      title="First message"
      lead="Send one from your server to any address outside; this page hears of it."
    >
      <Loaded query={first}>
        {({ arrived, at, from_address: from, tls_version: version }) => (
          <div role="status" className="card">
            {arrived ? (
              <Stack gap={4}>
                <Status tone="ok">A message of your server arrived</Status>
                <Text>
                  {from && <>From {from}, </>}
                  {version === null ? 'in clear' : `with ${version}`}
                  {at && (
                    <>
                      , <Ago time={at} />
                    </>
                  )}
                  .
                </Text>
                {version === null && (
                  <Note tone="warn">
                    It came without TLS. Switch TLS on at the server before you require it here.
                  </Note>
                )}
              </Stack>
            ) : (
              <Status tone="busy">Waiting for the first message</Status>
            )}
          </div>
        )}
      </Loaded>
    </Section>
  );
}

function PointHere() {
  const gateway = useQuery({ queryKey: ['gateway'], queryFn: api.getGateway });
  return (
    <Section title="Point your mail server here">
      <Loaded query={gateway}>
        {(info) => {
          const snippets = snippetsFor(targetOf(info));
          return (
            <div className="card">
              <Tabs defaultValue={snippets[0]?.name}>
                <Tabs.List aria-label="Mail server">
                  {snippets.map(({ name }) => (
                    <Tabs.Tab key={name} value={name}>
                      {name}
                    </Tabs.Tab>
                  ))}
                </Tabs.List>
                {snippets.map(({ name, lead, text }) => (
                  <Tabs.Panel key={name} value={name} pt="md">
                    <Stack gap="sm">
                      <Text>{lead}</Text>
                      <Snippet text={text} label={`Settings for ${name}`} />
                    </Stack>
                  </Tabs.Panel>
                ))}
              </Tabs>
            </div>
          );
        }}
      </Loaded>
    </Section>
  );
}

function Spf() {
  const domains = useAsk(['domains'], api.listDomains);
  return (
    <Section title="SPF records" lead="They tell the world that the gateway may send for your domains.">
      <Loaded query={domains}>
        {({ items }) => (
          <Stack gap="sm">
            {items
              .filter(({ validated }) => validated)
              .map(({ domain }) => (
                <DnsState
                  key={domain}
                  domain={domain}
                  what="spf"
                  good="The gateway is allowed"
                  ask={api.checkSpf}
                />
              ))}
          </Stack>
        )}
      </Loaded>
    </Section>
  );
}

export default function Outbound() {
  const { at } = useAccount();
  return (
    <Page
      title="Set Up Your Outbound Email"
      above={
        <>
          <Link href={at('/tasks')}>Tasks</Link> | Platform
        </>
      }
      lead="Say which servers may send, point them here, and see the first message arrive."
      width={1000}
    >
      <Stack gap="xl">
        <Senders />
        <PointHere />
        <Spf />
        <FirstMessage />
      </Stack>
    </Page>
  );
}
