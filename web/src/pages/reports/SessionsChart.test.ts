import { expect, test } from 'vitest';

import { daysAgo, sumText, totalsOf, withGaps } from './SessionsChart';

test('totals add up all domains of a day, the oldest day first', () => {
  const day = (name: string, domain: string, successful: number, failed: number) => ({
    day: name,
    domain,
    successful,
    failed,
    reports: 1,
  });
  expect(
    totalsOf([
      day('2026-11-25', 'a.example', 5, 1),
      day('2026-11-24', 'a.example', 2, 0),
      day('2026-11-25', 'b.example', 10, 2),
    ]),
  ).toEqual([
    { day: '2026-11-24', successful: 2, failed: 0 },
    { day: '2026-11-25', successful: 15, failed: 3 },
  ]);
});

test('days that nobody tells of are gaps, and days beyond the time stay', () => {
  const total = (day: string) => ({ day, successful: 1, failed: 0 });
  expect(
    withGaps([total('2026-11-25'), total('2026-11-28')], '2026-11-24T00:00:00Z', '2026-11-27T00:00:00Z').map(
      ({ day, successful }) => `${day} ${successful}`,
    ),
  ).toEqual(['2026-11-24 0', '2026-11-25 1', '2026-11-26 0', '2026-11-28 1']);
});

test('days are counted from the beginning of today, UTC', () => {
  const late = Date.parse('2026-11-26T23:59:59.999Z');
  expect(daysAgo(0, late)).toBe('2026-11-26T00:00:00Z');
  expect(daysAgo(30, late)).toBe('2026-10-27T00:00:00Z');
});

test('the sum says how many failed, and never that a failure is none', () => {
  expect(sumText([{ day: '', successful: 1, failed: 0 }])).toBe('1 session went well, 0 failed.');
  expect(sumText([{ day: '', successful: 988, failed: 12 }])).toBe(
    '988 sessions went well, 12 failed (1.2 %).',
  );
  expect(sumText([{ day: '', successful: 9_999_999, failed: 1 }])).toBe(
    '9,999,999 sessions went well, 1 failed (less than 0.1 %).',
  );
});
