// What a live look found at a host: every address with its TLS, certificate and full dialogue.
import { Stack, Text } from '@mantine/core';

import type { AddressFinding, HostFinding, Reason } from '../../api/generated';
import { ReadinessStatus } from '../Status';
import { CertificateView } from './CertificateView';

export function ReasonText({ why }: { why: Reason | null }) {
  if (why === null) return null;
  return (
    <div>
      <Text>{why.sentence}</Text>
      {why.remedy !== '' && (
        <Text c="dimmed" size="sm">
          What to do: {why.remedy}
        </Text>
      )}
    </div>
  );
}

function AddressView({ finding, label }: { finding: AddressFinding; label: string }) {
  const { address, tls_version: version, cipher, group, matched_name: name, certificate, dialogue } = finding;
  return (
    <Stack gap="sm">
      <dl className="facts">
        <dt>Address</dt>
        <dd>
          {address}, answered in {finding.took_ms} ms
        </dd>
        <dt>TLS</dt>
        <dd>{version === 'none' ? 'none' : [version, cipher, group].filter(Boolean).join(', ')}</dd>
        {name !== '' && (
          <>
            <dt>Proved name</dt>
            <dd>{name}</dd>
          </>
        )}
      </dl>
      {certificate && (
        <div>
          <Text fw={600} mb={4}>
            Certificate
          </Text>
          <CertificateView certificate={certificate} />
        </div>
      )}
      {dialogue.length > 0 && (
        <div>
          <Text fw={600} mb={4}>
            Dialogue
          </Text>
          {/* Scrolls, so the keyboard must reach it. */}
          <pre
            className="dialogue"
            tabIndex={0}
            role="region"
            aria-label={`Dialogue with ${label}, ${address}`}
          >
            {dialogue.join('\n')}
          </pre>
        </div>
      )}
    </Stack>
  );
}

export function HostDetails({ host }: { host: HostFinding }) {
  const label = `${host.host}:${host.port}`;
  return (
    <Stack gap="lg" pt="xs">
      {host.addresses.length === 0 && <Text c="dimmed">No address was tried.</Text>}
      {host.addresses.map((finding) => (
        <AddressView key={finding.address} finding={finding} label={label} />
      ))}
    </Stack>
  );
}

/** The hosts of a domain, each with its verdict; details on demand. */
export function HostList({ hosts }: { hosts: HostFinding[] }) {
  return (
    <Stack component="ul" className="plain-list" gap="sm" pt="xs">
      {hosts.map((host) => (
        <li key={`${host.host}:${host.port}`} className="card" style={{ padding: 14 }}>
          <Stack gap={4}>
            <Text fw={600}>
              {host.host}{' '}
              <Text c="dimmed" span size="sm">
                preference {host.preference}
                {host.secure ? ', name proved by DNSSEC' : ''}
              </Text>
            </Text>
            <ReadinessStatus readiness={host.readiness} />
            <ReasonText why={host.why} />
            <details>
              <summary>Certificate and full dialogue</summary>
              <HostDetails host={host} />
            </details>
          </Stack>
        </li>
      ))}
    </Stack>
  );
}
