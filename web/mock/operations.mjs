// "METHOD /path/:parameter" => what it does.
import { draftOperations } from './draft.mjs';
import { at, certificate, domainFinding, hex, kindOf, routeProof } from './findings.mjs';
import { startJob, tell } from './jobs.mjs';
import { Refusal } from './refusal.mjs';
import { reportOperations } from './reports.mjs';
import {
  attemptOf,
  evidencePage,
  explanationOf,
  noSts,
  overviewOf,
  partnerOf,
  policyOf,
  queuePage,
  queuedMessage,
} from './world.mjs';

const changes = new Map(); // queue id => state
const meOf = ({ name, grants, totp }) => ({
  user: name,
  grants,
  csrf_token: 'mock-csrf',
  second_factor: totp !== null,
  expires: at(43_200_000),
  version: '0.9.0',
  hostname: 'gateway.postern.example',
});
const userOf = ({ name, grants, totp, created, last_sign_in }) => ({
  name,
  grants,
  second_factor: totp !== null,
  created,
  last_sign_in,
});
const accountOf = (call) => {
  const account = call.world.accounts.get(call.account);
  if (!account) throw new Refusal(404, 'not-found', `There is no account "${call.account}".`);
  return account;
};
const needs = (call, role) => {
  const ranks = { viewer: 1, operator: 2, administrator: 3 };
  const best = Math.max(
    0,
    ...call.user.grants
      .filter(({ account }) => account === '*' || account === call.account)
      .map((one) => ranks[one.role]),
  );
  if (best < ranks[role]) throw new Refusal(403, 'not-allowed', `This needs the role ${role}.`);
};
const begin = (call, user) => {
  call.response.setHeader('Set-Cookie', `postern-session=${user.name}; HttpOnly; SameSite=Strict; Path=/`);
  user.last_sign_in = at(0);
  return meOf(user);
};
const changed = (call, action, object) =>
  tell(call.world, 'change', {
    kind: 'change',
    revision: ++call.world.revision,
    actor: call.user.name,
    via: 'api',
    account: call.account ?? '',
    action,
    object,
  });
const one = (list, id, what) => {
  const found = list.find((item) => String(item.id ?? item.domain) === id || item.domain === id);
  if (!found) throw new Refusal(404, 'not-found', `There is no ${what} "${id}".`);
  return found;
};
const remove = (call, list, id, what) => {
  list.splice(list.indexOf(one(list, id, what)), 1);
  changed(call, `${what}.remove`, `${what} ${id}`);
};
const accountInfo = (account) => ({
  name: account.name,
  title: account.title,
  ca_bundle_sha256: null,
  domains: account.domains.length,
  policies: account.policies.length,
});

function tasksOf(account) {
  const proved = account.domains.some(({ validated }) => validated);
  const task = (id, group, title, state, blocked_by, summary) => ({
    id,
    group,
    title,
    state,
    blocked_by,
    summary,
  });
  const open = (done, begun) => (done ? 'done' : begun ? 'started' : 'ready');
  const inbound = account.routes.length > 0;
  const outbound = account.first.arrived;
  const items = [
    task(
      'validate-domains',
      'Platform',
      'Validate Your Domains',
      open(proved, account.domains.length > 0),
      null,
      proved
        ? `${account.domains.filter((d) => d.validated).length} of ${account.domains.length} domains are validated.`
        : 'Add your domains and prove that they are yours.',
    ),
    task(
      'inbound',
      'Gateway',
      'Prepare for Inbound Email',
      proved ? open(inbound, false) : 'locked',
      proved ? null : 'validate-domains',
      inbound ? `${account.routes.length} internal server routes.` : 'Say which servers take your mail.',
    ),
    task(
      'outbound',
      'Platform',
      'Set Up Your Outbound Email',
      proved ? open(outbound, account.senders.length > 0) : 'locked',
      proved ? null : 'validate-domains',
      outbound ? 'Mail from your servers arrives.' : 'Say which servers may send, and point them here.',
    ),
    task(
      'tls-policies',
      'Optional',
      'Set Up Your TLS Policies',
      inbound ? open(account.policies.length > 0, account.draft.started) : 'locked',
      inbound ? null : 'inbound',
      account.policies.length
        ? `${account.policies.length} policies are in force.`
        : 'Demand proven TLS of the partners that matter.',
    ),
  ];
  return { items, done: items.filter(({ state }) => state === 'done').length, total: items.length };
}

