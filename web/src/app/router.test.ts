import { describe, expect, it } from 'vitest';

import { match } from './router';

describe('an address', () => {
  it('matches its pattern, with decoded parameters', () => {
    expect(match('/a/:account/partners/:domain', '/a/main/partners/*.gov.uk')).toEqual({
      account: 'main',
      domain: '*.gov.uk',
    });
    expect(match('/a/:account', '/a/n%C3%B6rd')).toEqual({ account: 'nörd' });
  });
  it('does not match a longer or shorter one', () => {
    expect(match('/a/:account', '/a/main/queue')).toBeNull();
    expect(match('/a/:account/queue', '/a/main')).toBeNull();
  });
  it('does not fall over broken escapes', () => {
    expect(match('/a/:account', '/a/%zz')).toBeNull();
  });
});
