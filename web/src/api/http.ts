// The one place that asks the gateway. Sends the session's CSRF token with what changes something,
// turns refusals into ApiProblem, and lets replies in through their importers only.
import { ApiProblem, importProblem } from './problem';

export const base = '/api/v1';

const patience = 60_000; // milliseconds; long work is a job, so an answer never takes this long

let csrfToken = '';
let sessionEnded: () => void = () => undefined;

/** Tells the client about the session: its token, and whom to tell when it has ended. */
export function setToken(token: string): void {
  csrfToken = token;
}
export function whenSessionEnds(then: () => void): void {
  sessionEnded = then;
}

// What a page asks for by itself, because an event told it to, must not keep a session alive: a page
// that nobody has touched for a minute says so.
const untouchedAfter = 60_000; // milliseconds
let touched = Date.now();
export function noteTouch(): void {
  touched = Date.now();
}
if (typeof window !== 'undefined') {
  for (const sign of ['pointerdown', 'pointermove', 'keydown', 'wheel', 'touchstart']) {
    window.addEventListener(sign, noteTouch, { capture: true, passive: true });
  }
}

export function queryText(query: object | undefined): string {
  const parameters = new URLSearchParams();
  for (const [name, value] of Object.entries(query ?? {})) {
    if (value !== undefined && value !== null && value !== '') parameters.set(name, String(value));
  }
  const text = parameters.toString();
  return text === '' ? '' : `?${text}`;
}

async function send(method: string, address: string, body: unknown): Promise<Response> {
  const headers: Record<string, string> = { Accept: 'application/json' };
  if (body !== undefined) headers['Content-Type'] = 'application/json';
  if (method !== 'GET') headers['X-CSRF-Token'] = csrfToken;
  if (Date.now() - touched > untouchedAfter) headers['X-Asked-By'] = 'page';
  try {
    return await fetch(address, {
      method,
      headers,
      body: body === undefined ? undefined : JSON.stringify(body),
      credentials: 'same-origin',
      signal: AbortSignal.timeout(patience),
    });
  } catch {
    throw new ApiProblem(
      0,
      'not-reached',
      'The gateway does not answer. Check that it runs and that you are connected; nothing was lost here.',
    );
  }
}

async function problemOf(response: Response): Promise<ApiProblem> {
  const retryAfter = Number(response.headers.get('Retry-After') ?? 0) || 0;
  try {
    return importProblem(await response.json(), response.status, retryAfter);
  } catch {
    const text = `The gateway answered ${response.status} ${response.statusText} without saying why.`;
    return new ApiProblem(response.status, 'unknown', text, [], retryAfter);
  }
}

export async function call<T = void>(
  method: string,
  path: string,
  query: object | undefined,
  body: unknown,
  importer: ((json: unknown) => T) | undefined,
): Promise<T> {
  const response = await send(method, base + path + queryText(query), body);
  if (!response.ok) {
    const problem = await problemOf(response);
    if (problem.status === 401 && !path.startsWith('/session') && path !== '/setup') sessionEnded();
    throw problem;
  }
  if (importer === undefined) return undefined as T;
  return importer(await response.json());
}