function importText(call) {
  const account = accountOf(call);
  const lines = call.body.text
    .split('\n')
    .map((text, n) => ({ line: n + 1, domain: text.split(',')[0].trim() }))
    .filter(({ domain }) => domain && domain !== 'domain');
  const report = { lines: [], added: 0, changed: 0, unchanged: 0, refused: 0 };
  for (const { line, domain } of lines) {
    const effect = !/^(\*\.)?[a-z0-9-]+(\.[a-z0-9-]+)+$/.test(domain)
      ? 'refused'
      : account.policies.some((p) => p.domain === domain)
        ? 'unchanged'
        : 'added';
    report[effect] += 1;
    report.lines.push({
      line,
      domain,
      effect,
      why: effect === 'refused' ? 'This is not a domain name.' : '',
    });
    if (effect === 'added' && !call.body.dry_run)
      account.policies.push(
        policyOf(++call.world.nextId, domain, {
          mode: call.body.mode ?? 'strict',
          stage: call.body.stage ?? 'enforce',
        }),
      );
  }
  if (!call.body.dry_run && report.added) {
    account.policies.sort((a, b) => (a.domain < b.domain ? -1 : 1));
    changed(call, 'policy.import', `${report.added} policies`);
  }
  return report;
}

function policyPage(call) {
  const { q = '', mode, stage, after, limit = 100 } = call.query;
  const matching = accountOf(call).policies.filter(
    (p) => p.domain.includes(q.toLowerCase()) && (!mode || p.mode === mode) && (!stage || p.stage === stage),
  );
  const from = after ? matching.findIndex(({ domain }) => domain > after) : 0;
  const items = from < 0 ? [] : matching.slice(from, from + Number(limit));
  return {
    items,
    total: matching.length,
    next: from >= 0 && from + items.length < matching.length ? items.at(-1).domain : null,
  };
}

function rows(path, list, what, make) {
  return [
    [`GET ${path}`, (call) => ({ items: list(call) })],
    [
      `POST ${path}`,
      (call) => {
        needs(call, 'administrator');
        const made = { id: ++call.world.nextId, ...make(call.body) };
        list(call).push(made);
        changed(call, `${what}.add`, `${what} ${made.domain ?? made.id}`);
        call.status = 201;
        return made;
      },
    ],
    [`GET ${path}/:id`, (call) => one(list(call), call.id, what)],
    [
      `PUT ${path}/:id`,
      (call) => {
        needs(call, 'administrator');
        const it = one(list(call), call.id, what);
        Object.assign(it, make(call.body));
        changed(call, `${what}.change`, `${what} ${it.id}`);
        return it;
      },
    ],
    [
      `DELETE ${path}/:id`,
      (call) => {
        needs(call, 'administrator');
        remove(call, list(call), call.id, what);
      },
    ],
  ];
}
const A = '/accounts/:account';
const makeRoute = (b) => {
  if (!/^[a-z0-9.:-]+$/i.test(b.host ?? ''))
    throw new Refusal(422, 'invalid-request', 'Some fields are wrong: see errors.', [
      { pointer: '#/host', detail: 'This is neither a host name nor an address.' },
    ]);
  return {
    domain: b.domain,
    host: b.host,
    port: b.port ?? 25,
    priority: b.priority ?? 10,
    tls: b.tls ?? 'starttls',
    mode: b.mode ?? 'opportunistic',
    names: b.names ?? [],
    login_user: b.login_user || null,
  };
};

