import { Stack, Text } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';

import * as api from '../../api/generated';
import { Copyable } from '../../parts/Copy';
import { Validity } from '../../parts/findings/CertificateView';
import { Loaded } from '../../parts/Loaded';
import { Section } from '../../parts/Page';
import { Table } from '../../parts/Table';

const roles: Record<string, string> = { world: 'the world', internal: 'internal servers' };

export function Certificates() {
  const gateway = useQuery({ queryKey: ['gateway'], queryFn: api.getGateway });
  return (
    <Loaded query={gateway}>
      {({ certificates, listeners, hostname }) => (
        <Stack gap="xl">
          <Section
            title="Certificates"
            lead={`What ${hostname} shows to those who connect. They are set in the configuration file, and read again when the file changes.`}
          >
            {certificates.length === 0 && (
              <div className="card">The gateway has no certificate: it cannot offer TLS.</div>
            )}
            <Stack component="ul" className="plain-list" gap="sm">
              {certificates.map((one) => (
                <li key={one.sha256} className="card">
                  <dl className="facts">
                    <dt>Names</dt>
                    <dd>{one.names.join(', ')}</dd>
                    <dt>Issuer</dt>
                    <dd>{one.issuer}</dd>
                    <dt>Key</dt>
                    <dd>{one.key}</dd>
                    <dt>Valid</dt>
                    <dd>
                      <Validity from={one.not_before} until={one.not_after} />
                    </dd>
                    <dt>SHA-256</dt>
                    <dd>
                      <Copyable value={one.sha256} label="Copy the fingerprint" />
                    </dd>
                  </dl>
                </li>
              ))}
            </Stack>
          </Section>
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
        </Stack>
      )}
    </Loaded>
  );
}
