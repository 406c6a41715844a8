import { expect, test } from 'vitest';

import { totalsOf } from './SessionsChart';

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
