import type { AccessToken } from './access-token.js';
import { BriefMap } from './brief-map.js';
import { TokenError } from './errors.js';
import { TransportFault } from './fault.js';
import { type Grant, isUsersGrant } from './grants.js';
import { own, ownFields } from './own.js';
import { Refusals } from './refusals.js';
import { refreshTokenIn } from './rescued-token.js';
import { LONGEST_WAIT_MS } from './retry.js';
import { abortable, sleep } from './time.js';
import { requestToken, type TokenRequester } from './token-request.js';
import {
  initialState,
  step,
  type TokenEvent,
  type TokenState,
  type TokenTask,
} from './token-state.js';
import {
  isLost,
  type Reading,
  Shelf,
  type TokenLock,
  type TokenRecord,
  type TokenStore,
} from './token-store.js';

/** Where the pipeline gets its bearer token. */
export interface TokenProvider {
  /**
   * A token that is valid now; a new one is requested when there is none, and ahead of expiry.
   * However many callers wait, one request is under way.
   * @throws {TokenError} if there is none to be had
   */
  get(options?: {
    readonly signal?: AbortSignal | undefined;
    /**
     * How long to wait for the end of a pause after a failed token request, in milliseconds, if the failure may
     * pass; else it is thrown at once. At most 62 s. @default 62_000
     */
    readonly withinMs?: number | undefined;
  }): Promise<AccessToken>;
  /** Gives up this token, if it is still the one in use: the API refused it. */
  invalidate(value: string): void;
}

export interface TokenProviderOptions<G extends Grant> extends Omit<TokenRequester<G>, 'refusals'> {
  readonly grant: G;
  readonly store?: TokenStore | undefined;
  /** Name of the token in the store; it holds no secret. */
  readonly key?: string | undefined;
  /** Gets what a store brings: it must show up nowhere. */
  readonly secrets?: { add(secret: string): void } | undefined;
}

interface Waiter {
  readonly resolve: (token: AccessToken) => void;
  readonly reject: (error: unknown) => void;
  /** Until when, on the monotonic clock, it can wait for the end of a pause. */
  readonly until: number;
}

const WARNINGS: Readonly<Record<(TokenTask & { type: 'warn' })['about'], string>> = {
  consent:
    'The new code or refresh token could not be used; the consent that is stored goes on. Ask the user again if the new one was meant to replace it.',
  lock: 'The token store gave no lock; others may renew at the same time.',
  renewal: 'The token could not be renewed; the one in use is kept while it lasts.',
  rotation:
    'The token store failed to save a new refresh token: it is in memory alone, and saved again until that works.',
  save: 'The token store failed to save; the token is kept in memory.',
};

const textsOf = (record: TokenRecord): string[] => {
  const { refreshToken, value } = ownFields(record);
  return [value, refreshToken].filter((one) => typeof one === 'string');
};

const lateToken = ({ limitMs }: TransportFault, isLocking: boolean): TransportFault => {
  const why = isLocking ? 'no token came, as the token store gave no lock' : 'no token came';
  return new TransportFault('timeout', why, { limitMs, isUnsent: true });
};

/** Keeps one token fresh: fetched once for all callers, renewed ahead of its end, given up when refused. */
export const createTokenProvider = <G extends Grant>(
  options: TokenProviderOptions<G>,
): TokenProvider => tokenProviderOf<G>({ ...ownFields(options), refusals: new Refusals() });

/** The same for one of the tokens of an app, which share what was refused. */
export const tokenProviderOf = <G extends Grant>(
  options: TokenProviderOptions<G> & TokenRequester<G>,
): TokenProvider => {
  const keeper = new TokenKeeper<G>(options);
  return {
    get: (asked = {}) => keeper.get(ownFields(asked)),
    invalidate: (value) => keeper.handle({ type: 'refused', value }),
  };
};

/** The token must not be requested any more: another has the lock, or the store does not say. */
class LostTurn extends Error {
  readonly what: 'overtaken' | 'unread';

  constructor(what: LostTurn['what']) {
    super(what);
    this.what = what;
  }
}

/** Does what `token-state.ts` decides. A class, so that each of many clients has its state alone. */
class TokenKeeper<G extends Grant> {
  readonly #options: TokenProviderOptions<G> & TokenRequester<G>;
  readonly #shelf: Shelf;
  readonly #waiting = new BriefMap<Waiter>();
  readonly #locks = new BriefMap<TokenLock>();
  /** What a flight does that can be stopped. */
  readonly #working = new BriefMap<AbortController>();
  #state: TokenState;
  #callers = 0;
  /** How many flights wait for the store's lock. */
  #locking = 0;

  constructor(options: TokenProviderOptions<G> & TokenRequester<G>) {
    this.#options = options;
    const { grant, key = '', store } = options;
    this.#shelf = new Shelf(store, { key, isUsers: isUsersGrant(grant) }, options);
    this.#state = initialState(grant, this.#shelf.hasLock);
  }

