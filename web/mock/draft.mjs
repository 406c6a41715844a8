// The TLS policy draft.
import { at, domainFinding, kindOf, routeProof } from './findings.mjs';
import { startJob, tell } from './jobs.mjs';
import { Refusal } from './refusal.mjs';
import { draftOf, policyOf } from './world.mjs';

const verdictTexts = {
  'duplicate-domain': ['Duplicate Domain', 'It is in the list or under policy already.'],
  'invalid-domain': ['Invalid Domain', 'This is not a domain name.'],
  'public-suffix': ['Public Suffix', 'Everybody can register names below it.'],
  'internal-domain': ['Internal Domain', 'It is one of your own domains.'],
  'no-mail': ['No Mail (null MX)', 'The domain says that it takes no mail.'],
  'domain-not-found': ['Domain Not Found', 'The DNS does not know this domain.'],
};

function verdictOf(account, domain) {
  if (!/^(\*\.)?[\p{L}0-9-]+(\.[\p{L}0-9-]+)*$/u.test(domain) || !domain.includes('.'))
    return /^(com|co\.uk)$/.test(domain) ? 'public-suffix' : 'invalid-domain';
  if (domain === 'co.uk') return 'public-suffix';
  if (
    account.policies.some((p) => p.domain === domain) ||
    account.draft.domains.some((d) => d.domain === domain)
  )
    return 'duplicate-domain';
  if (account.domains.some((d) => d.domain === domain || domain.endsWith(`.${d.domain}`)))
    return 'internal-domain';
  if (/nomail/.test(domain)) return 'no-mail';
  if (/gone/.test(domain)) return 'domain-not-found';
  return 'valid';
}

