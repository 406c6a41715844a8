// The mock's gateway in memory. Scenarios: "fresh" (no user yet), "empty" (an administrator and
// nothing else), "ready" (first three tasks done), "full" (a year of work).
import { at, domainFinding, hex, kindOf, reason, reasons } from './findings.mjs';

const day = 86_400_000;
const hour = 3_600_000;

export const draftOf = () => ({
  revision: 0,
  started: false,
  step: 'start',
  address: '',
  routes: [],
  job: null,
  may_go_on: false,
  why_not: 'The routes have not been tested yet.',
  require_tls_from_servers: false,
  domains: [],
  removals: [],
  author: '',
  changed: null,
});

export function policyOf(id, domain, more = {}) {
  return {
    id,
    domain,
    shown_as: domain.replace('xn--bcher-kva', 'bücher'),
    exclude: [],
    mode: 'strict',
    stage: 'enforce',
    delivery: true,
    receipt: true,
    require: 'any',
    floor: 'standard',
    mx: [`*.${domain.replace(/^\*\./, '')}`],
    names: [],
    spki: [],
    client_names: [],
    on_failure: 'defer',
    time_limit: '24h',
    valid_from: null,
    valid_until: null,
    active: true,
    note: '',
    author: 'alice',
    created: at(-40 * day),
    ...more,
  };
}

export const noSts = { mta_sts: 'off', mta_sts_max_age: 604_800, mta_sts_mx: [] };
const domainOf = (id, domain, validated) => ({
  id,
  domain,
  shown_as: domain,
  validated,
  enforce_receipt: false,
  ...noSts,
  publish: [
    { name: `_postern-verify.${domain}`, type: 'TXT', value: `postern-verify=${hex(domain, 32)}` },
    {
      name: `${hex(domain, 16)}.${domain}`,
      type: 'CNAME',
      value: `${hex(domain, 24)}.verify.postern.example`,
    },
  ],
});

const routeOf = (id, host, more = {}) => ({
  id,
  domain: 'corp.example',
  host,
  port: 25,
  priority: 10,
  tls: 'starttls',
  mode: 'opportunistic',
  names: [],
  login_user: null,
  ...more,
});

