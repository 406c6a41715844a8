// The gateway's own certificates: what it shows, what waits to be shown, what it renews by itself.
import { Stack, Text } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';

import * as api from '../../api/generated';
import { useMe } from '../../app/session';
import { mayIn } from '../../app/roles';
import { Copyable } from '../../parts/Copy';
import { Validity } from '../../parts/findings/CertificateView';
import { Loaded } from '../../parts/Loaded';
import { Note } from '../../parts/Note';
import { Section } from '../../parts/Page';
import { Table } from '../../parts/Table';
import { KeptCertificates } from './KeptCertificates';

/** What becomes of a certificate is told by no event. */
const lookEvery = 5_000;

const roles: Record<string, string> = { world: 'the world', internal: 'internal servers' };
const uses: Record<api.CertificateUse, string> = { mail: 'mail servers', web: 'this application' };
const origins: Record<api.CertificateOrigin, string> = {
  file: 'A file that the configuration names',
  acme: 'Got and renewed by the gateway itself',
};

function Facts({ certificate, shown }: { certificate: api.CertificateInfo; shown?: api.ShownCertificate }) {
  return (
    <dl className="facts">
      <dt>Names</dt>
      <dd>{certificate.names.join(', ') || 'none'}</dd>
      <dt>Issuer</dt>
      <dd>{certificate.self_signed ? 'Itself: no authority vouches for it' : certificate.issuer}</dd>
      {shown && (
        <>
          <dt>From</dt>
          <dd>{origins[shown.origin]}</dd>
          <dt>Shown to</dt>
          <dd>{shown.uses.map((use) => uses[use]).join(', ')}</dd>
        </>
      )}
      <dt>Key</dt>
      <dd>{certificate.key}</dd>
      <dt>Valid</dt>
      <dd>
        <Validity from={certificate.not_before} until={certificate.not_after} />
      </dd>
      <dt>SHA-256</dt>
      <dd>
        <Copyable value={certificate.sha256} label="Copy the fingerprint" />
      </dd>
      <dt>TLSA</dt>
      <dd>
        <Copyable value={certificate.tlsa} label="Copy the TLSA record" />
      </dd>
    </dl>
  );
}

function InForce({ certificates }: { certificates: api.ShownCertificate[] }) {
  return (
    <Section title="Certificates" lead="What the gateway shows to those who connect.">
      {certificates.length === 0 && (
        <Note tone="bad">The gateway has no certificate: it cannot offer TLS.</Note>
      )}
      <Stack component="ul" className="plain-list" gap="sm">
        {certificates.map((one) => (
          <li key={one.certificate.sha256} className="card">
            <Facts certificate={one.certificate} shown={one} />
          </li>
        ))}
      </Stack>
    </Section>
  );
}

function Held({ certificates, why }: { certificates: api.CertificateInfo[]; why: string }) {
  if (certificates.length === 0) return null;
  return (
    <Section title="Not shown yet" lead="Read from changed files; the certificate before stays in use.">
      <Note tone="warn" title="It waits">
        {why || 'Whether the published TLSA records allow it is being looked up.'}
      </Note>
      <Stack component="ul" className="plain-list" gap="sm">
        {certificates.map((one) => (
          <li key={one.sha256} className="card">
            <Facts certificate={one} />
          </li>
        ))}
      </Stack>
    </Section>
  );
}

export function Certificates() {
  const { grants } = useMe();
  const gateway = useQuery({ queryKey: ['gateway'], queryFn: api.getGateway });
  const own = useQuery({
    queryKey: ['certificates'],
    queryFn: api.listCertificates,
    refetchInterval: lookEvery,
  });
  return (
    <Stack gap="xl">
      <Loaded query={own}>
        {({ in_force, held, held_why, kept, renews }) => (
          <>
            <InForce certificates={in_force} />
            <Held certificates={held} why={held_why} />
            <KeptCertificates kept={kept} renews={renews} mayAct={mayIn(grants, '*', 'administrator')} />
          </>
        )}
      </Loaded>
      <Loaded query={gateway}>
        {({ listeners }) => (
          <Section title="Listeners" lead="Where the gateway takes mail.">
            <Table
              label="Listeners"
              columns={['Address', 'For', 'TLS']}
              rows={listeners.map(({ address, role, tls }) => ({
                key: `${role} ${address}`,
                cells: [
                  <code key="address">{address}</code>,
                  roles[role] ?? role,
                  tls === 'implicit' ? 'from the first byte' : 'STARTTLS',
                ],
              }))}
              empty={<Text>None.</Text>}
            />
          </Section>
        )}
      </Loaded>
    </Stack>
  );
}