  get({
    signal,
    withinMs: statedMs = LONGEST_WAIT_MS,
  }: NonNullable<Parameters<TokenProvider['get']>[0]>): Promise<AccessToken> {
    return abortable<AccessToken>(signal, (resolve, reject) => {
      this.#callers += 1;
      const waiter = this.#callers;
      const withinMs = Math.min(LONGEST_WAIT_MS, statedMs);
      const until = this.#options.clock.monotonic() + withinMs;
      this.#waiting.set(waiter, { resolve, reject, until });
      this.handle({ type: 'asked', waiter, withinMs });
      return () => this.#leave(waiter);
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
          flight: task.flight,
          ...(await this.#load(task.flight, task.isLast)),
        });
      case 'lock':
        return this.handle(await this.#lock(task.flight));
      case 'unlock':
        return this.#unlock(task.flight);
      case 'pause':
        return this.handle(await this.#pause(task));
      case 'request':
        return this.handle(await this.#ask(task.flight, task.grant));
      case 'save':
        return this.handle({
          flight: task.flight,
          ...(await shelf.save(task.record, task.expectedVersion)),
        });
      case 'stop':
        return this.#working
          .get(task.flight)
          ?.abort(new TokenError('Nobody waits for this token any more.'));
      case 'serve':
        return this.#settle(task.waiter, ({ resolve }) => resolve(task.held.token));
      case 'reject':
        return task.until === undefined
          ? this.#settle(task.waiter, ({ reject }) => reject(task.error))
          : this.#rejectBefore(task.until, task.error);
      case 'warn':
        return this.#options.tell({ type: 'warning', message: own(WARNINGS, task.about) ?? '' });
    }
  }

  // A store that refuses its place says so to who waits.
  #failed(task: TokenTask, error: unknown): void {
    const flight = own(task, 'flight');
    if (typeof flight === 'number')
      this.handle({ type: 'failed', flight, error, refreshToken: undefined });
  }

  async #load(flight: number, isLast: boolean): Promise<Reading> {
    const lock = this.#locks.get(flight);
    const { grant, secrets } = this.#options;
    const isUsers = isUsersGrant(grant);
    const isPatient = isLast && (isUsers || lock !== undefined);
    const reading = await this.#shelf.load(isPatient, isUsers ? lock : undefined);
    const record = reading.type === 'loaded' ? reading.stored?.record : undefined;
    if (record && secrets) for (const secret of textsOf(record)) secrets.add(secret);
    return reading;
  }

  async #ask(flight: number, grant: Grant): Promise<TokenEvent> {
    const mayStillSend = isUsersGrant(grant) ? () => this.#ensureTurn(flight) : async () => {};
    return this.#stoppable(flight, async (signal) => {
      try {
        const granted = await requestToken(this.#options, grant, signal, mayStillSend);
        return { type: 'granted', flight, granted };
      } catch (error) {
        if (error instanceof LostTurn) return { type: error.what, flight };
        return { type: 'failed', flight, error, refreshToken: refreshTokenIn(error) };
      }
    });
  }

  /** Who was stopped for long may have been taken over. */
  async #ensureTurn(flight: number): Promise<void> {
    const lock = this.#locks.get(flight);
    const isOvertaken = await isLost(lock).catch(() => {
      throw new LostTurn('unread');
    });
    if (isOvertaken) throw new LostTurn('overtaken');
  }

  async #pause({ flight, isIdle, ms }: TokenTask & { type: 'pause' }): Promise<TokenEvent> {
    const { clock } = this.#options;
    await this.#stoppable(flight, (signal) => sleep(clock, ms, signal, isIdle));
    return { type: 'paused', flight };
  }

  async #stoppable<T>(flight: number, work: (signal: AbortSignal) => Promise<T>): Promise<T> {
    const stop = new AbortController();
    this.#working.set(flight, stop);
    try {
      return await work(stop.signal);
    } finally {
      this.#working.take(flight);
    }
  }

  async #lock(flight: number): Promise<TokenEvent> {
    this.#locking += 1;
    let lock: TokenLock | undefined;
    try {
      lock = await this.#shelf.lock();
    } finally {
      this.#locking -= 1;
    }
    if (lock === undefined) return { type: 'lockless', flight };
    this.#locks.set(flight, lock);
    return { type: 'locked', flight };
  }

  async #unlock(flight: number): Promise<void> {
    const held = this.#locks.take(flight);
    if (held) await this.#shelf.unlock(held);
  }

  #leave(waiter: number): void {
    if (this.#waiting.take(waiter)) this.handle({ type: 'left', waiter });
  }

  /** One, or all who wait: there is one flight, and everyone waits for it. */
  #settle(waiter: number | undefined, end: (waiter: Waiter) => void): void {
    for (const one of this.#waiting.takeAll(waiter)) end(one);
  }

  #rejectBefore(until: number, error: unknown): void {
    for (const [waiter, one] of this.#waiting.all()) {
      if (one.until >= until) continue;
      one.reject(error);
      this.#leave(waiter);
    }
  }

  /** Whose limit ends the wait is told what it was for. */
  #late(reason: unknown): unknown {
    return reason instanceof TransportFault ? lateToken(reason, this.#locking > 0) : reason;
  }
}
