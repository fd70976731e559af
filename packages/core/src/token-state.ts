import { ReauthRequiredError, TokenError } from './errors.js';
import {
  brought,
  failed,
  type GrantOrder,
  grantOrder,
  learn,
  nextGrant,
  originOf,
} from './grant-order.js';
import type { Grant } from './grants.js';
import { ageMs, type Held, heldOf, type Moment } from './token-life.js';
import type { StoredToken, TokenRecord } from './token-store.js';

/*
 * What a token provider decides, as a pure function: a state and an event give the next state and what
 * is to be done. So every order of events can be tried out; the doing is in token-provider.ts.
 */

/** What is known about one token. */
export interface TokenState {
  /** May others be kept from renewing at the same time? */
  readonly hasLock: boolean;
  readonly order: GrantOrder;
  /** The token in use. */
  readonly held: Held | undefined;
  /** Values that the API refused, the last ones: a store may bring them back. */
  readonly refused: readonly string[];
  /** The one request for a token that is under way. */
  readonly flight: Flight | undefined;
  readonly flights: number;
  /** Renewals ahead of expiry that failed in a row. */
  readonly failures: number;
  /** Until then, on the monotonic clock, none is tried ahead of expiry. */
  readonly pauseEndsAt: number;
}

export interface Flight {
  readonly id: number;
  readonly startedAt: number;
  readonly waiters: readonly number[];
  /** Nobody may wait for it: it renews ahead of expiry. */
  readonly isAhead: boolean;
  /** It waited for its turn: no other who shares the store renews meanwhile. */
  readonly isLocked?: true;
  /** Version of what the store held. */
  readonly expectedVersion?: string | undefined;
  readonly grant?: Grant;
  readonly record?: TokenRecord;
  /** Why the grant did not work, while the store is asked for another. */
  readonly refusal?: ReauthRequiredError;
}

/** What a grant brought. */
export type Granted = Omit<TokenRecord, 'origin'>;

/** What happens. Those with a flight come from what it was told to do. */
export type TokenEvent =
  | { readonly type: 'asked'; readonly waiter: number }
  | { readonly type: 'left'; readonly waiter: number }
  | { readonly type: 'refused'; readonly value: string }
  | { readonly type: 'locked'; readonly flight: number }
  | { readonly type: 'loaded'; readonly flight: number; readonly stored: StoredToken | undefined }
  | { readonly type: 'granted'; readonly flight: number; readonly granted: Granted }
  | { readonly type: 'failed'; readonly flight: number; readonly error: unknown }
  | { readonly type: 'saved'; readonly flight: number };

/** What is to be done. */
export type TokenTask =
  | { readonly type: 'load' | 'lock' | 'stop' | 'unlock'; readonly flight: number }
  | { readonly type: 'request'; readonly flight: number; readonly grant: Grant }
  | {
      readonly type: 'save';
      readonly flight: number;
      readonly record: TokenRecord;
      readonly expectedVersion: string | undefined;
    }
  | { readonly type: 'serve'; readonly waiters: readonly number[]; readonly held: Held }
  | { readonly type: 'reject'; readonly waiters: readonly number[]; readonly error: unknown }
  | { readonly type: 'warn' };

export type Step = readonly [state: TokenState, tasks: readonly TokenTask[]];

/** When it happens, and a number in [0, 1) for jitter. */
export interface Now extends Moment {
  readonly random: number;
}

// Longer than any takes (20 s for the lock, 10 for the store, two rounds of 15 for the endpoint): workerd drops
// the work of a request that has ended, and it never lands.
const LONGEST_FLIGHT_MS = 75_000;
const MOST_REFUSED = 16;
const FIRST_PAUSE_MS = 1_000;
const LONGEST_PAUSE_MS = 30_000;

export const initialState = (grant: Grant, hasLock = false): TokenState => ({
  hasLock,
  order: grantOrder(grant),
  held: undefined,
  refused: [],
  flight: undefined,
  flights: 0,
  failures: 0,
  pauseEndsAt: 0,
});

