// How JSON enters the application: every value is checked against what the API declares, and
// anything else is an error that names the place, not a surprise three components later.

export class StrictError extends Error {
  constructor(at: string, wanted: string, got: unknown) {
    const what = got === null ? 'null' : Array.isArray(got) ? 'a list' : typeof got;
    super(`The gateway answered something unexpected: ${at} should be ${wanted} and is ${what}.`);
    this.name = 'StrictError';
  }
}

export type Importer<T> = (json: unknown, at: string) => T;

export function asObject(json: unknown, at: string): Record<string, unknown> {
  if (typeof json !== 'object' || json === null || Array.isArray(json)) {
    throw new StrictError(at, 'an object', json);
  }
  return json as Record<string, unknown>;
}

export function asText(json: unknown, at: string): string {
  if (typeof json !== 'string') throw new StrictError(at, 'text', json);
  return json;
}

export function asNumber(json: unknown, at: string): number {
  if (typeof json !== 'number' || !Number.isFinite(json)) throw new StrictError(at, 'a number', json);
  return json;
}

export function asBoolean(json: unknown, at: string): boolean {
  if (typeof json !== 'boolean') throw new StrictError(at, 'true or false', json);
  return json;
}

export function asList<T>(importer: Importer<T>): Importer<T[]> {
  return (json, at) => {
    if (!Array.isArray(json)) throw new StrictError(at, 'a list', json);
    return json.map((item, place) => importer(item, `${at}[${place}]`));
  };
}

export function asWord<const Words extends readonly string[]>(words: Words): Importer<Words[number]> {
  return (json, at) => {
    if (typeof json !== 'string' || !words.includes(json)) {
      throw new StrictError(at, `one of ${words.join(', ')}`, json);
    }
    return json;
  };
}

export function orNull<T>(importer: Importer<T>): Importer<T | null> {
  return (json, at) => (json === null || json === undefined ? null : importer(json, at));
}
