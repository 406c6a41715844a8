import { describe, expect, it } from 'vitest';

import { mayIn, roleIn } from './roles';

const grants = [
  { account: 'main', role: 'viewer' as const },
  { account: 'north', role: 'administrator' as const },
  { account: '*', role: 'operator' as const },
];

describe('a role', () => {
  it('is the strongest that the account or all accounts give', () => {
    expect(roleIn(grants, 'main')).toBe('operator');
    expect(roleIn(grants, 'north')).toBe('administrator');
    expect(roleIn([], 'main')).toBeNull();
  });
  it('of one account says nothing about another, or about all', () => {
    expect(mayIn([{ account: 'north', role: 'administrator' }], 'main', 'viewer')).toBe(false);
    expect(mayIn(grants, '*', 'administrator')).toBe(false);
  });
});
