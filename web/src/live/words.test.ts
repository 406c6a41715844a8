import { describe, expect, it } from 'vitest';

import { authorText, describeChange, isBy } from './words';

const event = {
  kind: 'change',
  revision: 7,
  actor: 'cli:alice',
  via: 'cli',
  account: 'main',
  action: 'policy.add',
  object: 'policy bank.example',
};

describe('a change', () => {
  it('says who did what, and how', () => {
    expect(describeChange(event)).toBe('alice added policy bank.example (command line).');
  });
  it('is told of the gateway too, and with verbs that it does not know', () => {
    expect(
      describeChange({ ...event, actor: '', via: 'gateway', action: 'route.prove', object: 'route mx1:25' }),
    ).toBe('The gateway changed route mx1:25 (gateway).');
  });
  it('made by a person in the application says no more than that, and by a token says so', () => {
    expect(describeChange({ ...event, actor: 'user:anna', via: 'api' })).toBe(
      'anna added policy bank.example.',
    );
    expect(describeChange({ ...event, actor: 'token:nightly', via: 'api' })).toBe(
      'nightly added policy bank.example (API token).',
    );
    expect(['user:anna', 'cli:root', 'token:nightly', ''].map(authorText)).toEqual([
      'anna',
      'root (command line)',
      'nightly (API token)',
      'The gateway',
    ]);
  });
  it('is no news to the one who made it', () => {
    expect(isBy({ ...event, actor: 'user:alice', via: 'api' }, 'alice')).toBe(true);
    expect(isBy(event, 'alice')).toBe(false);
    expect(isBy({ ...event, actor: 'user:bert', via: 'api' }, 'alice')).toBe(false);
  });
});
