import { afterEach, describe, expect, it, vi } from 'vitest';

import { call, noteTouch, queryText, setToken, whenSessionEnds } from './http';
import { ApiProblem, isProblem } from './problem';
import { asText } from './strict';

function answer(status: number, body: unknown, headers: Record<string, string> = {}) {
  const fetched = vi.fn(
    async () => new Response(status === 204 ? null : JSON.stringify(body), { status, headers }),
  );
  vi.stubGlobal('fetch', fetched);
  return fetched;
}
afterEach(() => vi.unstubAllGlobals());

const importer = (json: unknown) => asText(json, 'Reply');

describe('a query', () => {
  it('leaves out what is not set', () => {
    expect(queryText({ q: '', mode: null, after: undefined, limit: 100 })).toBe('?limit=100');
    expect(queryText({})).toBe('');
    expect(queryText(undefined)).toBe('');
  });
  it('escapes', () => {
    expect(queryText({ q: 'a&b=ü' })).toBe('?q=a%26b%3D%C3%BC');
  });
});

describe('a call', () => {
  it('sends the CSRF token with what changes something, and never with a GET', async () => {
    setToken('secret');
    const fetched = answer(200, 'done');
    await call('POST', '/x', undefined, { a: 1 }, importer);
    await call('GET', '/x', undefined, undefined, importer);
    const [post, get] = fetched.mock.calls as unknown as [string, RequestInit][];
    expect((post?.[1].headers as Record<string, string>)['X-CSRF-Token']).toBe('secret');
    expect(post?.[1].body).toBe('{"a":1}');
    expect((get?.[1].headers as Record<string, string>)['X-CSRF-Token']).toBeUndefined();
  });

  it('says that nobody has touched the page for a while, until somebody does', async () => {
    vi.useFakeTimers();
    try {
      const fetched = answer(200, 'done');
      const askedBy = async () => {
        await call('GET', '/x', undefined, undefined, importer);
        const calls = fetched.mock.calls as unknown as [string, RequestInit][];
        return (calls.at(-1)?.[1].headers as Record<string, string>)['X-Asked-By'];
      };
      noteTouch();
      expect(await askedBy()).toBeUndefined();
      vi.advanceTimersByTime(61_000);
      expect(await askedBy()).toBe('page');
      noteTouch();
      expect(await askedBy()).toBeUndefined();
    } finally {
      vi.useRealTimers();
    }
  });

  it('gives nothing for 204', async () => {
    answer(204, null);
    await expect(call('DELETE', '/x', undefined, undefined, undefined)).resolves.toBeUndefined();
  });

  it('turns problem details into a problem with its fields', async () => {
    answer(422, {
      status: 422,
      title: 'Invalid',
      detail: 'Some fields are wrong.',
      code: 'invalid-request',
      errors: [{ pointer: '#/mx/0', detail: 'No name.' }],
    });
    const problem = await call('POST', '/x', undefined, {}, importer).catch((error: unknown) => error);
    expect(isProblem(problem, 'invalid-request')).toBe(true);
    expect((problem as ApiProblem).field('mx')).toBe('No name.');
    expect((problem as ApiProblem).field('m')).toBeUndefined();
  });

  it('keeps what Retry-After says', async () => {
    answer(
      429,
      { status: 429, title: 'Too many', code: 'too-many-attempts', detail: 'Wait.' },
      { 'Retry-After': '30' },
    );
    await expect(call('POST', '/session', undefined, {}, importer)).rejects.toMatchObject({ retryAfter: 30 });
  });

  it('has a sentence for an answer that is no problem document', async () => {
    vi.stubGlobal('fetch', async () => new Response('<h1>Bad Gateway</h1>', { status: 502 }));
    await expect(call('GET', '/x', undefined, undefined, importer)).rejects.toMatchObject({
      status: 502,
      code: 'unknown',
    });
  });

  it('has a sentence for a gateway that does not answer', async () => {
    vi.stubGlobal('fetch', async () => Promise.reject(new TypeError('failed')));
    await expect(call('GET', '/x', undefined, undefined, importer)).rejects.toMatchObject({
      status: 0,
      code: 'not-reached',
    });
  });

  it('ends the session on 401, but not on a failed sign-in', async () => {
    const ended = vi.fn();
    whenSessionEnds(ended);
    answer(401, { status: 401, title: 'Sign in', code: 'sign-in-failed', detail: 'Wrong.' });
    await call('POST', '/session', undefined, {}, importer).catch(() => undefined);
    expect(ended).not.toHaveBeenCalled();
    await call('GET', '/accounts', undefined, undefined, importer).catch(() => undefined);
    expect(ended).toHaveBeenCalledOnce();
  });
});
