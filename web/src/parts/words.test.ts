import { describe, expect, it } from 'vitest';

import { agoText, countText, sizeText, spanText, tookText } from './words';

describe('words for numbers', () => {
  it('count', () => {
    expect(countText(1, 'policy', 'policies')).toBe('1 policy');
    expect(countText(0, 'line')).toBe('0 lines');
    expect(countText(10_005, 'policy', 'policies')).toBe('10,005 policies');
  });
  it('say sizes', () => {
    expect(sizeText(1)).toBe('1 byte');
    expect(sizeText(2_048)).toBe('2.0 kB');
    expect(sizeText(999_900)).toBe('1.0 MB');
    expect(sizeText(52_428_800)).toBe('52 MB');
  });
  it('say how long', () => {
    expect(tookText(900)).toBe('900 µs');
    expect(tookText(84_400)).toBe('84 ms');
    expect(tookText(12_340_000)).toBe('12.3 s');
    expect(spanText('1d')).toBe('1 day');
    expect(spanText('1h30m')).toBe('1 hour 30 minutes');
    expect(spanText('200ms')).toBe('200ms');
  });
});

describe('words for moments', () => {
  const now = Date.parse('2026-03-01T12:00:00Z');
  it.each([
    ['2026-03-01T11:59:30Z', 'just now'],
    ['2026-03-01T12:00:30Z', 'in a moment'],
    ['2026-03-01T11:55:00Z', '5 minutes ago'],
    ['2026-03-01T14:00:00Z', 'in 2 hours'],
    ['2026-02-28T12:00:00Z', 'yesterday'],
    ['no time', 'no time'],
  ])('%s is %s', (time, words) => {
    expect(agoText(time, now)).toBe(words);
  });
});
