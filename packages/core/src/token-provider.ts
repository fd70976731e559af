import type { AccessToken } from './access-token.js';
import { BriefMap } from './brief-map.js';
import { TokenError } from './errors.js';
import { TransportFault } from './fault.js';
import type { Grant } from './grants.js';
import { own, ownFields } from './own.js';
import { abortable } from './time.js';
import { requestToken, type TokenRequester } from './token-request.js';
import {
  initialState,
  step,
  type TokenEvent,
  type TokenState,
  type TokenTask,
} from './token-state.js';
import { Shelf, type TokenLock, type TokenStore } from './token-store.js';

/** Where the pipeline gets its bearer token. */
export interface TokenProvider {
  /**
   * A token that is valid now; a new one is requested when there is none, and ahead of expiry.
   * However many callers wait, one request is under way.
   * @throws {TokenError} if there is none to be had
   */
  get(options?: { readonly signal?: AbortSignal | undefined }): Promise<AccessToken>;
  /** Gives up this token, if it is still the one in use: the API refused it. */
  invalidate(value: string): void;
}

export interface TokenProviderOptions<G extends Grant> extends TokenRequester<G> {
  readonly grant: G;
  readonly store?: TokenStore | undefined;
  /** Name of the token in the store; it holds no secret. */
  readonly key?: string | undefined;
}

interface Waiter {
  readonly resolve: (token: AccessToken) => void;
  readonly reject: (error: unknown) => void;
}

const lateToken = ({ limitMs }: TransportFault, isLocking: boolean): TransportFault => {
  const why = isLocking ? 'no token came, as the token store gave no lock' : 'no token came';
  return new TransportFault('timeout', why, { limitMs, isUnsent: true });
};

/** Keeps one token fresh: fetched once for all callers, renewed ahead of its end, given up when refused. */
export const createTokenProvider = <G extends Grant>(
  options: TokenProviderOptions<G>,
): TokenProvider => {
  const keeper = new TokenKeeper(ownFields(options));
  return {
    get: (asked = {}) => keeper.get(ownFields(asked).signal),
    invalidate: (value) => keeper.handle({ type: 'refused', value }),
  };
};

/** Does what `token-state.ts` decides. A class, so that each of many clients has its state alone. */
class TokenKeeper<G extends Grant> {
  readonly #options: TokenProviderOptions<G>;
  readonly #shelf: Shelf;
  readonly #waiting = new BriefMap<Waiter>();
  readonly #locks = new BriefMap<TokenLock | undefined>();
  /** Flights that wait for the store's lock. */
  readonly #locking = new BriefMap<true>();
  readonly #requests = new BriefMap<AbortController>();
  #state: TokenState;
  #callers = 0;

  constructor(options: TokenProviderOptions<G>) {
    this.#options = options;
    this.#shelf = new Shelf(options.store, options.key ?? '', options);
    this.#state = initialState(options.grant, this.#shelf.hasLock);
  }

  get(signal: AbortSignal | undefined): Promise<AccessToken> {
    return abortable<AccessToken>(signal, (resolve, reject) => {
      this.#callers += 1;
      const waiter = this.#callers;
      this.#waiting.set(waiter, { resolve, reject });
      this.handle({ type: 'asked', waiter });
      return () => {
        this.#waiting.take(waiter);
        this.handle({ type: 'left', waiter });
      };
    }).catch((reason: unknown) => {
      throw this.#late(reason);
    });
  }

  handle(event: TokenEvent): void {
    const { clock, random } = this.#options;
    const now = { wall: clock.now(), monotonic: clock.monotonic(), random: random() };
    const [next, tasks] = step(this.#state, event, now);
    this.#state = next;
    for (const task of tasks) this.#perform(task).catch((error) => this.#failed(task, error));
  }

  async #perform(task: TokenTask): Promise<void> {
    const shelf = this.#shelf;
    switch (task.type) {
      case 'load':
        return this.handle({
          type: 'loaded',
          flight: task.flight,
          stored: await shelf.load(this.#locks.has(task.flight)),
        });
      case 'lock':
        return this.handle(await this.#lock(task.flight));
      case 'unlock':
        return this.#unlock(task.flight);
      case 'request':
        return this.handle(await this.#ask(task.flight, task.grant));
      case 'save':
        await shelf.save(task.record, task.expectedVersion);
        return this.handle({ type: 'saved', flight: task.flight });
      case 'stop':
        return this.#requests
          .get(task.flight)
          ?.abort(new TokenError('Nobody waits for this token any more.'));
      case 'serve':
        return this.#settle(task.waiters, ({ resolve }) => resolve(task.held.token));
      case 'reject':
        return this.#settle(task.waiters, ({ reject }) => reject(task.error));
      case 'warn':
        return this.#options.tell({
          type: 'warning',
          message: 'The token could not be renewed; the one in use is kept while it lasts.',
        });
    }
  }

  // A store that refuses its place says so to who waits.
  #failed(task: TokenTask, error: unknown): void {
    const flight = own(task, 'flight');
    if (typeof flight === 'number') this.handle({ type: 'failed', flight, error });
  }

  async #ask(flight: number, grant: Grant): Promise<TokenEvent> {
    const request = new AbortController();
    this.#requests.set(flight, request);
    try {
      const granted = await requestToken(this.#options, grant, request.signal);
      return { type: 'granted', flight, granted };
    } catch (error) {
      return { type: 'failed', flight, error };
    } finally {
      this.#requests.take(flight);
    }
  }

  async #lock(flight: number): Promise<TokenEvent> {
    this.#locking.set(flight, true);
    try {
      this.#locks.set(flight, await this.#shelf.lock());
    } finally {
      this.#locking.take(flight);
    }
    return { type: 'locked', flight };
  }

  async #unlock(flight: number): Promise<void> {
    const held = this.#locks.take(flight);
    if (held) await this.#shelf.unlock(held);
  }

  #settle(waiters: readonly number[], end: (waiter: Waiter) => void): void {
    for (const waiter of waiters) {
      const found = this.#waiting.take(waiter);
      if (found) end(found);
    }
  }

  /** Whose limit ends the wait is told what it was for. */
  #late(reason: unknown): unknown {
    return reason instanceof TransportFault ? lateToken(reason, this.#locking.size > 0) : reason;
  }
}
