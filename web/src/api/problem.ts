// What the API answers when it cannot do what was asked (RFC 9457), as an error to show.
import { asNumber, asObject, asText } from './strict';

export interface FieldError {
  /** "#/mx/0" in the body; "?limit" for a parameter. */
  pointer: string;
  detail: string;
}

export class ApiProblem extends Error {
  constructor(
    readonly status: number,
    /** Stable: "too-many-lines". */
    readonly code: string,
    detail: string,
    readonly errors: FieldError[] = [],
    /** Seconds until it is worth asking again; 0: no word about it. */
    readonly retryAfter = 0,
  ) {
    super(detail);
    this.name = 'ApiProblem';
  }

  /** What is wrong with a field of the body, for the field itself. */
  field(name: string): string | undefined {
    const at = `#/${name}`;
    const found = this.errors.filter(({ pointer }) => pointer === at || pointer.startsWith(`${at}/`));
    return found.length > 0 ? found.map(({ detail }) => detail).join(' ') : undefined;
  }
}

export function importProblem(json: unknown, status: number, retryAfter: number): ApiProblem {
  const o = asObject(json, 'Problem');
  const errors = Array.isArray(o.errors) ? o.errors : [];
  return new ApiProblem(
    o.status === undefined ? status : asNumber(o.status, 'Problem.status'),
    o.code === undefined ? 'unknown' : asText(o.code, 'Problem.code'),
    o.detail === undefined ? asText(o.title, 'Problem.title') : asText(o.detail, 'Problem.detail'),
    errors.map((one, place) => {
      const error = asObject(one, `Problem.errors[${place}]`);
      return {
        pointer: asText(error.pointer, `Problem.errors[${place}].pointer`),
        detail: asText(error.detail, `Problem.errors[${place}].detail`),
      };
    }),
    retryAfter,
  );
}

export function isProblem(error: unknown, code: string): error is ApiProblem {
  return error instanceof ApiProblem && error.code === code;
}

/** The sentence of any error. */
export function sentence(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
