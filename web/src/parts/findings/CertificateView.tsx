import { useState } from 'react';

import type { Certificate } from '../../api/generated';
import { Copyable } from '../Copy';
import { Status } from '../Status';
import { Moment } from '../Time';

export function Validity({ from, until }: { from: string; until: string }) {
  const [now] = useState(() => Date.now());
  if (Date.parse(until) < now)
    return (
      <Status tone="bad">
        Expired: <Moment time={until} />
      </Status>
    );
  if (Date.parse(from) > now)
    return (
      <Status tone="bad">
        Not valid before <Moment time={from} />
      </Status>
    );
  return (
    <>
      <Moment time={from} /> to <Moment time={until} />
    </>
  );
}

export function CertificateView({ certificate }: { certificate: Certificate }) {
  return (
    <dl className="facts">
      <dt>Subject</dt>
      <dd>{certificate.subject}</dd>
      <dt>Issuer</dt>
      <dd>{certificate.self_signed ? <>{certificate.issuer} (vouches for itself)</> : certificate.issuer}</dd>
      <dt>Names</dt>
      <dd>{certificate.names.join(', ') || 'none'}</dd>
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
      <dt>Key pin</dt>
      <dd>
        <Copyable value={certificate.spki_sha256} label="Copy the key pin" />
      </dd>
    </dl>
  );
}
