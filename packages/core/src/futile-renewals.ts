import type { Clock } from './time.js';

const REMEMBERED_MS = 60_000;
const MOST_OPERATIONS = 1_000;
// However the refusals are spread over operations: five at once, then one each 12 s.
const MOST_AT_ONCE = 5;
const REGAINED_EACH_MS = 12_000;

/**
 * Operations that the API refuses with fresh tokens, too. For a minute none of them takes the token away again: others
 * may use it with success, and the token endpoint would be asked by each call. An operation that was served is forgotten.
 */
export class FutileRenewals {
  readonly #clock: Clock;
  /** Until when, on the monotonic clock. */
  #operations: Map<string, number> | undefined;
  /** A fresh token that was refused and that nobody has used with success. */
  #useless: { readonly value: string; readonly until: number } | undefined;

  /** The token that was given up last, how many more may be, and at what time that was counted. */
  #givenUp: { readonly value: string; readonly left: number; readonly at: number } | undefined;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** Why no other token is asked for in place of this one. */
  reason(operation: string, value: string): 'again' | 'often' | undefined {
    const now = this.#clock.monotonic();
    const until = this.#operations?.get(operation) ?? 0;
    if (now < until || (this.#useless?.value === value && now < this.#useless.until))
      return 'again';
    const { left, at, ...last } = this.#givenUp ?? {
      value: undefined,
      left: MOST_AT_ONCE,
      at: now,
    };
    // Many calls may be refused with the same token.
    if (last.value === value) return undefined;
    const leftNow = Math.min(MOST_AT_ONCE, left + (now - at) / REGAINED_EACH_MS);
    if (leftNow < 1) return 'often';
    this.#givenUp = { value, left: leftNow - 1, at: now };
    return undefined;
  }

  /** The operation was refused with this token, which was got in place of another. */
  add(operation: string, value: string): void {
    const until = this.#clock.monotonic() + REMEMBERED_MS;
    this.#operations ??= new Map();
    this.#operations.set(operation, until);
    const [oldest] = this.#operations.keys();
    if (this.#operations.size > MOST_OPERATIONS && oldest !== undefined)
      this.#operations.delete(oldest);
    this.#useless = { value, until };
  }

  /** The operation was served with this token. */
  served(operation: string, value: string): void {
    this.#operations?.delete(operation);
    if (this.#useless?.value === value) this.#useless = undefined;
  }
}
