// What live looks find in the mock's world: enough kinds of partners to see every state of a page.
const now = () => Date.now();
const iso = (ms) => new Date(ms).toISOString().replace(/\.\d+Z/, 'Z');
const day = 86_400_000;
export const at = (offset) => iso(now() + offset);

export const hex = (seed, length = 64) => {
  let x = 0;
  for (const c of seed) x = (x * 31 + c.charCodeAt(0)) >>> 0;
  let out = '';
  while (out.length < length) {
    x = (x * 1664525 + 1013904223) >>> 0;
    out += (x >>> 8).toString(16).padStart(6, '0');
  }
  return out.slice(0, length);
};

export const reasons = {
  'certificate-expired': [
    'The certificate has expired.',
    "The server's administrator must renew it; an exception can let mail through meanwhile.",
  ],
  'certificate-host-mismatch': [
    'The certificate is for other names than those that are trusted for this host.',
    "Check that the MX is right; then pin it, or add the certificate's name to the policy.",
  ],
  'certificate-self-signed': [
    'The certificate is self-signed.',
    'Ask for a certificate of a public CA, pin its key in the policy, or use mode relaxed.',
  ],
  'starttls-not-supported': [
    'The server does not offer STARTTLS.',
    'Its administrator must install a certificate and offer STARTTLS.',
  ],
  'connection-refused': [
    'The server refused the connection.',
    'Check host and port, and that a mail server listens there.',
  ],
  'connection-timed-out': [
    'The server did not answer in time.',
    'Check host and port, and that no firewall drops the connection.',
  ],
};
export const reason = (code) =>
  code ? { code, sentence: reasons[code][0], remedy: reasons[code][1] } : null;

export function certificate(host, { expired = false, selfSigned = false } = {}) {
  return {
    subject: `CN=${host}`,
    issuer: selfSigned ? `CN=${host}` : "C=US, O=Let's Encrypt, CN=E7",
    names: selfSigned ? ['localhost'] : [host, `*.${host.split('.').slice(1).join('.')}`],
    key: selfSigned ? 'RSA 2048' : 'EC P-256',
    sha256: hex(host),
    spki_sha256: hex(`${host} key`),
    not_before: at(-60 * day),
    not_after: at(expired ? -3 * day : 30 * day),
    self_signed: selfSigned,
  };
}

function dialogue(host, ending) {
  return [
    `S: 220 ${host} ESMTP ready <b>not markup</b>`,
    'C: EHLO gateway.postern.example',
    `S: 250-${host}`,
    'S: 250-PIPELINING',
    'S: 250-SIZE 52428800',
    ...(ending === 'clear'
      ? ['S: 250 8BITMIME', 'C: QUIT', 'S: 221 2.0.0 Bye']
      : ['S: 250-STARTTLS', 'S: 250 8BITMIME', 'C: STARTTLS', 'S: 220 2.0.0 Ready to start TLS']),
    ...(ending === 'tls'
      ? [
          'C: EHLO gateway.postern.example',
          `S: 250 ${host}`,
          'C: MAIL FROM:<>',
          'S: 250 2.1.0 Ok',
          'C: RCPT TO:<anna@corp.example>',
          'S: 250 2.1.5 Ok',
          'C: RSET',
          'S: 250 2.0.0 Ok',
          'C: QUIT',
          'S: 221 2.0.0 Bye',
        ]
      : []),
  ];
}

export function hostFinding(host, kind, { port = 25, preference = 10, address = '192.0.2.25' } = {}) {
  const code = {
    strict: null,
    relaxed: 'certificate-self-signed',
    expired: 'certificate-expired',
    clear: 'starttls-not-supported',
    dead: 'connection-timed-out',
    refused: 'connection-refused',
  }[kind];
  const readiness = {
    strict: 'ready-strict',
    relaxed: 'ready-relaxed',
    expired: 'ready-relaxed',
    clear: 'not-ready',
    dead: 'unknown',
    refused: 'not-ready',
  }[kind];
  const tls = ['strict', 'relaxed', 'expired'].includes(kind);
  return {
    host,
    port,
    preference,
    secure: kind === 'strict',
    readiness,
    why: reason(code),
    addresses: [
      {
        address,
        readiness,
        why: reason(code),
        tls_version: tls ? 'TLS 1.3' : 'none',
        cipher: tls ? 'TLS_AES_256_GCM_SHA384' : '',
        group: tls ? 'x25519' : '',
        matched_name: kind === 'strict' ? host : '',
        certificate: tls
          ? certificate(host, { expired: kind === 'expired', selfSigned: kind === 'relaxed' })
          : null,
        dialogue: ['dead', 'refused'].includes(kind) ? [] : dialogue(host, tls ? 'tls' : 'clear'),
        took_ms: 84,
      },
    ],
  };
}

export function kindOf(domain) {
  if (/clear|plain/.test(domain)) return 'clear';
  if (/self|relaxed/.test(domain)) return 'relaxed';
  if (/expired/.test(domain)) return 'expired';
  if (/slow|dead/.test(domain)) return 'dead';
  return 'strict';
}

export function domainFinding(domain) {
  const kind = kindOf(domain);
  const shown = {
    'ready-strict': 'Ready: strict',
    'ready-relaxed': 'Ready: relaxed',
    'not-ready': 'Not ready',
    unknown: 'Unknown',
  };
  const hosts = [
    hostFinding(`mx1.${domain}`, kind),
    hostFinding(`mx2.${domain}`, kind === 'clear' ? 'clear' : kind === 'dead' ? 'dead' : kind, {
      preference: 20,
      address: '198.51.100.7',
    }),
  ];
  const first = hosts[0];
  return {
    domain,
    readiness: first.readiness,
    shown_as: shown[first.readiness],
    why: first.why,
    remark: '',
    mx_secure: kind === 'strict',
    warnings: kind === 'strict' ? [] : ['The MX names are not proved by DNSSEC: pins make up for it.'],
    pins: kind === 'strict' ? [`mx1.${domain}`, `mx2.${domain}`] : [`*.${domain}`],
    effective: { mode: 'opportunistic', met: true, why: null, would_fail: '' },
    hosts,
  };
}

export function routeProof(route) {
  const kind = /bad|clear/.test(route.host)
    ? 'clear'
    : /self/.test(route.host)
      ? 'relaxed'
      : /dead/.test(route.host)
        ? 'dead'
        : 'strict';
  const finding = hostFinding(route.host, kind, {
    port: route.port,
    preference: route.priority,
    address: '10.0.0.5',
  });
  const passes = kind === 'strict' || kind === 'relaxed';
  return {
    route: route.id,
    label: `${route.host}:${route.port}`,
    passes,
    shown_as: {
      strict: 'Strict - Trusted Enforced',
      relaxed: 'Relaxed Encryption Mode',
      clear: 'TLS Not Supported',
      dead: 'The server did not answer in time',
    }[kind],
    mode: passes ? kind : null,
    why: finding.why,
    time: at(0),
    finding,
  };
}
