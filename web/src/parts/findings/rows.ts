// What to show of a test or probe: the live progress of its job where it runs, else what is kept.
import type { Draft, DraftDomain, Job, Reason } from '../../api/generated';
import type { RouteRow } from './RouteResult';

export function jobRouteRows(job: Job): RouteRow[] {
  return job.items.map(({ name, step, done, route, failure }) => ({
    label: route?.label ?? name,
    step: done ? '' : step,
    proof: route,
    failure,
  }));
}

/** While a test runs, its own rows; after, the proofs that the draft keeps. */
export function draftRouteRows(draft: Draft, job: Job | undefined): RouteRow[] {
  if (draft.job !== null && job?.id === draft.job && job.kind === 'route-test') return jobRouteRows(job);
  return draft.routes.map((proof) => ({ label: proof.label, step: '', proof, failure: null }));
}

export interface DomainRow {
  one: DraftDomain;
  /** What happens right now; empty when nothing does. */
  step: string;
  failure: Reason | null;
}

/** The draft's domains, those being looked at with what the job says of them. */
export function draftDomainRows(draft: Draft, job: Job | undefined): DomainRow[] {
  const probing = draft.job !== null && job?.id === draft.job && job.kind === 'probe';
  const items = new Map(probing ? job.items.map((item) => [item.name, item]) : []);
  return draft.domains.map((one) => {
    const item = one.verdict === 'valid' && one.finding === null ? items.get(one.domain) : undefined;
    const finding = one.finding ?? item?.domain ?? null;
    const waits = one.verdict === 'valid' && finding === null && draft.job !== null && !item?.failure;
    const step = item ? (item.done ? '' : item.step || 'waiting') : waits ? 'waiting' : '';
    return { one: { ...one, finding }, step, failure: item?.failure ?? null };
  });
}

/** The lines that name something; empty ones and those that begin with # do not count. */
export function countLines(text: string): number {
  return text.split(/\r?\n/).filter((line) => line.trim() !== '' && !line.trim().startsWith('#')).length;
}

/** How many domains Add would take now: valid, looked at, not taken yet. */
export function countTakeable(draft: Draft): number {
  return draft.domains.filter(
    ({ verdict, finding, added }) => verdict === 'valid' && finding !== null && !added,
  ).length;
}
