import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';

import { gather } from './gather';

beforeEach(() => vi.useFakeTimers());
afterEach(() => vi.useRealTimers());

describe('what is gathered', () => {
  it('is acted on at once after quiet, and once for the burst that follows', () => {
    const seen: string[][] = [];
    const { add } = gather<string>((items) => seen.push([...items]), 1000);
    add('a');
    expect(seen).toEqual([['a']]);
    add('b');
    add('c');
    add('b');
    expect(seen).toHaveLength(1);
    vi.advanceTimersByTime(1000);
    expect(seen).toEqual([['a'], ['b', 'c']]);
    vi.advanceTimersByTime(5000);
    expect(seen).toHaveLength(2);
    add('d');
    expect(seen).toHaveLength(3);
  });

  it('is dropped by stop', () => {
    const act = vi.fn();
    const { add, stop } = gather<string>(act, 1000);
    add('a');
    add('b');
    stop();
    vi.advanceTimersByTime(5000);
    expect(act).toHaveBeenCalledOnce();
  });
});
