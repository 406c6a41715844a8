import { describe, expect, it } from 'vitest';

import type { Draft } from '../../api/generated';
import { newerDraft } from './newer';

const draft = (revision: number, started = true) => ({ revision, started }) as Draft;

describe('of two drafts', () => {
  it('the one with the higher revision is kept', () => {
    expect(newerDraft(draft(5), draft(4)).revision).toBe(5);
    expect(newerDraft(draft(5), draft(6)).revision).toBe(6);
  });
  it('a new one after Finish wins over the old', () => {
    expect(newerDraft(draft(5), draft(0, false)).revision).toBe(0);
  });
  it('the only one is taken', () => {
    expect(newerDraft(undefined, draft(1)).revision).toBe(1);
  });
});