export const operations = [
  ['GET /setup', ({ world }) => ({ needed: world.users.length === 0 })],
  [
    'POST /setup',
    (call) => {
      if (call.body.code !== call.world.setupCode)
        throw new Refusal(
          403,
          'wrong-code',
          'This set-up code is not the one that the gateway printed, or it was used already.',
          [],
        );
      call.world.users.push({
        name: call.body.user,
        password: call.body.password,
        totp: null,
        grants: [{ account: '*', role: 'administrator' }],
        created: at(0),
        last_sign_in: null,
      });
      return begin(call, call.world.users[0]);
    },
  ],
  [
    'POST /session',
    (call) => {
      const user = call.world.users.find(({ name }) => name === call.body.user);
      if (!user || user.password !== call.body.password)
        throw new Refusal(401, 'sign-in-failed', 'Name or password is wrong.');
      if (user.totp && !call.body.totp) throw new Refusal(401, 'totp-needed', 'The second factor is needed.');
      if (user.totp && user.totp !== call.body.totp)
        throw new Refusal(401, 'sign-in-failed', 'The six digits are wrong or too old.');
      return begin(call, user);
    },
  ],
  ['GET /session', ({ user }) => meOf(user)],
  [
    'DELETE /session',
    (call) => {
      call.response.setHeader('Set-Cookie', 'postern-session=; Max-Age=0; Path=/');
    },
  ],
  [
    'POST /session/password',
    ({ user, body }) => {
      if (user.password !== body.current)
        throw new Refusal(422, 'invalid-request', 'Some fields are wrong: see errors.', [
          { pointer: '#/current', detail: 'This is not your password.' },
        ]);
      user.password = body.fresh;
    },
  ],
  [
    'POST /session/second-factor',
    ({ user }) => ({
      secret: 'JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP',
      uri: `otpauth://totp/Postern:${user.name}?secret=JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP&issuer=Postern`,
    }),
  ],
  [
    'PUT /session/second-factor',
    ({ user, body }) => {
      if (body.code !== '123456')
        throw new Refusal(422, 'wrong-code', 'The six digits are wrong or too old.');
      user.totp = '123456';
      return meOf(user);
    },
  ],
  [
    'POST /session/second-factor/remove',
    ({ user }) => {
      user.totp = null;
      return meOf(user);
    },
  ],
  ['GET /users', ({ world }) => ({ items: world.users.map(userOf) })],
  [
    'POST /users',
    (call) => {
      const user = { ...call.body, totp: null, created: at(0), last_sign_in: null };
      call.world.users.push(user);
      call.status = 201;
      return userOf(user);
    },
  ],
  [
    'PATCH /users/:user',
    (call) => {
      const user = call.world.users.find(
        ({ name }) => name === decodeURIComponent(call.request.url.split('/').at(-1)),
      );
      if (call.body.grants) user.grants = call.body.grants;
      if (call.body.second_factor === false) user.totp = null;
      return userOf(user);
    },
  ],
  [
    'DELETE /users/:name',
    (call) => {
      call.world.users = call.world.users.filter(({ name }) => name !== call.name);
    },
  ],
  ['GET /tokens', ({ world }) => ({ items: world.tokens })],
  [
    'POST /tokens',
    (call) => {
      const token = {
        id: `t${++call.world.nextId}`,
        name: call.body.name,
        grants: call.body.grants,
        author: call.user.name,
        created: at(0),
        last_used: null,
        expires: at((call.body.days ?? 365) * 86_400_000),
      };
      call.world.tokens.push(token);
      call.status = 201;
      return { token, secret: `postern_${hex(token.id, 40)}` };
    },
  ],
  [
    'DELETE /tokens/:id',
    (call) => {
      call.world.tokens = call.world.tokens.filter(({ id }) => id !== call.id);
    },
  ],
  [
    'GET /gateway',
    () => ({
      hostname: 'gateway.postern.example',
      version: '0.9.0',
      node: 'gw1',
      listeners: [
        { role: 'world', address: '203.0.113.5:25', tls: 'starttls' },
        { role: 'internal', address: '10.0.0.2:587', tls: 'starttls' },
        { role: 'internal', address: '10.0.0.2:465', tls: 'implicit' },
      ],
      certificates: [
        {
          names: ['gateway.postern.example'],
          issuer: "C=US, O=Let's Encrypt, CN=E7",
          self_signed: false,
          sha256: hex('gateway'),
          key: 'EC P-256',
          not_before: certificate('x').not_before,
          not_after: at(12 * 86_400_000),
          tlsa: `3 1 1 ${hex('key')}`,
        },
      ],
    }),
  ],
  ['GET /gateway/certificates', ({ world }) => world.certificates],
  [
    'POST /gateway/certificates/:name',
    (call) => {
      const kept = call.world.certificates.kept.find(({ name }) => name === call.name);
      if (!kept) throw new Refusal(404, 'not-found', 'The gateway keeps no such certificate.');
      if (call.body.action === 'roll') {
        Object.assign(kept, { next_tlsa: `3 1 1 ${hex('next')}`, waits_for: 'It is not published yet.' });
      }
      if (call.body.action === 'give-up') Object.assign(kept, { next_tlsa: null, waits_for: '' });
      return kept;
    },
  ],
  [
    'GET /accounts',
    ({ world, user }) => ({
      items: [...world.accounts.values()]
        .filter(({ name }) => user.grants.some(({ account }) => account === '*' || account === name))
        .map(accountInfo),
    }),
  ],
  [
    'POST /accounts',
    (call) => {
      const { name, title } = call.body;
      call.world.accounts.set(name, {
        name,
        title,
        domains: [],
        routes: [],
        externalRoutes: [],
        senders: [],
        policies: [],
        exceptions: [],
        queue: [],
        audit: [],
        draft: call.world.accounts.get('main').draft,
        first: { arrived: false, at: null, from_address: null, tls_version: null },
      });
      call.status = 201;
      return accountInfo(call.world.accounts.get(name));
    },
  ],
  [`GET ${A}`, (call) => accountInfo(accountOf(call))],
  [`GET ${A}/tasks`, (call) => tasksOf(accountOf(call))],
  [`GET ${A}/domains`, (call) => ({ items: accountOf(call).domains })],
  [
    `POST ${A}/domains`,
    (call) => {
      needs(call, 'administrator');
      const domain = call.body.domain.trim().toLowerCase();
      if (!/\./.test(domain))
        throw new Refusal(422, 'invalid-request', 'Some fields are wrong: see errors.', [
          { pointer: '#/domain', detail: 'This is not a domain name.' },
        ]);
      if (domain === 'held.example')
        throw new Refusal(
          409,
          'domain-held-elsewhere',
          'held.example belongs to another account of this gateway. If it is yours, ask the administrator of the gateway.',
        );
      const account = accountOf(call);
      const made = {
        id: ++call.world.nextId,
        domain,
        shown_as: domain,
        validated: account.domains.some((d) => d.validated && domain.endsWith(`.${d.domain}`)),
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
      };
      account.domains.push(made);
      changed(call, 'domain.add', `domain ${domain}`);
      call.status = 201;
      return made;
    },
  ],
  [
    `PATCH ${A}/domains/:domain`,
    (call) => Object.assign(one(accountOf(call).domains, call.domain, 'domain'), call.body),
  ],
  [`DELETE ${A}/domains/:domain`, (call) => remove(call, accountOf(call).domains, call.domain, 'domain')],
  [
    `POST ${A}/domains/:domain/check`,
    async (call) => {
      const domain = one(accountOf(call).domains, call.domain, 'domain');
      await new Promise((resolve) => setTimeout(resolve, 700 * call.world.pace));
      domain.tries = (domain.tries ?? 0) + 1;
      if (domain.tries > 1) domain.validated = true;
      changed(call, 'domain.validate', `domain ${call.domain}`);
      return domain.validated
        ? { validated: true, found: [domain.publish[0].value], why: 'The code was found.' }
        : {
            validated: false,
            found: ['v=spf1 -all', 'other-verification=<i>12345</i>'],
            why: `_postern-verify.${call.domain} holds other TXT records, but not the code. It may take a while until a new record is seen.`,
          };
    },
  ],
  [
    `GET ${A}/domains/:domain/mx`,
    (call) =>
      call.domain === 'corp.example'
        ? {
            good: true,
            needed: [{ name: call.domain, type: 'MX', value: '10 gateway.postern.example.' }],
            found: ['10 gateway.postern.example.'],
            secure: true,
            why: 'Mail for corp.example comes to this gateway.',
          }
        : {
            good: false,
            needed: [{ name: call.domain, type: 'MX', value: '10 gateway.postern.example.' }],
            found: ['10 mail.old.example.'],
            secure: false,
            why: 'The MX record names mail.old.example. Replace it when the routes are proved.',
          },
  ],
  [
    `GET ${A}/domains/:domain/spf`,
    (call) => ({
      good: call.domain === 'corp.example',
      needed: [{ name: call.domain, type: 'TXT', value: 'v=spf1 a:gateway.postern.example -all' }],
      found: call.domain === 'corp.example' ? ['v=spf1 a:gateway.postern.example -all'] : [],
      secure: false,
      why:
        call.domain === 'corp.example'
          ? 'The gateway may send for corp.example.'
          : 'No SPF record is published.',
    }),
  ],
  ...rows(`${A}/routes`, (call) => accountOf(call).routes, 'route', makeRoute),
  ...rows(
    `${A}/external-routes`,
    (call) => accountOf(call).externalRoutes,
    'external-route',
    (b) => ({
      ...makeRoute(b),
      verify_name: b.verify_name || null,
      consult_published: b.consult_published ?? false,
    }),
  ),
  ...rows(
    `${A}/senders`,
    (call) => accountOf(call).senders,
    'sender',
    (b) => ({
      kind: b.kind,
      range: b.range ?? null,
      user: b.user ?? null,
      password_set: Boolean(b.password),
      certificate_spki: b.certificate_spki ?? (b.certificate_pem ? hex('pem') : null),
      require_tls: b.require_tls ?? false,
      note: b.note ?? '',
    }),
  ),
  [
    `POST ${A}/route-tests`,
    (call) => {
      call.status = 202;
      const account = accountOf(call);
      return startJob(
        call,
        'route-test',
        account.routes.map((route) => ({
          name: `${route.host}:${route.port}`,
          result: () => ({ route: routeProof(route) }),
        })),
      );
    },
  ],
  [`GET ${A}/first-message`, (call) => accountOf(call).first],
  [`GET ${A}/policies`, policyPage],
  [
    `POST ${A}/policies`,
    (call) => {
      needs(call, 'administrator');
      const account = accountOf(call);
      const made = policyOf(++call.world.nextId, call.body.domain, call.body);
      account.policies.push(made);
      account.policies.sort((a, b) => (a.domain < b.domain ? -1 : 1));
      changed(call, 'policy.add', `policy ${made.domain}`);
      call.status = 201;
      return made;
    },
  ],
  [`POST ${A}/policies/import`, importText],
  [`GET ${A}/policies/:domain`, (call) => one(accountOf(call).policies, call.domain, 'policy')],
  [
    `PUT ${A}/policies/:domain`,
    (call) => {
      needs(call, 'administrator');
      const it = one(accountOf(call).policies, call.domain, 'policy');
      for (const [name, value] of Object.entries(call.body))
        if (value !== null && name !== 'valid_from') it[name] = value;
      changed(call, 'policy.change', `policy ${it.domain}`);
      return it;
    },
  ],
  [
    `DELETE ${A}/policies/:domain`,
    (call) => {
      needs(call, 'administrator');
      remove(call, accountOf(call).policies, call.domain, 'policy');
    },
  ],
  [
    `POST ${A}/policies/:domain/promote`,
    (call) => {
      needs(call, 'administrator');
      const it = one(accountOf(call).policies, call.domain, 'policy');
      it.stage = 'enforce';
      changed(call, 'policy.promote', `policy ${it.domain}`);
      return it;
    },
  ],
  [`GET ${A}/exceptions`, (call) => ({ items: accountOf(call).exceptions })],
  [
    `POST ${A}/exceptions`,
    (call) => {
      const made = {
        id: ++call.world.nextId,
        ...call.body,
        author: call.user.name,
        created: at(0),
        active: true,
      };
      accountOf(call).exceptions.unshift(made);
      changed(call, 'exception.add', `exception ${made.domain}`);
      call.status = 201;
      return made;
    },
  ],
  [`DELETE ${A}/exceptions/:id`, (call) => remove(call, accountOf(call).exceptions, call.id, 'exception')],
  [
    `GET ${A}/explain`,
    (call) => explanationOf(accountOf(call), (call.query.address ?? '').split('@').at(-1)),
  ],
  [
    `POST ${A}/probes`,
    (call) => {
      call.status = 202;
      return startJob(
        call,
        'probe',
        call.body.domains.map((name) => ({ name, result: () => ({ domain: domainFinding(name) }) })),
      );
    },
  ],
  [
    `GET ${A}/jobs/:id`,
    (call) => {
      const job = call.world.jobs.get(call.id);
      if (!job) throw new Refusal(404, 'not-found', 'This job has ended long ago.');
      return job;
    },
  ],
  [
    `DELETE ${A}/jobs/:id`,
    (call) => {
      const job = call.world.jobs.get(call.id);
      job.state = 'cancelled';
      return job;
    },
  ],
  ...draftOperations({ accountOf, needs, changed }),
  ...reportOperations({ accountOf, one }),
  [`GET ${A}/overview`, (call) => overviewOf(accountOf(call))],
  [`GET ${A}/partners/:domain`, (call) => partnerOf(accountOf(call), call.domain)],
  [
    `GET ${A}/evidence`,
    (call) => (accountOf(call).policies.length ? evidencePage(call.query) : { items: [], next: null }),
  ],
  [`GET ${A}/queue`, (call) => queuePage(accountOf(call), call.query, changes)],
  [
    `POST ${A}/queue`,
    (call) => {
      needs(call, 'operator');
      const state = { hold: 'held', release: 'queued', remove: 'removed' }[call.body.action];
      for (const id of call.body.messages ?? []) if (state) changes.set(id, state);
      tell(call.world, 'queue', {
        kind: 'queue',
        revision: 0,
        actor: call.user.name,
        via: 'api',
        account: call.account,
        action: '',
        object: '',
      });
      return { deliveries: call.body.messages?.length || 100_000 };
    },
  ],
  [
    `GET ${A}/messages/:id`,
    (call) => {
      const n = Number(call.id.slice(1));
      const message = queuedMessage(n, changes);
      const domain = message.deliveries[0].domain;
      return {
        id: call.id,
        message,
        attempts: [
          attemptOf(9, 'corp.example', 'internal-to-gateway', { message: call.id }),
          ...Array.from({ length: 3 }, (_, k) =>
            attemptOf(8 - k, kindOf(domain) === 'strict' ? 'plain.example' : domain, 'gateway-to-partner', {
              message: call.id,
              domain,
            }),
          ),
        ],
      };
    },
  ],
  [
    `GET ${A}/audit`,
    (call) => {
      const { before, limit = 100 } = call.query;
      const items = accountOf(call)
        .audit.filter(({ sequence }) => !before || sequence < Number(before))
        .slice(0, Number(limit));
      const last = items.at(-1)?.sequence;
      return { items, next: last > 1 ? last : null };
    },
  ],
  ['GET /audit', () => ({ items: [], next: null })],
  ['GET /audit/check', () => ({ intact: true, entries: 300, head: hex('head'), why: '' })],
  [
    `GET ${A}/events`,
    (call) => {
      call.response.writeHead(200, { 'Content-Type': 'text/event-stream', 'Cache-Control': 'no-cache' });
      call.response.write(':\n\n');
      const stream = { account: call.account, response: call.response };
      call.world.streams.add(stream);
      call.request.on('close', () => call.world.streams.delete(stream));
      return new Promise(() => undefined);
    },
  ],
];
