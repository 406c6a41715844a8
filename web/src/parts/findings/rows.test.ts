import { describe, expect, it } from 'vitest';

import type { Draft, DraftDomain, HostFinding, Job, JobItem, RouteProof } from '../../api/generated';
import { countLines, countTakeable, draftDomainRows, draftRouteRows } from './rows';

const host: HostFinding = {
  host: 'mx1.corp.example',
  port: 25,
  preference: 10,
  secure: true,
  readiness: 'ready-strict',
  why: null,
  addresses: [],
};
const proof: RouteProof = {
  route: 1,
  label: 'mx1.corp.example:25',
  passes: true,
  shown_as: 'Strict - Trusted Enforced',
  mode: 'strict',
  why: null,
  time: '2026-03-01T12:00:00Z',
  finding: host,
};
const draft: Draft = {
  revision: 1,
  started: true,
  step: 'domains',
  address: '',
  routes: [],
  job: null,
  may_go_on: true,
  why_not: '',
  require_tls_from_servers: false,
  domains: [],
  removals: [],
  author: 'alice',
  changed: null,
};
const domain = (name: string, more: Partial<DraftDomain> = {}): DraftDomain => ({
  domain: name,
  shown_as: name,
  verdict: 'valid',
  verdict_text: '',
  why: '',
  added: false,
  finding: null,
  mx: [],
  mode: 'strict',
  stage: 'enforce',
  confirmed: false,
  will_fail: '',
  ...more,
});
const finding = {
  domain: 'a.example',
  readiness: 'ready-strict' as const,
  shown_as: 'Ready: strict',
  why: null,
  remark: '',
  mx_secure: true,
  warnings: [],
  pins: [],
  effective: null,
  hosts: [host],
};
const item = (name: string, more: Partial<JobItem> = {}): JobItem => ({
  name,
  done: false,
  step: 'connecting',
  domain: null,
  route: null,
  failure: null,
  ...more,
});
const job = (kind: string, items: JobItem[]): Job => ({
  id: 'j1',
  kind,
  state: 'running',
  done: 0,
  total: items.length,
  started: '2026-03-01T12:00:00Z',
  items,
});

describe('the rows of a route test', () => {
  it('follow the running job', () => {
    const rows = draftRouteRows(
      { ...draft, job: 'j1', routes: [proof] },
      job('route-test', [item('mx1.corp.example:25')]),
    );
    expect(rows).toEqual([{ label: 'mx1.corp.example:25', step: 'connecting', proof: null, failure: null }]);
  });
  it('are what the draft keeps when no test runs', () => {
    expect(draftRouteRows({ ...draft, routes: [proof] }, undefined)).toEqual([
      { label: proof.label, step: '', proof, failure: null },
    ]);
  });
  it('pay no heed to a probe, or to the job before', () => {
    expect(draftRouteRows({ ...draft, job: 'j1', routes: [proof] }, job('probe', []))).toHaveLength(1);
    expect(draftRouteRows({ ...draft, job: 'j2', routes: [proof] }, job('route-test', []))).toHaveLength(1);
  });
});

describe('the rows of new domains', () => {
  it('show the step of one that is looked at', () => {
    const rows = draftDomainRows(
      { ...draft, job: 'j1', domains: [domain('a.example')] },
      job('probe', [item('a.example')]),
    );
    expect(rows[0]?.step).toBe('connecting');
  });
  it('show a result of the job before the draft has it', () => {
    const rows = draftDomainRows(
      { ...draft, job: 'j1', domains: [domain('a.example')] },
      job('probe', [item('a.example', { done: true, step: '', domain: finding })]),
    );
    expect(rows[0]).toMatchObject({ step: '', one: { finding } });
  });
  it('wait before the job is known', () => {
    expect(draftDomainRows({ ...draft, job: 'j1', domains: [domain('a.example')] }, undefined)[0]?.step).toBe(
      'waiting',
    );
  });
  it('do not look at a refused line with the same name', () => {
    const refused = domain('a.example', { verdict: 'duplicate-domain', verdict_text: 'Duplicate Domain' });
    const rows = draftDomainRows(
      { ...draft, job: 'j1', domains: [domain('a.example'), refused] },
      job('probe', [item('a.example')]),
    );
    expect(rows.map(({ step }) => step)).toEqual(['connecting', '']);
  });
  it('tell why a look failed', () => {
    const failure = { code: 'dns-timeout', sentence: 'The DNS did not answer.', remedy: '' };
    const rows = draftDomainRows(
      { ...draft, job: 'j1', domains: [domain('a.example')] },
      job('probe', [item('a.example', { done: true, step: '', failure })]),
    );
    expect(rows[0]).toMatchObject({ step: '', failure });
  });
});

describe('counting', () => {
  it('takes only lines that name something', () => {
    expect(countLines('')).toBe(0);
    expect(countLines('a.example\n\n  \r\n# a remark\nb.example\n')).toBe(2);
    expect(countLines(Array.from({ length: 51 }, (_, n) => `d${n}.example`).join('\r\n'))).toBe(51);
  });
  it('knows what Add would take', () => {
    const domains = [
      domain('a.example', { finding }),
      domain('b.example'),
      domain('c.example', { finding, added: true }),
      domain('d', { verdict: 'invalid-domain' }),
    ];
    expect(countTakeable({ ...draft, domains })).toBe(1);
  });
});
