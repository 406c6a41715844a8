import { expect, test } from 'vitest';

import { beginsTooHard, leavesTooEarly } from './StsMode';

test('a policy that senders keep is taken back before it is taken away', () => {
  expect(leavesTooEarly('enforce', 'off')).toBe(true);
  expect(leavesTooEarly('testing', 'off')).toBe(true);
  expect(leavesTooEarly('none', 'off')).toBe(false);
  expect(leavesTooEarly('enforce', 'none')).toBe(false);
  expect(leavesTooEarly('off', 'off')).toBe(false);
});

test('enforce comes after testing', () => {
  expect(beginsTooHard('off', 'enforce')).toBe(true);
  expect(beginsTooHard('none', 'enforce')).toBe(true);
  expect(beginsTooHard('testing', 'enforce')).toBe(false);
  expect(beginsTooHard('enforce', 'enforce')).toBe(false);
  expect(beginsTooHard('off', 'testing')).toBe(false);
});
