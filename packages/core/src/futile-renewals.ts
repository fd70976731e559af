import type { Clock } from './time.js';

const REMEMBERED_MS = 60_000;
const MOST_OPERATIONS = 1_000;

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

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** Would a new token be as useless for this operation as the last one? */
  has(operation: string, value: string): boolean {
    const now = this.#clock.monotonic();
    const until = this.#operations?.get(operation) ?? 0;
    return now < until || (this.#useless?.value === value && now < this.#useless.until);
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
