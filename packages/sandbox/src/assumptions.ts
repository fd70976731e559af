import { isTokenOperation, type Operation } from './documents.js';
import type { ApiAnswer } from './server.js';

/** What no document confirms; each can be flipped, so that a client is tested against both. */
export const ASSUMPTIONS = [
  /** Client credentials get `refresh_token: null`; flipped: the field is absent. */
  'refresh-token-null',
  /** A refresh token is good for one use; flipped: it stays, and a refresh brings no other. */
  'refresh-token-rotates',
  /** `expires_in` is a number; flipped: a string. */
  'expires-in-number',
  /** `expires_in` is there; flipped: absent. */
  'expires-in-present',
  /** Token answers are application/json; flipped: text/plain. */
  'token-content-type',
  /** Wrong credentials are 401 on 2022-10, 400 on 2020-10, 403 on v1; flipped: 400, 401, 401. */
  'wrong-credentials-status',
  /** A 401 is an authorization problem; flipped: authentication, as until 2025. */
  'unauthorized-code',
  /** Budgets show in x-ratelimit-* headers; flipped: only as Retry-After, on a 429. */
  'rate-limit-headers',
  /** Errors of v1 are empty; flipped: an HTML page. */
  'v1-error-bodies',
  /** The consent page sends `state` back; flipped: it does not. */
  'consent-returns-state',
  /** A denied consent says `error=access_denied`; flipped: neither code nor error. */
  'consent-error-parameters',
  /** A code lives 60 s; flipped: it is dead at once. */
  'code-lifetime',
  /** Answers hold what the document names; flipped: more fields, and values of later versions. */
  'extra-fields',
] as const;

export type Assumption = (typeof ASSUMPTIONS)[number];

export type Flips = ReadonlySet<Assumption>;

export function readFlips(flip: readonly Assumption[] = []): Flips {
  const unknown = flip.find((id) => !ASSUMPTIONS.includes(id));
  if (unknown === undefined) return new Set(flip);
  throw new TypeError(`flip: '${unknown}' is none of ${ASSUMPTIONS.join(', ')}`);
}

/** The flips that change how answers look, not what is decided. */
export function disguise(answer: ApiAnswer, flips: Flips, operation?: Operation): ApiAnswer {
  const { status, body, contentType } = answer;
  if (body === undefined) {
    const isPage = status >= 400 && flips.has('v1-error-bodies');
    return isPage ? { ...answer, contentType: 'text/html', body: PAGE } : answer;
  }
  const isText = operation && isTokenOperation(operation) && flips.has('token-content-type');
  const isWider = contentType === 'application/json' && flips.has('extra-fields');
  return {
    ...answer,
    ...(isText && { contentType: 'text/plain' }),
    ...(isWider && { body: widened(String(body)) }),
  };
}

const PAGE = '<!DOCTYPE html><html><head><title>Error</title></head><body>Error</body></html>';

function widened(text: string): string {
  const value: unknown = JSON.parse(text);
  const isObject = typeof value === 'object' && value !== null && !Array.isArray(value);
  return isObject ? JSON.stringify({ ...value, sandboxExtra: true }) : text;
}