export const step = (state: TokenState, event: TokenEvent, now: Now): Step => {
  if (event.type === 'asked') return asked(state, event.waiter, now);
  if (event.type === 'left') return left(state, event.waiter);
  if (event.type === 'refused') return [withoutRefused(state, event.value), []];
  const { flight } = state;
  // What comes of a flight that was given up counts no more; but a lock must not stay.
  if (flight === undefined || event.flight !== flight.id)
    return [state, event.type === 'locked' ? [{ type: 'unlock', flight: event.flight }] : []];
  if (event.type === 'locked') return locked(state, flight);
  if (event.type === 'loaded') return loaded(state, flight, event.stored, now);
  if (event.type === 'granted') return granted(state, flight, event.granted);
  if (event.type === 'saved') return landed(state, flight, flight.record, now);
  return stumbled(state, flight, event.error, now);
};

const asked = (state: TokenState, waiter: number, now: Now): Step => {
  const { held } = state;
  if (held === undefined || ageMs(held, now) >= held.hardEndMs) return joined(state, waiter, now);
  const served: TokenTask = { type: 'serve', waiters: [waiter], held };
  if (!shouldRenew(state, held, now)) return [state, [served]];
  const [next, tasks] = takenOff(state, { waiters: [], isAhead: true }, now);
  return [next, [served, ...tasks]];
};

const shouldRenew = (state: TokenState, held: Held, now: Now): boolean =>
  ageMs(held, now) >= held.softEndMs && now.monotonic >= state.pauseEndsAt && !isFlying(state, now);

const isFlying = ({ flight }: TokenState, now: Now): boolean =>
  flight !== undefined && now.monotonic - flight.startedAt < LONGEST_FLIGHT_MS;

const joined = (state: TokenState, waiter: number, now: Now): Step => {
  const { flight } = state;
  if (flight === undefined || !isFlying(state, now))
    return takenOff(state, { waiters: [waiter], isAhead: false }, now);
  return [{ ...state, flight: { ...flight, waiters: [...flight.waiters, waiter] } }, []];
};

const takenOff = (state: TokenState, kind: Pick<Flight, 'isAhead' | 'waiters'>, now: Now): Step => {
  const id = state.flights + 1;
  const { flight: lost } = state;
  // Who waits for one that was lost goes on waiting: for the new one. It may send nothing any more, nor keep its lock.
  const waiters = [...(lost?.waiters ?? []), ...kind.waiters];
  const ends: TokenTask[] = lost ? [{ type: 'stop', flight: lost.id }, ...unlocking(lost)] : [];
  const flight = { ...kind, waiters, id, startedAt: now.monotonic };
  return [{ ...state, flights: id, flight }, [...ends, { type: 'load', flight: id }]];
};

const left = (state: TokenState, waiter: number): Step => {
  const { flight, order } = state;
  if (!flight?.waiters.includes(waiter)) return [state, []];
  const waiters = flight.waiters.filter((other) => other !== waiter);
  // What spends a user's grant lands, whoever waits: its answer holds the only next refresh token.
  const mayStop = order.first.type === 'client_credentials' && !flight.isAhead;
  return waiters.length === 0 && mayStop
    ? [{ ...state, flight: undefined }, [{ type: 'stop', flight: flight.id }, ...unlocking(flight)]]
    : [{ ...state, flight: { ...flight, waiters } }, []];
};

const withoutRefused = (state: TokenState, value: string): TokenState => ({
  ...state,
  refused: [...state.refused.filter((other) => other !== value), value].slice(-MOST_REFUSED),
  held: state.held?.token.value === value ? undefined : state.held,
});

// While it waited for its turn, another process may have renewed.
const locked = (state: TokenState, flight: Flight): Step => [
  { ...state, flight: { ...flight, isLocked: true } },
  [{ type: 'load', flight: flight.id }],
];

