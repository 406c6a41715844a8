import { describe, expect, it } from 'vitest';

import { describeChange } from './words';

const event = { kind: 'change', revision: 7, actor: 'alice', via: 'cli', account: 'main', action: 'policy.add', object: 'policy bank.example' };

describe('a change', () => {
  it('says who did what, and how', () => {
    expect(describeChange(event)).toBe('alice added policy bank.example (command line).');
  });
  it('is told of the gateway too, and with verbs that it does not know', () => {
    expect(describeChange({ ...event, actor: '', via: 'gateway', action: 'route.prove', object: 'route mx1:25' })).toBe('The gateway route.prove route mx1:25 (gateway).');
  });
});
