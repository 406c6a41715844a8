// Every MX with the certificate that it showed last; and a live look at all of them.
import { Button, Progress, Text } from '@mantine/core';
import { useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';

import * as api from '../../api/generated';
import { accountKey, useDo } from '../../app/ask';
import { useAccount } from '../../app/session';
import { useJob } from '../../live/job';
import { TlsText } from '../../parts/Attempts';
import { HostList, ReasonText } from '../../parts/findings/HostView';
import { Copy } from '../../parts/Copy';
import { Announcement, ProblemNote } from '../../parts/Note';
import { Section } from '../../parts/Page';
import { ModeStatus, ReadinessStatus, Status } from '../../parts/Status';
import { Table } from '../../parts/Table';
import { Ago, Moment } from '../../parts/Time';

function ShownCertificate({ server }: { server: api.PartnerServer }) {
  const [now] = useState(() => Date.now());
  const ended = Date.parse(server.expiry) < now;
  return (
    <div>
      {ended ? (
        <Status tone="bad">
          Expired: <Moment time={server.expiry} />
        </Status>
      ) : (
        <>
          until <Moment time={server.expiry} />
        </>
      )}
      <Text size="sm" c="dimmed" component="div">
        <code title={server.certificate_sha256}>{server.certificate_sha256.slice(0, 16)}…</code>
        <Copy value={server.certificate_sha256} label={`Copy the fingerprint of ${server.host}`} />
      </Text>
      <Text size="sm" c="dimmed">
        shown <Ago time={server.seen} />
      </Text>
    </div>
  );
}

export function MxHosts({ partner }: { partner: api.Partner }) {
  const { account, may } = useAccount();
  const queries = useQueryClient();
  const [id, setId] = useState<string | null>(null);
  const job = useJob(id);
  const look = useDo<void, api.Job>(
    (path) => api.probeDomains(path, { domains: [partner.domain] }),
    (made) => {
      queries.setQueryData(accountKey(account, 'job', made.id), made);
      setId(made.id);
    },
  );
  const item = job?.items[0];
  const finding = item?.domain ?? null;
  const running = job?.state === 'running';
  const isWildcard = partner.domain.startsWith('*.');
  return (
    <Section
      title="MX hosts"
      lead="Where its mail goes, and what each host showed last."
      actions={
        may('operator') &&
        !isWildcard && (
          <Button variant="default" onClick={() => look.mutate()} loading={look.isPending || running}>
            Look now
          </Button>
        )
      }
    >
      <ProblemNote error={look.error} />
      {partner.explanation.failure !== null && <Text>{partner.explanation.failure}</Text>}
      <Table
        label="MX hosts"
        columns={['Host', 'Preference', 'Must meet', 'Last seen', 'Certificate']}
        rows={partner.explanation.hosts.map(({ host, preference, mode, out }) => {
          const last = partner.recent.find((attempt) => attempt.peer_host === host);
          const server = partner.servers.find((one) => one.host === host);
          return {
            key: host,
            cells: [
              host,
              preference,
              out === null ? <ModeStatus key="mode" mode={mode} /> : `Not used: ${out}`,
              last ? (
                <div key="last">
                  <TlsText attempt={last} />
                  <Text size="sm" c="dimmed">
                    <Ago time={last.time} />
                  </Text>
                </div>
              ) : (
                'not yet'
              ),
              server ? <ShownCertificate key="certificate" server={server} /> : 'none seen yet',
            ],
          };
        })}
        empty={<Text>{isWildcard ? 'A wildcard has no MX of its own.' : 'No MX is known.'}</Text>}
      />
      {running && <Progress value={50} animated aria-label="Looking" />}
      <Announcement>
        {running ? `Looking: ${item?.step ?? ''}` : finding ? finding.shown_as : ''}
      </Announcement>
      {item?.failure && <ReasonText why={item.failure} />}
      {finding && (
        <div>
          <ReadinessStatus readiness={finding.readiness} />
          <ReasonText why={finding.why} />
          <HostList hosts={finding.hosts} />
        </div>
      )}
    </Section>
  );
}
