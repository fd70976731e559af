import type { AccessToken } from './access-token.js';
import { TokenError } from './errors.js';
import { TransportFault } from './fault.js';
import type { Grant } from './grants.js';
import { own, ownFields } from './own.js';
import { abortable } from './time.js';
import { requestToken, type TokenRequester } from './token-request.js';
import { initialState, step, type TokenEvent, type TokenTask } from './token-state.js';
import { shelfOf, type TokenLock, type TokenStore } from './token-store.js';

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
  const why = isLocking
    ? 'no token came, as the token store gave no lock: perhaps another process holds it'
    : 'no token came';
  return new TransportFault('timeout', why, { limitMs, isUnsent: true });
};

/**
 * Keeps one token fresh: fetched once for all callers, renewed ahead of its end, given up when refused.
 * It does what `token-state.ts` decides.
 */
export const createTokenProvider = <G extends Grant>(
  given: TokenProviderOptions<G>,
): TokenProvider => {
  const options = ownFields(given);
  const { clock, random, tell } = options;
  const shelf = shelfOf(options.store, options.key ?? '', options);
  const waiting = new Map<number, Waiter>();
  let state = initialState(options.grant, shelf.hasLock);
  const locks = new Map<number, TokenLock | undefined>();
  /** Flights that wait for the store's lock. */
  const locking = new Set<number>();
  const requests = new Map<number, AbortController>();
  let callers = 0;

  const handle = (event: TokenEvent): void => {
    const now = { wall: clock.now(), monotonic: clock.monotonic(), random: random() };
    const [next, tasks] = step(state, event, now);
    state = next;
    for (const task of tasks) perform(task).catch((error) => failed(task, error));
  };

  const perform = async (task: TokenTask): Promise<void> => {
    switch (task.type) {
      case 'load':
        return handle({
          type: 'loaded',
          flight: task.flight,
          stored: await shelf.load(locks.has(task.flight)),
        });
      case 'lock':
        return handle(await lock(task.flight));
      case 'unlock':
        return unlock(task.flight);
      case 'request':
        return handle(await ask(task.flight, task.grant));
      case 'save':
        await shelf.save(task.record, task.expectedVersion);
        return handle({ type: 'saved', flight: task.flight });
      case 'stop':
        return requests
          .get(task.flight)
          ?.abort(new TokenError('Nobody waits for this token any more.'));
      case 'serve':
        return settle(task.waiters, ({ resolve }) => resolve(task.held.token));
      case 'reject':
        return settle(task.waiters, ({ reject }) => reject(task.error));
      case 'warn':
        return tell({
          type: 'warning',
          message: 'The token could not be renewed; the one in use is kept while it lasts.',
        });
    }
  };

  // A store that refuses its place says so to who waits.
  const failed = (task: TokenTask, error: unknown): void => {
    const flight = own(task, 'flight');
    if (typeof flight === 'number') handle({ type: 'failed', flight, error });
  };

  const ask = async (flight: number, grant: Grant): Promise<TokenEvent> => {
    const request = new AbortController();
    requests.set(flight, request);
    try {
      const granted = await requestToken(options, grant, request.signal);
      return { type: 'granted', flight, granted };
    } catch (error) {
      return { type: 'failed', flight, error };
    } finally {
      requests.delete(flight);
    }
  };

  const lock = async (flight: number): Promise<TokenEvent> => {
    locking.add(flight);
    try {
      locks.set(flight, await shelf.lock());
    } finally {
      locking.delete(flight);
    }
    return { type: 'locked', flight };
  };

  const unlock = async (flight: number): Promise<void> => {
    const held = locks.get(flight);
    locks.delete(flight);
    if (held) await shelf.unlock(held);
  };

  const settle = (waiters: readonly number[], end: (waiter: Waiter) => void): void => {
    for (const waiter of waiters) {
      const found = waiting.get(waiter);
      waiting.delete(waiter);
      if (found) end(found);
    }
  };

  /** Whose limit ends the wait is told what it was for. */
  const late = (reason: unknown): unknown =>
    reason instanceof TransportFault ? lateToken(reason, locking.size > 0) : reason;

  return {
    get: (asked = {}) =>
      abortable<AccessToken>(ownFields(asked).signal, (resolve, reject) => {
        callers += 1;
        const waiter = callers;
        waiting.set(waiter, { resolve, reject });
        handle({ type: 'asked', waiter });
        return () => {
          waiting.delete(waiter);
          handle({ type: 'left', waiter });
        };
      }).catch((reason: unknown) => {
        throw late(reason);
      }),
    invalidate: (value) => handle({ type: 'refused', value }),
  };
};