export function makeWorld(scenario) {
  const admin = {
    name: 'alice',
    password: 'correct horse battery',
    totp: null,
    grants: [{ account: '*', role: 'administrator' }],
    created: at(-90 * day),
    last_sign_in: at(-2 * hour),
  };
  const account = {
    name: 'main',
    title: 'Example Ltd',
    domains: [],
    routes: [],
    externalRoutes: [],
    senders: [],
    policies: [],
    exceptions: [],
    draft: draftOf(),
    queue: [],
    audit: [],
    first: { arrived: false, at: null, from_address: null, tls_version: null },
  };
  const own = {
    names: ['gateway.postern.example'],
    issuer: "C=US, O=Let's Encrypt, CN=E7",
    self_signed: false,
    sha256: hex('gateway'),
    key: 'EC P-256',
    not_before: at(-78 * day),
    not_after: at(12 * day),
    tlsa: `3 1 1 ${hex('key')}`,
  };
  const world = {
    scenario,
    certificates: {
      in_force: [{ certificate: own, uses: ['mail', 'web'], origin: 'acme' }],
      held: [],
      held_why: '',
      renews: true,
      kept: [
        {
          name: own.names[0],
          names: own.names,
          certificate: own,
          renewal: at(-18 * day),
          failures: 2,
          why: 'The authority did not answer in time.',
          next_attempt: at(1_800_000),
          waiting: null,
          next_tlsa: null,
          waits_for: '',
        },
      ],
    },
    users: scenario === 'fresh' ? [] : [admin],
    tokens: [],
    setupCode: 'open-sesame',
    nextId: 1000,
    jobs: new Map(),
    streams: new Set(),
    accounts: new Map([['main', account]]),
    revision: 1,
  };
  if (scenario === 'fresh' || scenario === 'empty') return world;
  world.users.push(
    {
      name: 'bob',
      password: 'correct horse battery',
      totp: '123456',
      grants: [{ account: 'main', role: 'operator' }],
      created: at(-30 * day),
      last_sign_in: null,
    },
    {
      name: 'vera',
      password: 'correct horse battery',
      totp: null,
      grants: [{ account: 'main', role: 'viewer' }],
      created: at(-30 * day),
      last_sign_in: at(-5 * day),
    },
  );
  account.domains = [domainOf(1, 'corp.example', true), domainOf(2, 'corp-brand.example', true)];
  account.routes = [routeOf(11, 'mx1.corp.example'), routeOf(12, 'mx2-self.corp.example', { priority: 20 })];
  account.senders = [
    {
      id: 21,
      kind: 'address-range',
      range: '10.0.0.0/24',
      user: null,
      password_set: false,
      certificate_spki: null,
      require_tls: false,
      note: 'Exchange servers in the main building',
    },
  ];
  account.first = { arrived: true, at: at(-3 * day), from_address: '10.0.0.5', tls_version: 'TLS 1.3' };
  if (scenario === 'ready') return world;

  world.accounts.set('north', {
    ...account,
    name: 'north',
    title: 'North Branch',
    policies: [],
    queue: [],
    draft: draftOf(),
    audit: [],
  });
  world.tokens = [
    {
      id: 't1',
      name: 'Monitoring',
      grants: [{ account: 'main', role: 'viewer' }],
      author: 'alice',
      created: at(-20 * day),
      last_used: at(-60_000),
      expires: at(345 * day),
    },
  ];
  account.domains.push(domainOf(3, 'new-brand.example', false));
  account.routes[0].mode = 'strict';
  account.routes[1].mode = 'relaxed';
  account.externalRoutes = [
    {
      id: 31,
      domain: 'legacy.example',
      host: 'relay.legacy.example',
      port: 587,
      priority: 10,
      tls: 'starttls',
      mode: 'strict',
      verify_name: null,
      consult_published: false,
      login_user: 'corp',
    },
  ];
  account.policies = [
    policyOf(101, 'bank.example', { note: 'Contract 2024-117' }),
    policyOf(102, '*.gov.example', { exclude: ['old.gov.example'], mode: 'strict' }),
    policyOf(103, 'hospital-expired.example', { stage: 'monitor' }),
    policyOf(104, 'lawyers-relaxed.example', { mode: 'relaxed', mx: [] }),
    policyOf(105, 'xn--bcher-kva.example', {}),
  ];
  for (let n = 0; n < 10_000; n += 1) {
    account.policies.push(
      policyOf(1_000_000 + n, `partner-${String(n).padStart(5, '0')}.example`, {
        mode: n % 7 === 0 ? 'relaxed' : 'strict',
        stage: n % 11 === 0 ? 'monitor' : 'enforce',
      }),
    );
  }
  account.policies.sort((a, b) => (a.domain < b.domain ? -1 : 1));
  account.exceptions = [
    {
      id: 41,
      domain: 'hospital-expired.example',
      mode: 'relaxed',
      reason: 'Renewal is under way, ticket 4711',
      author: 'alice',
      created: at(-2 * day),
      end: at(5 * day),
      active: true,
    },
    {
      id: 42,
      domain: 'bank.example',
      mode: 'relaxed',
      reason: 'Move of their mail',
      author: 'bob',
      created: at(-60 * day),
      end: at(-50 * day),
      active: false,
    },
  ];
  for (let n = 0; n < 300; n += 1) {
    account.audit.unshift({
      sequence: n + 1,
      time: at(-(300 - n) * hour),
      actor: n % 3 ? 'alice' : 'bob',
      via: n % 5 ? 'api' : 'cli',
      account: 'main',
      action: n % 4 ? 'policy.add' : 'route.change',
      object:
        n % 4 ? `policy partner-${String(n).padStart(5, '0')}.example` : 'internal route mx1.corp.example:25',
      before: n % 4 ? '' : '{"mode":"opportunistic"}',
      after:
        n % 4
          ? '{"mode":"strict","stage":"enforce","note":"<img src=x onerror=alert(1)>"}'
          : '{"mode":"strict"}',
      hash: hex(`audit ${n}`),
    });
  }
  return world;
}

// --- the queue: a hundred thousand messages, made as they are asked for ---------------------------
const queueLength = 100_000;
const queueId = (n) => `Q${String(n).padStart(9, '0')}`;
const queueReasons = ['certificate-expired', 'starttls-not-supported', 'connection-timed-out', ''];

