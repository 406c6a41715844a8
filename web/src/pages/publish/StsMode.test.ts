import { expect, test } from 'vitest';

import { leavesTooEarly } from './StsMode';

test('a policy that senders keep is taken back before it is taken away', () => {
  expect(leavesTooEarly('enforce', 'off')).toBe(true);
  expect(leavesTooEarly('testing', 'off')).toBe(true);
  expect(leavesTooEarly('none', 'off')).toBe(false);
  expect(leavesTooEarly('enforce', 'none')).toBe(false);
  expect(leavesTooEarly('off', 'off')).toBe(false);
});
