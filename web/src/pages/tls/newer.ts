import type { Draft } from '../../api/generated';

/** The newer of two: an answer may arrive after the event that a later one caused. */
export function newerDraft(before: Draft | undefined, now: Draft): Draft {
  return before !== undefined && before.revision > now.revision && before.started === now.started
    ? before
    : now;
}