const loaded = (
  state: TokenState,
  flight: Flight,
  stored: StoredToken | undefined,
  now: Now,
): Step => {
  if (stored !== undefined && isUsable(state, stored.record, now))
    return landed(state, flight, stored.record, now);
  if (state.hasLock && !flight.isLocked) return [state, [{ type: 'lock', flight: flight.id }]];
  const order = learn(state.order, stored);
  const grant = nextGrant(order);
  const { refusal, grant: last, ...rest } = flight;
  // Without a refusal there was no last one.
  if (grant === undefined || isSame(grant, last))
    return crashed({ ...state, order }, flight, refusal ?? noGrant(), now);
  const next = { ...rest, grant, expectedVersion: stored?.version };
  return [{ ...state, order, flight: next }, [{ type: 'request', flight: flight.id, grant }]];
};

// Another process may have renewed already: its token serves, if the API has not refused it to us.
const isUsable = ({ held, refused }: TokenState, record: TokenRecord, now: Now): boolean => {
  if (refused.includes(record.value) || record.value === held?.token.value) return false;
  const candidate = heldOf(record, now);
  return ageMs(candidate, now) < candidate.hardEndMs;
};

const isSame = (grant: Grant, other: Grant | undefined): boolean =>
  JSON.stringify(grant) === JSON.stringify(other);

const noGrant = (): ReauthRequiredError =>
  new ReauthRequiredError(
    'There is no consent to use: no refresh token is left, and no code that was not used.',
    { hint: 'Ask the user for consent again and create the client with the new code.' },
  );

const granted = (state: TokenState, flight: Flight, fresh: Granted): Step => {
  const { expectedVersion, grant, id } = flight;
  if (grant === undefined) return [state, []];
  const order = brought(state.order, grant, fresh.refreshToken);
  const origin = originOf(order.first);
  const record = { ...fresh, refreshToken: order.refreshToken, origin };
  // Before anybody uses it: a refresh token that rotates must not be lost with this process.
  return [
    { ...state, order, flight: { ...flight, record } },
    [{ type: 'save', flight: id, record, expectedVersion }],
  ];
};

const landed = (
  state: TokenState,
  flight: Flight,
  record: TokenRecord | undefined,
  now: Now,
): Step => {
  if (record === undefined) return [state, []];
  const { waiters } = flight;
  const held = heldOf(record, now);
  if (ageMs(held, now) >= record.expiresAt - record.obtainedAt)
    return crashed(state, flight, overAlready(), now);
  const isRefused = state.refused.includes(record.value);
  return [
    {
      ...state,
      flight: undefined,
      failures: 0,
      pauseEndsAt: 0,
      held: isRefused ? state.held : held,
    },
    [{ type: 'serve', waiters, held }, ...unlocking(flight)],
  ];
};

const overAlready = (): TokenError =>
  new TokenError('The token had ended before it came: the endpoint took longer than it lives.', {
    retryable: true,
    hint: 'Is the network slow, or the clock of this machine wrong?',
  });

const unlocking = ({ id, isLocked }: Flight): TokenTask[] =>
  isLocked ? [{ type: 'unlock', flight: id }] : [];

const stumbled = (state: TokenState, flight: Flight, error: unknown, now: Now): Step => {
  const order = flight.grant ? failed(state.order, flight.grant, error) : state.order;
  if (!(error instanceof ReauthRequiredError))
    return crashed({ ...state, order }, flight, error, now);
  // Another process may have used the refresh token and stored the next; or there is a new code.
  const next = { ...flight, refusal: error };
  return [{ ...state, order, flight: next }, [{ type: 'load', flight: flight.id }]];
};

const crashed = (state: TokenState, flight: Flight, error: unknown, now: Now): Step => {
  const reject: TokenTask = { type: 'reject', waiters: flight.waiters, error };
  const tasks = [reject, ...unlocking(flight)];
  if (!flight.isAhead) return [{ ...state, flight: undefined }, tasks];
  const pauseEndsAt = now.monotonic + pauseMs(state.failures, now.random);
  return [
    { ...state, flight: undefined, failures: state.failures + 1, pauseEndsAt },
    [...tasks, { type: 'warn' }],
  ];
};

const pauseMs = (failures: number, random: number): number => {
  const range = Math.min(LONGEST_PAUSE_MS, FIRST_PAUSE_MS * 2 ** failures);
  return range / 2 + (range / 2) * random;
};
