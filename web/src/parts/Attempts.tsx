// Evidence: attempts on hops, each with what was demanded, what was seen and what became of it.
import { Stack, Text } from '@mantine/core';

import type { Attempt } from '../api/generated';
import { useAccount } from '../app/session';
import { Copyable } from './Copy';
import { Link } from './Page';
import { ModeStatus, OutcomeStatus, Status } from './Status';
import { Moment } from './Time';
import { hopText, tookText } from './words';

const methods: Record<string, string> = {
  none: 'not proved',
  pkix: 'proved by a trusted authority',
  dane: 'proved by DANE',
  pin: 'proved by a pinned key',
};

export function TlsText({ attempt }: { attempt: Attempt }) {
  const { tls_version: version, authentication } = attempt;
  if (version === 'none' || version === '')
    return (
      <Status tone="bad" icon="open" size={17}>
        No TLS
      </Status>
    );
  const proved = authentication !== 'none' && authentication !== '';
  return (
    <Status tone={proved ? 'ok' : 'info'} icon={proved ? 'proved' : 'lock'} size={17}>
      {version}, {methods[authentication] ?? authentication}
    </Status>
  );
}

export function AttemptFacts({ attempt }: { attempt: Attempt }) {
  const { at } = useAccount();
  return (
    <dl className="facts">
      <dt>When</dt>
      <dd>
        <Moment time={attempt.time} />, took {tookText(attempt.took_us)}, on node {attempt.node}
      </dd>
      <dt>Peer</dt>
      <dd>
        {attempt.peer_host} [{attempt.peer_address}]
      </dd>
      {attempt.message !== null && (
        <>
          <dt>Message</dt>
          <dd>
            <Link href={at(`/messages/${encodeURIComponent(attempt.message)}`)}>{attempt.message}</Link>
          </dd>
        </>
      )}
      <dt>Demanded</dt>
      <dd>
        <ModeStatus mode={attempt.required} />
        {attempt.sources.map(({ name, rule, fate }) => (
          <Text key={name} size="sm" c="dimmed">
            {name}: {fate}
            {rule !== '' && ` (${rule})`}
          </Text>
        ))}
      </dd>
      <dt>Seen</dt>
      <dd>
        <TlsText attempt={attempt} />
        {attempt.cipher !== '' && (
          <Text size="sm" c="dimmed">
            {[attempt.cipher, attempt.group].filter(Boolean).join(', ')}
          </Text>
        )}
      </dd>
      {attempt.certificate_sha256 !== '' && (
        <>
          <dt>Certificate</dt>
          <dd>
            {attempt.issuer}
            {attempt.expiry !== '' && (
              <>
                , until <Moment time={attempt.expiry} />
              </>
            )}
            {attempt.matched_name !== '' && <>, proves {attempt.matched_name}</>}
            <Copyable value={attempt.certificate_sha256} label="Copy the fingerprint" />
          </dd>
        </>
      )}
      {attempt.would_fail !== '' && (
        <>
          <dt>Monitored</dt>
          <dd>
            <Status tone="warn" icon="eye">
              Would have failed: {attempt.would_fail_why}
            </Status>
          </dd>
        </>
      )}
      {attempt.used_exception && (
        <>
          <dt>Exception</dt>
          <dd>
            <Status tone="warn">An exception allowed less than the policy demands</Status>
          </dd>
        </>
      )}
    </dl>
  );
}

/** One attempt: a line that says all, and the rest one click away. */
export function AttemptLine({ attempt }: { attempt: Attempt }) {
  return (
    <Stack gap={4}>
      <OutcomeStatus outcome={attempt.outcome} />
      <Text>
        {hopText(attempt.hop)}, {attempt.peer_host}
      </Text>
      {attempt.detail !== '' && <Text size="sm">{attempt.detail}</Text>}
      <details>
        <summary>Everything about it</summary>
        <AttemptFacts attempt={attempt} />
      </details>
    </Stack>
  );
}