export function queuedMessage(n, changes) {
  const id = queueId(n);
  const code = queueReasons[n % queueReasons.length];
  const domain =
    n % 3 ? `partner-${String(n % 10_000).padStart(5, '0')}.example` : 'hospital-expired.example';
  const state = changes.get(id) ?? (n % 50 === 7 ? 'held' : 'queued');
  return {
    id,
    sender: n % 17 === 0 ? '' : `person${n % 40}@corp.example`,
    size: 2_000 + ((n * 7919) % 4_000_000),
    accepted: at(-(queueLength - n) * 700),
    from_host: 'mail.corp.example [10.0.0.5]',
    deliveries: [
      {
        id: n,
        domain,
        leg: 'external',
        state,
        due: at(((n * 37) % 3600) * 1000),
        attempts: code ? 1 + (n % 6) : 0,
        recipients: [`someone@${domain}`],
        reason: code,
        why: code ? reasons[code][0] : '',
        remedy: code ? reasons[code][1] : '',
        host: code ? `mx1.${domain}` : '',
        diagnostic:
          code === 'starttls-not-supported' ? '454 TLS not available <script>alert(1)</script>' : '',
      },
    ],
  };
}

export function queuePage(account, { domain, state, after, limit }, changes) {
  const items = [];
  const size = Number(limit ?? 100);
  let n = after ? Number(after.slice(1)) + 1 : 0;
  const total = account.name === 'main' && account.policies.length > 0 ? queueLength : 0;
  for (; n < total && items.length < size; n += 1) {
    if (changes.get(queueId(n)) === 'removed') continue;
    const message = queuedMessage(n, changes);
    if (domain && !message.deliveries.some((one) => one.domain === domain)) continue;
    if (state && !message.deliveries.some((one) => one.state === state)) continue;
    items.push(message);
  }
  return { items, messages: total, held: total / 50, next: n < total ? (items.at(-1)?.id ?? null) : null };
}

export function attemptOf(row, domain, hop = 'gateway-to-partner', more = {}) {
  const code = {
    strict: '',
    relaxed: '',
    expired: 'certificate-expired',
    clear: 'starttls-not-supported',
    dead: 'connection-timed-out',
  }[kindOf(domain)];
  const inbound = hop === 'partner-to-gateway' || hop === 'internal-to-gateway';
  const tls = code !== 'starttls-not-supported' && code !== 'connection-timed-out';
  return {
    row,
    time: at(-row * 53_000),
    took_us: 84_000 + ((row * 7919) % 900_000),
    node: 'gw1',
    message: queueId(row),
    hop,
    domain,
    peer_host: `mx1.${domain}`,
    peer_address: '192.0.2.25',
    required: 'strict',
    sources: [
      { kind: 'policy', id: 101, name: domain, mode: 'strict', fate: 'joined', rule: 'exact domain' },
    ],
    met: code === '',
    would_fail: '',
    would_fail_why: '',
    used_exception: false,
    tls_version: tls ? 'TLS 1.3' : 'none',
    cipher: tls ? 'TLS_AES_256_GCM_SHA384' : '',
    group: tls ? 'x25519' : '',
    certificate_sha256: tls ? hex(domain) : '',
    issuer: tls ? "CN=E7, O=Let's Encrypt" : '',
    expiry: tls ? at(code ? -3 * day : 30 * day) : '',
    matched_name: code ? '' : `mx1.${domain}`,
    authentication: code ? 'none' : 'pkix',
    outcome: code ? 'deferred' : inbound ? 'accepted' : 'delivered',
    reason: code,
    detail: code ? reasons[code][0] : '',
    ...more,
  };
}

export function evidencePage({ domain, hop, outcome, message, after, limit }) {
  const names = [
    'bank.example',
    'hospital-expired.example',
    'partner-00042.example',
    'lawyers-relaxed.example',
    'plain.example',
  ];
  const hops = ['gateway-to-partner', 'partner-to-gateway', 'internal-to-gateway', 'gateway-to-internal'];
  const items = [];
  let row = after ? Number(after) - 1 : 5_000;
  for (; row > 0 && items.length < Number(limit ?? 100); row -= 1) {
    const one = attemptOf(row, names[row % names.length], hops[row % hops.length], {
      time: at(-(5_000 - row) * 53_000),
    });
    if (
      (domain && one.domain !== domain) ||
      (hop && one.hop !== hop) ||
      (outcome && one.outcome !== outcome) ||
      (message && one.message !== message)
    )
      continue;
    items.push(one);
  }
  return { items, next: row > 0 ? row + 1 : null };
}

