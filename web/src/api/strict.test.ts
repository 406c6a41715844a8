import { describe, expect, it } from 'vitest';

import { importAccounts, importDraft, importTasks } from './generated';
import { asBoolean, asList, asNumber, asObject, asText, asWord, orNull, StrictError } from './strict';

describe('a strict importer', () => {
  it('lets through what is as declared', () => {
    expect(asText('a', 'x')).toBe('a');
    expect(asNumber(0, 'x')).toBe(0);
    expect(asBoolean(false, 'x')).toBe(false);
    expect(asObject({ a: 1 }, 'x')).toEqual({ a: 1 });
    expect(asList(asText)(['a', 'b'], 'x')).toEqual(['a', 'b']);
    expect(asWord(['strict', 'relaxed'] as const)('strict', 'x')).toBe('strict');
    expect(orNull(asText)(null, 'x')).toBeNull();
    expect(orNull(asText)('', 'x')).toBe('');
  });

  it.each([
    ['a number for text', () => asText(1, 'x')],
    ['text for a number', () => asNumber('1', 'x')],
    ['infinity', () => asNumber(Infinity, 'x')],
    ['a number for truth', () => asBoolean(1, 'x')],
    ['a list for an object', () => asObject([], 'x')],
    ['null for an object', () => asObject(null, 'x')],
    ['an object for a list', () => asList(asText)({}, 'x')],
    ['an unknown word', () => asWord(['strict'] as const)('lax', 'x')],
    ['nothing for text', () => asText(undefined, 'x')],
  ])('refuses %s', (_, work) => {
    expect(work).toThrow(StrictError);
  });

  it('names the place of a mistake deep inside', () => {
    const accounts = {
      items: [{ name: 'main', title: 'M', ca_bundle_sha256: null, domains: 1, policies: 'many' }],
    };
    expect(() => importAccounts(accounts)).toThrow(
      'Accounts.items[0].policies should be a number and is string',
    );
  });

  it('refuses a task state that it does not know', () => {
    const task = { id: 'a', group: 'Platform', title: 't', state: 'skipped', blocked_by: null, summary: '' };
    expect(() => importTasks({ items: [task], done: 0, total: 1 })).toThrow('Tasks.items[0].state');
  });

  it('refuses a draft without its domains', () => {
    expect(() => importDraft({ revision: 1, started: true, step: 'start' })).toThrow(StrictError);
  });
});