export function draftOperations({ accountOf, needs, changed }) {
  const D = '/accounts/:account/tls-policy-draft';
  const touch = (call) => {
    const { draft } = accountOf(call);
    Object.assign(draft, {
      revision: draft.revision + 1,
      started: true,
      author: call.user.name,
      changed: at(0),
    });
    const red = draft.routes.filter(({ passes }) => !passes);
    draft.may_go_on = draft.routes.length > 0 && red.length === 0 && draft.job === null;
    draft.why_not = draft.may_go_on
      ? ''
      : draft.routes.length === 0
        ? 'The routes have not been tested yet.'
        : red.length
          ? `${red.map(({ label }) => label).join(', ')} did not pass: repair it and test again.`
          : 'A test is running.';
    tell(call.world, 'draft', {
      kind: 'draft',
      revision: draft.revision,
      actor: call.user.name,
      via: 'api',
      account: call.account,
      action: '',
      object: '',
    });
    return draft;
  };
  const writes = (run) => (call) => {
    needs(call, 'administrator');
    return run(call);
  };
  const probe = (call) => {
    const { draft } = accountOf(call);
    const open = draft.domains.filter(({ verdict, added }) => verdict === 'valid' && !added);
    for (const one of open) one.finding = null;
    const job = startJob(
      call,
      'probe',
      open.map((one) => ({ name: one.domain, result: () => ({ domain: domainFinding(one.domain) }) })),
      () => {
        draft.job = null;
        touch(call);
      },
      ({ domain: finding }, n) => {
        const one = open[n];
        const kind = kindOf(one.domain);
        Object.assign(one, {
          finding,
          mx: one.mx.length ? one.mx : finding.pins,
          mode: kind === 'strict' ? 'strict' : kind === 'clear' || kind === 'dead' ? 'strict' : 'relaxed',
          stage: kind === 'clear' || kind === 'dead' ? 'monitor' : 'enforce',
          will_fail:
            kind === 'clear'
              ? `All mail to ${one.domain} will wait and then bounce, because its servers do not offer STARTTLS.`
              : kind === 'dead'
                ? `It could not be seen whether ${one.domain} can meet this: mail may wait and then bounce.`
                : '',
        });
      },
    );
    draft.job = job.id;
    touch(call);
    return job;
  };
  const planOf = (account) => {
    const { draft } = account;
    const plan = [
      ...draft.routes
        .filter(({ passes }) => passes)
        .map(({ label, mode }) => ({
          action: 'enforce',
          object: `internal route ${label}`,
          text: `${label} is enforced with ${mode === 'strict' ? 'Strict - Trusted Enforced' : 'Relaxed Encryption Mode'}.`,
          messages: 4_210,
          would_fail: 0,
        })),
      ...draft.domains
        .filter(({ added }) => added)
        .map(({ domain, mode, stage }) => ({
          action: 'add',
          object: `policy ${domain}`,
          text: `Mail to and from ${domain} needs ${mode === 'strict' ? 'Strict - Trusted Enforced' : 'Relaxed Encryption Mode'}${stage === 'monitor' ? ', only watched for now' : ''}.`,
          messages: 120,
          would_fail: kindOf(domain) === 'strict' ? 0 : 12,
        })),
      ...draft.removals.map((domain) => ({
        action: 'remove',
        object: `policy ${domain}`,
        text: `Mail to and from ${domain} needs no TLS any more.`,
        messages: 312,
        would_fail: 0,
      })),
      ...(draft.require_tls_from_servers
        ? [
            {
              action: 'require-tls',
              object: 'internal senders',
              text: 'Your servers must use TLS when they send.',
              messages: 18_204,
              would_fail: 4,
            },
          ]
        : []),
    ];
    return {
      changes: plan,
      may_finish: plan.length > 0,
      why_not: plan.length ? '' : 'Nothing would change.',
    };
  };
  const find = (call) => {
    const found = accountOf(call).draft.domains.find(({ domain }) => domain === call.domain);
    if (!found) throw new Refusal(404, 'not-found', `${call.domain} is not in the draft.`);
    return found;
  };
  return [
    [`GET ${D}`, (call) => accountOf(call).draft],
    [
      `PATCH ${D}`,
      writes((call) => {
        Object.assign(accountOf(call).draft, call.body);
        return touch(call);
      }),
    ],
    [
      `DELETE ${D}`,
      writes((call) => {
        const revision = accountOf(call).draft.revision;
        accountOf(call).draft = { ...draftOf(), revision: revision + 1 };
        tell(call.world, 'draft', {
          kind: 'draft',
          revision: revision + 1,
          actor: call.user.name,
          via: 'api',
          account: call.account,
          action: '',
          object: '',
        });
        return accountOf(call).draft;
      }),
    ],
    [
      `POST ${D}/validate`,
      writes((call) => {
        const account = accountOf(call);
        const domain = call.body.address.split('@').at(-1);
        const routes = account.routes.filter((route) => route.domain === domain);
        if (routes.length === 0)
          throw new Refusal(422, 'invalid-request', 'Some fields are wrong: see errors.', [
            { pointer: '#/address', detail: `There is no internal server route for ${domain}.` },
          ]);
        Object.assign(account.draft, { address: call.body.address, routes: [] });
        const job = startJob(
          call,
          'route-test',
          routes.map((route) => ({
            name: `${route.host}:${route.port}`,
            result: () => ({ route: routeProof(route) }),
          })),
          () => {
            account.draft.job = null;
            touch(call);
          },
          ({ route }) => account.draft.routes.push(route),
        );
        account.draft.job = job.id;
        touch(call);
        call.status = 202;
        return job;
      }),
    ],
    [
      `POST ${D}/domains`,
      writes((call) => {
        const account = accountOf(call);
        const lines = call.body.text
          .split('\n')
          .map((line) => line.trim())
          .filter(Boolean);
        if (lines.length > 50)
          throw new Refusal(
            422,
            'too-many-lines',
            'At most 50 domains in one go: line 51 is one too many. The bulk import on the page Policies takes any number.',
            [{ pointer: '#/text', detail: 'At most 50 lines.' }],
          );
        for (const line of lines) {
          const domain = line.toLowerCase().replace(/^.*@/, '').replace(/\.$/, '');
          const verdict = verdictOf(account, domain);
          const [verdict_text, why] = verdictTexts[verdict] ?? ['', ''];
          account.draft.domains.push({
            domain: verdict === 'duplicate-domain' ? domain : domain,
            shown_as: line,
            verdict,
            verdict_text,
            why,
            added: false,
            finding: null,
            mx: [],
            mode: 'strict',
            stage: 'enforce',
            confirmed: false,
            will_fail: '',
          });
        }
        if (account.draft.domains.some(({ verdict, finding }) => verdict === 'valid' && !finding))
          probe(call);
        return touch(call);
      }),
    ],
    [
      `PATCH ${D}/domains/:domain`,
      writes((call) => {
        Object.assign(find(call), call.body, call.body.confirmed ? { stage: 'enforce' } : {});
        return touch(call);
      }),
    ],
    [
      `DELETE ${D}/domains/:domain`,
      writes((call) => {
        const { draft } = accountOf(call);
        draft.domains.splice(
          draft.domains.lastIndexOf(draft.domains.filter(({ domain }) => domain === call.domain).at(-1)),
          1,
        );
        return touch(call);
      }),
    ],
    [
      `POST ${D}/add`,
      writes((call) => {
        for (const one of accountOf(call).draft.domains)
          if (one.verdict === 'valid' && one.finding) {
            one.added = true;
            if (one.will_fail && !one.confirmed) one.stage = 'monitor';
          }
        return touch(call);
      }),
    ],
    [
      `POST ${D}/probe`,
      writes((call) => {
        call.status = 202;
        return probe(call);
      }),
    ],
    [
      `POST ${D}/removals`,
      writes((call) => {
        const { draft } = accountOf(call);
        if (!draft.removals.includes(call.body.domain)) draft.removals.push(call.body.domain);
        return touch(call);
      }),
    ],
    [
      `DELETE ${D}/removals/:domain`,
      writes((call) => {
        const { draft } = accountOf(call);
        draft.removals = draft.removals.filter((one) => one !== call.domain);
        return touch(call);
      }),
    ],
    [`GET ${D}/plan`, (call) => planOf(accountOf(call))],
    [
      `POST ${D}/finish`,
      writes((call) => {
        const account = accountOf(call);
        const plan = planOf(account);
        if (!plan.may_finish) throw new Refusal(409, 'nothing-to-do', plan.why_not);
        for (const { label, mode } of account.draft.routes)
          account.routes
            .filter((r) => `${r.host}:${r.port}` === label)
            .forEach((r) => {
              r.mode = mode;
            });
        for (const one of account.draft.domains.filter(({ added }) => added))
          account.policies.push(
            policyOf(++call.world.nextId, one.domain, {
              mode: one.mode,
              stage: one.stage,
              mx: one.mx,
              author: call.user.name,
              created: at(0),
            }),
          );
        account.policies = account.policies.filter(({ domain }) => !account.draft.removals.includes(domain));
        account.policies.sort((a, b) => (a.domain < b.domain ? -1 : 1));
        account.draft = draftOf();
        changed(call, 'draft.finish', 'TLS policies');
        return { revision: call.world.revision, changes: plan.changes };
      }),
    ],
  ];
}