export function overviewOf(account) {
  const hop = (name, lock, total, authenticated, encrypted, clear, failed) => ({
    hop: name,
    lock,
    total,
    authenticated,
    encrypted,
    clear,
    failed,
  });
  if (account.policies.length === 0) {
    return {
      hops: [
        hop('internal-to-gateway', 'none', 0, 0, 0, 0, 0),
        hop('gateway-to-partner', 'none', 0, 0, 0, 0, 0),
        hop('partner-to-gateway', 'none', 0, 0, 0, 0, 0),
        hop('gateway-to-internal', 'none', 0, 0, 0, 0, 0),
      ],
      numbers: {
        accepted: 0,
        delivered: 0,
        deferred: 0,
        bounced: 0,
        refused: 0,
        queued: 0,
        policies: 0,
        monitored: 0,
      },
      attention: [],
    };
  }
  return {
    hops: [
      hop('internal-to-gateway', 'encrypted', 18_204, 0, 18_204, 0, 3),
      hop('gateway-to-partner', 'mixed', 18_120, 16_010, 1_950, 160, 212),
      hop('partner-to-gateway', 'mixed', 42_110, 1_200, 40_010, 900, 71),
      hop('gateway-to-internal', 'authenticated', 42_030, 42_030, 0, 0, 0),
    ],
    numbers: {
      accepted: 60_314,
      delivered: 59_890,
      deferred: 212,
      bounced: 4,
      refused: 71,
      queued: 100_000,
      policies: 9_095,
      monitored: 910,
    },
    attention: [
      {
        severity: 'danger',
        code: 'policy-failing',
        text: 'Mail to hospital-expired.example waits since yesterday: the certificate of mx1.hospital-expired.example has expired.',
        domain: 'hospital-expired.example',
      },
      {
        severity: 'warning',
        code: 'mx-moved',
        text: 'bank.example moved its mail to mx.elsewhere.example, which is not pinned.',
        domain: 'bank.example',
      },
      {
        severity: 'warning',
        code: 'certificate-expires',
        text: "The gateway's own certificate ends in 12 days.",
        domain: '',
      },
    ],
  };
}

export function explanationOf(account, domain) {
  const policy = account.policies.find((one) => one.domain === domain);
  const mode = policy?.stage === 'enforce' ? policy.mode : 'opportunistic';
  const source = (kind, name, m, fate, rule) => ({ kind, id: policy?.id ?? 0, name, mode: m, fate, rule });
  const hop = {
    mode,
    monitored_mode: policy?.mode ?? 'opportunistic',
    used_exception: false,
    sources: [
      ...(policy
        ? [
            source(
              'policy',
              policy.domain,
              policy.mode,
              policy.stage === 'enforce' ? 'joined' : 'monitored',
              'exact domain',
            ),
          ]
        : []),
      source('policy', '*.example', 'relaxed', 'lost', 'a more specific policy speaks'),
      source('dane', `_25._tcp.mx1.${domain}`, 'strict', 'absent', 'no secure TLSA records'),
      source('mta-sts', domain, 'strict', 'absent', 'no policy published'),
    ],
  };
  return {
    domain,
    way: 'mx',
    delivery: hop,
    receipt: { ...hop, sources: hop.sources.slice(0, 1) },
    hosts: domainFinding(domain).hosts.map(({ host, preference, secure }) => ({
      host,
      preference,
      name_secure: secure,
      mode,
      demands: ['TLS 1.2 or later', 'a certificate of a trusted authority', 'a name that matches'],
      names: [host],
      out: null,
    })),
    failure: null,
    text: `${domain}: ${mode}`,
  };
}

export function partnerOf(account, domain) {
  const policy = account.policies.find((one) => one.domain === domain) ?? null;
  const hops = ['internal-to-gateway', 'gateway-to-partner', 'partner-to-gateway', 'gateway-to-internal'];
  return {
    domain,
    shown_as: policy?.shown_as ?? domain,
    policy,
    exceptions: account.exceptions.filter((one) => one.domain === domain),
    hops: hops.map((hop, n) => ({
      hop,
      required: n === 1 || n === 2 ? (policy?.mode ?? 'opportunistic') : 'strict',
      last: attemptOf(40 + n, n === 1 ? domain : 'bank.example', hop),
      total: 1200 - n * 130,
      failed: n === 1 && kindOf(domain) === 'expired' ? 31 : 0,
    })),
    explanation: explanationOf(account, domain),
    monitor:
      policy?.stage === 'monitor'
        ? {
            total: 214,
            would_fail: 31,
            reasons: [
              { code: 'certificate-expired', sentence: reasons['certificate-expired'][0], deliveries: 31 },
            ],
          }
        : null,
    servers: [
      {
        host: `mx1.${domain}`,
        seen: at(-3_600_000),
        certificate_sha256: hex(domain),
        expiry: at(30 * day),
        delivered: at(-3_600_000),
      },
    ],
    recent: Array.from({ length: 8 }, (_, n) => attemptOf(n + 1, domain)),
  };
}
export { reason };
