// TLS reports of others and of ours, and what a domain should publish.
import { at } from './findings.mjs';
import { Refusal } from './refusal.mjs';

const day = 86_400_000;
const dateOf = (ago) => new Date(Date.now() - ago * day).toISOString().slice(0, 10);
const organizations = ['Large Mail Ltd', 'Company-Y', '<b>Not bold</b> & Sons'];

const failure = {
  result_type: 'certificate-expired',
  meaning: 'The certificate had expired.',
  receiving_mx: 'gateway.postern.example',
  reason: '',
};
const summaryOf = (ago) => ({
  id: 1000 - ago,
  domain: 'corp.example',
  received: at((1 - ago) * day),
  organization: organizations[ago % 3],
  contact: 'postmaster@partner.example',
  report_id: `report ${ago}`,
  begins: `${dateOf(ago)}T00:00:00Z`,
  ends: `${dateOf(ago)}T23:59:59Z`,
  successful: 400 + ((ago * 37) % 90),
  failed: ago % 5 === 0 ? ago : 0,
});

/** One a day, two months long; a domain of another name has none. */
function summaries({ domain, from, until }) {
  if (domain && domain !== 'corp.example') return [];
  const all = Array.from({ length: 60 }, (_, place) => summaryOf(place + 1));
  return all.filter(({ begins }) => (!from || begins >= from) && (!until || begins < until));
}

function postureOf(domain) {
  const has = domain.mta_sts !== 'off';
  const policy = `version: STSv1\nmode: ${domain.mta_sts}\nmx: gateway.postern.example\nmax_age: ${domain.mta_sts_max_age}\n`;
  const item = (kind, title, type, name, value, state, why, found = []) => ({
    kind,
    title,
    type,
    name: name.replace('@', domain.domain),
    value,
    state,
    found,
    why,
  });
  return {
    domain: domain.domain,
    good: false,
    dnssec: '',
    items: [
      item('mx', 'Mail servers (MX)', 'MX', '@', '10 gateway.postern.example.', 'right', 'Mail comes here.'),
      item(
        'mta-sts-record',
        'MTA-STS record',
        'TXT',
        '_mta-sts.@',
        has ? 'v=STSv1; id=a3df6caf5968ee8807af;' : '',
        has ? 'missing' : 'optional',
        has ? 'Without this record nobody looks for the policy.' : 'The domain publishes no MTA-STS policy.',
      ),
      item(
        'mta-sts-policy',
        'MTA-STS policy',
        'HTTPS',
        'https://mta-sts.@/.well-known/mta-sts.txt',
        has ? policy : '',
        has ? 'unknown' : 'optional',
        has ? 'The policy could not be fetched: no answer.' : 'The domain has no MTA-STS policy.',
      ),
      item(
        'tls-reports',
        'Where TLS reports go',
        'TXT',
        '_smtp._tls.@',
        'v=TLSRPTv1; rua=mailto:tls-reports@corp.example',
        'differs',
        'The reports go elsewhere.',
        ['v=TLSRPTv1; rua=mailto:<i>somebody</i>@elsewhere.example'],
      ),
    ],
  };
}

export const reportOperations = ({ accountOf, one }) => {
  const A = '/accounts/:account';
  return [
    [
      `GET ${A}/domains/:domain/posture`,
      (call) => postureOf(one(accountOf(call).domains, call.domain, 'domain')),
    ],
    [
      `GET ${A}/tls-days`,
      (call) => ({
        items: summaries(call.query)
          .map(({ begins, domain, successful, failed }) => ({
            day: begins.slice(0, 10),
            domain,
            successful,
            failed,
            reports: 1,
          }))
          .reverse(),
      }),
    ],
    [
      `GET ${A}/tls-failures`,
      (call) => {
        const failing = summaries(call.query).filter(({ failed }) => failed > 0);
        return {
          items: failing.map(({ domain, organization, failed, begins }) => ({
            domain,
            organization,
            ...failure,
            reason: begins.slice(0, 10),
            sessions: failed,
            first: begins,
            last: begins,
          })),
        };
      },
    ],
    [
      `GET ${A}/tls-reports`,
      (call) => {
        const { before, limit } = call.query;
        const rest = summaries(call.query).filter(({ id }) => !before || id < Number(before));
        const items = rest.slice(0, Number(limit ?? 100));
        return { items, next: items.length < rest.length ? items.at(-1).id : null };
      },
    ],
    [
      `GET ${A}/tls-reports/:report`,
      (call) => {
        const summary = summaries({}).find(({ id }) => id === Number(call.report));
        if (!summary) throw new Refusal(404, 'not-found', 'There is no such report.');
        const { domain, successful, failed } = summary;
        const failures = [
          { ...failure, receiving_ip: '192.0.2.1', sending_ip: '', information: '', sessions: failed },
        ];
        return {
          summary,
          results: [
            {
              policy_type: 'sts',
              policy_domain: domain,
              policy: ['version: STSv1', 'mode: testing'],
              mx_hosts: ['gateway.postern.example'],
              successful,
              failed,
              failures: failed > 0 ? failures : [],
            },
          ],
        };
      },
    ],
    [
      'GET /tls-reports-sent',
      () => ({
        items: ['sent', 'waiting', 'failed', 'unwanted'].map((state, place) => ({
          day: dateOf(1),
          domain: `partner-${place}.example`,
          destination: state === 'unwanted' ? '' : `mailto:reports@partner-${place}.example`,
          state,
          report_id: `${place}`,
          attempts: state === 'unwanted' ? 0 : 1,
          due: at(0),
          detail: state === 'failed' ? 'The server answered with status 500.' : '',
        })),
      }),
    ],
  ];
};
