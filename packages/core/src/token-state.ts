import { ReauthRequiredError, TokenError } from './errors.js';
import { flightErrors } from './flight-errors.js';
import {
  brought,
  failed,
  type GrantOrder,
  grantOrder,
  isNewConsent,
  learn,
  NONE,
  nextGrant,
} from './grant-order.js';
import { type Grant, isUsersGrant } from './grants.js';
import { isDoubtful } from './token-failure.js';
import { ageMs, type Held, heldOf, type Moment } from './token-life.js';
import { failureIn, type Pause, pauseAfter } from './token-pause.js';
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
  /** The one way to a token that is under way. */
  readonly flight: Flight | undefined;
  readonly flights: number;
  /** How many callers wait for it. */
  readonly waiting: number;
  /** What failed last: until its end no token request is sent. */
  readonly pause: Pause | undefined;
}

export interface Flight {
  readonly id: number;
  /** When it was heard of last, on the monotonic clock. */
  readonly seenAt: number;
  /** Nobody may wait for it: it renews ahead of expiry. */
  readonly isAhead: boolean;
  /** It waited for its turn: no other who shares the store renews meanwhile. */
  readonly isLocked: boolean;
  /** How often another had taken over its lock. */
  readonly overtakes: number;
  /** No lock could be had, and none is needed. */
  readonly isLockless: boolean;
  /** It waits until a token request may be sent again. */
  readonly isPausing: boolean;
  /** Version of what the store held. */
  readonly expectedVersion: string | undefined;
  readonly grant: Grant | undefined;
  /** Values that had been refused when the grant was sent. */
  readonly refused: readonly string[] | undefined;
  /** Why the grant did not work, while the store is asked for another. */
  readonly refusal: TokenError | undefined;
  /** Why the same grant was sent again: the first answer was lost. */
  readonly lost: TokenError | undefined;
  /** What is to be saved. */
  readonly record: TokenRecord | undefined;
  /** The token that came could not be used: of the record the refresh token is of use. */
  readonly useless: TokenError | undefined;
  /** Its record could not be saved and is served from memory: since when, and how often it was tried again. */
  readonly unsaved: { readonly since: number; readonly tries: number } | undefined;
}

// All of it is there: what is missing would be read from a polluted Object.prototype.
const NEW_FLIGHT: Omit<Flight, 'id' | 'isAhead' | 'seenAt'> = {
  isLocked: false,
  overtakes: 0,
  isLockless: false,
  isPausing: false,
  expectedVersion: undefined,
  grant: undefined,
  refused: undefined,
  refusal: undefined,
  lost: undefined,
  record: undefined,
  useless: undefined,
  unsaved: undefined,
};

/** What a grant brought. */
export type Granted = Omit<TokenRecord, 'origins' | 'spent'>;

/** What happens. Those with a flight come from what it was told to do. */
export type TokenEvent =
  | {
      readonly type: 'asked';
      readonly waiter: number;
      /** How long it can wait, in milliseconds. */
      readonly withinMs: number;
    }
  | { readonly type: 'left'; readonly waiter: number }
  | { readonly type: 'refused'; readonly value: string }
  | FlightEvent;

type FlightEvent = { readonly flight: number } & (
  | {
      /** `lockless`: none could be had; `overtaken`: another holds it by now; `unread`: the store failed to load. */
      readonly type: 'locked' | 'lockless' | 'overtaken' | 'paused' | 'saved' | 'unread';
    }
  | { readonly type: 'loaded'; readonly stored: StoredToken | undefined }
  | { readonly type: 'granted'; readonly granted: Granted }
  | {
      readonly type: 'failed';
      readonly error: unknown;
      /** The next refresh token, if an answer brought it that is of no other use. */
      readonly refreshToken: string | undefined;
    }
  /** `isRefused`: the store holds another version. */
  | { readonly type: 'unsaved'; readonly isRefused: boolean }
);

/** What is to be done. */
export type TokenTask =
  | { readonly type: 'lock' | 'stop' | 'unlock'; readonly flight: number }
  /** `isLast`: what cannot be read now counts. */
  | { readonly type: 'load'; readonly flight: number; readonly isLast: boolean }
  | { readonly type: 'request'; readonly flight: number; readonly grant: Grant }
  | {
      readonly type: 'save';
      readonly flight: number;
      readonly record: TokenRecord;
      readonly expectedVersion: string | undefined;
    }
  /** `isIdle`: it need not keep the process alive. */
  | {
      readonly type: 'pause';
      readonly flight: number;
      readonly ms: number;
      readonly isIdle: boolean;
    }
  /** For one who waits, or for all. */
  | { readonly type: 'serve'; readonly waiter: number | undefined; readonly held: Held }
  /** For one, for all, or for those who cannot wait for so long. */
  | {
      readonly type: 'reject';
      readonly waiter: number | undefined;
      readonly until: number | undefined;
      readonly error: unknown;
    }
  | { readonly type: 'warn'; readonly about: 'consent' | 'lock' | 'renewal' | 'rotation' | 'save' };

export type Step = readonly [state: TokenState, tasks: readonly TokenTask[]];

/** When it happens, and a number in [0, 1) for jitter. */
export interface Now extends Moment {
  readonly random: number;
}

// Longer than any is silent (20 s for the lock, 10 for the store, two rounds of 15 for the endpoint, 62 for a pause):
// workerd drops the work of a request that has ended, and it never lands.
const LONGEST_SILENCE_MS = 75_000;
const MOST_REFUSED = 16;
const MOST_OVERTAKES = 3;
const FIRST_REPEAT_MS = 250;
const LONGEST_REPEAT_MS = 5_000;
// A program that has nothing else to do waits so long for a store that fails.
const KEPT_ALIVE_MS = 60_000;

export const initialState = (grant: Grant, hasLock = false): TokenState => ({
  hasLock,
  order: grantOrder(grant),
  held: undefined,
  refused: NONE,
  flight: undefined,
  flights: 0,
  waiting: 0,
  pause: undefined,
});

export const step = (state: TokenState, event: TokenEvent, now: Now): Step => {
  if (event.type === 'asked') return asked(state, event, now);
  if (event.type === 'left') return left(state);
  if (event.type === 'refused') return [withoutRefused(state, event.value), []];
  const { flight } = state;
  // What comes of a flight that was given up counts no more; but a lock must not stay.
  if (flight === undefined || event.flight !== flight.id)
    return [state, event.type === 'locked' ? [{ type: 'unlock', flight: event.flight }] : []];
  return progressed(state, { ...flight, seenAt: now.monotonic }, event, now);
};

const progressed = (state: TokenState, flight: Flight, event: FlightEvent, now: Now): Step => {
  switch (event.type) {
    // While it waited for its turn, another process may have renewed.
    case 'locked':
      return look(state, { ...flight, isLocked: true });
    case 'lockless':
      return lockless(state, flight, now);
    case 'overtaken':
      return overtaken(state, flight, now);
    case 'paused':
      return look(state, { ...flight, isPausing: false });
    case 'loaded':
      return loaded(state, flight, { stored: event.stored, isRead: true }, now);
    case 'unread':
      return loaded(state, flight, { stored: undefined, isRead: false }, now);
    case 'granted':
      return granted(state, flight, event.granted, now);
    case 'failed':
      return stumbled(state, flight, event, now);
    case 'saved':
      return kept(state, flight, now);
    case 'unsaved':
      return unsaved(state, flight, event.isRefused, now);
  }
};

// Who asks, and who leaves.

const asked = (
  state: TokenState,
  { waiter, withinMs }: { readonly waiter: number; readonly withinMs: number },
  now: Now,
): Step => {
  const { flight, held, pause } = state;
  const isFlying = flight !== undefined && now.monotonic - flight.seenAt < LONGEST_SILENCE_MS;
  if (held !== undefined && ageMs(held, now) < held.hardEndMs) {
    const served: TokenTask = { type: 'serve', waiter, held };
    const isToRenew = !isPaused(state, now) && ageMs(held, now) >= held.softEndMs;
    if (isFlying || !(isToRenew || flight?.record)) return [state, [served]];
    const [next, tasks] = takenOff(state, true, now);
    return [next, [served, ...tasks]];
  }
  if (isFlying && flight.isPausing && pause && now.monotonic + withinMs < pause.until)
    return [state, [rejecting(failureIn(pause, now.monotonic), undefined, waiter)]];
  const joined = { ...state, waiting: state.waiting + 1 };
  return isFlying ? [joined, []] : takenOff(joined, false, now);
};

const isPaused = ({ pause }: TokenState, now: Now): boolean =>
  pause !== undefined && now.monotonic < pause.until;

const takenOff = (state: TokenState, isAhead: boolean, now: Now): Step => {
  const id = state.flights + 1;
  const { flight: lost } = state;
  // Who waits for one that was lost goes on waiting: for the new one. It may send nothing any more, nor keep its lock.
  const ends: TokenTask[] = lost ? [{ type: 'stop', flight: lost.id }, ...unlocking(lost)] : [];
  // What it could not save is the next one's to save.
  const { record, useless, unsaved, expectedVersion } =
    (isUsers(state) ? lost : undefined) ?? NEW_FLIGHT;
  const rest = record ? { record, useless, unsaved, expectedVersion } : {};
  const flight = { ...NEW_FLIGHT, ...rest, id, isAhead, seenAt: now.monotonic };
  const [next, tasks] = look({ ...state, flights: id }, flight);
  return [next, [...ends, ...tasks]];
};

const left = (state: TokenState): Step => {
  const { flight } = state;
  const waiting = state.waiting - 1;
  // What spends a user's grant lands, whoever waits: its answer holds the only next refresh token.
  const mayStop = flight?.isPausing || !(isUsers(state) || flight?.isAhead);
  return flight && waiting === 0 && mayStop && !flight.record
    ? [
        { ...state, waiting, flight: undefined },
        [{ type: 'stop', flight: flight.id }, ...unlocking(flight)],
      ]
    : [{ ...state, waiting }, []];
};

const withoutRefused = (state: TokenState, value: string): TokenState => {
  const isHeld = state.held?.token.value === value;
  // Of many calls that were refused with one token the first one counts.
  if (!isHeld && state.refused.includes(value)) return state;
  return {
    ...state,
    refused: [...state.refused.filter((other) => other !== value), value].slice(-MOST_REFUSED),
    held: isHeld ? undefined : state.held,
  };
};

const isUsers = ({ order }: TokenState): boolean => isUsersGrant(order.first);

// The store, and whose turn it is.

const look = (state: TokenState, flight: Flight): Step => [
  { ...state, flight },
  [{ type: 'load', flight: flight.id, isLast: hasTurn(state, flight) }],
];

const hasTurn = ({ hasLock }: TokenState, { isLocked, isLockless }: Flight): boolean =>
  !hasLock || isLocked || isLockless;

const turn = (state: TokenState, flight: Flight): Step => [
  { ...state, flight },
  [{ type: 'lock', flight: flight.id }],
];

const unlocking = ({ id, isLocked }: Flight): TokenTask[] =>
  isLocked ? [{ type: 'unlock', flight: id }] : [];

const lockless = (state: TokenState, flight: Flight, now: Now): Step => {
  if (isUsers(state)) return stalled(state, flight, flightErrors.noLock(flight.refusal), now);
  const [next, tasks] = look(state, { ...flight, isLockless: true });
  return [next, [{ type: 'warn', about: 'lock' }, ...tasks]];
};

const overtaken = (state: TokenState, flight: Flight, now: Now): Step => {
  const overtakes = flight.overtakes + 1;
  // A lock that is lost each time is none: its store, or its clock, is wrong.
  if (overtakes > MOST_OVERTAKES) return lockless(state, flight, now);
  const [next, tasks] = turn(state, { ...flight, isLocked: false, overtakes });
  return [next, [{ type: 'unlock', flight: flight.id }, ...tasks]];
};

interface Look {
  readonly stored: StoredToken | undefined;
  /** False if the store failed: what it holds is not known. */
  readonly isRead: boolean;
}

const loaded = (before: TokenState, flight: Flight, { stored, isRead }: Look, now: Now): Step => {
  const state = { ...before, order: learn(before.order, stored) };
  if (flight.record) return lookedAfter(state, flight, { stored, isRead }, now);
  if (stored !== undefined && isUsable(state, stored.record, now))
    return landed(state, flight, stored.record, now);
  const hasItsTurn = hasTurn(state, flight);
  // What was spent, and by whom, may be there: nothing of a user's is sent without knowing.
  if (!isRead && isUsers(state) && hasItsTurn)
    return stalled(state, flight, flightErrors.noStore(flight.refusal), now);
  if (isPaused(state, now)) return waitOut(state, flight, now);
  return hasItsTurn ? request(state, flight, stored, now) : turn(state, flight);
};

// Another process may have renewed already: its token serves, if the API has not refused it to us.
const isUsable = ({ held, order, refused }: TokenState, record: TokenRecord, now: Now): boolean => {
  if (isNewConsent(order)) return false;
  if (refused.includes(record.value) || record.value === held?.token.value) return false;
  const candidate = heldOf(record, now);
  return ageMs(candidate, now) < candidate.hardEndMs;
};

// The token request.

const request = (
  state: TokenState,
  flight: Flight,
  stored: StoredToken | undefined,
  now: Now,
): Step => {
  const { refusal, grant: last } = flight;
  const grant = nextGrant(state.order);
  if (grant === undefined) return crashed(state, flight, refusal ?? flightErrors.noGrant(), now);
  const lost = isSame(grant, last) ? refusal : undefined;
  // Nobody else used it: once more, in case the first request was lost before it was processed.
  if (lost && (flight.lost || lost instanceof ReauthRequiredError))
    return crashed(state, flight, lost, now);
  const { refused } = state;
  const expectedVersion = stored?.version;
  const next = { ...flight, refusal: undefined, grant, lost, refused, expectedVersion };
  return [{ ...state, flight: next }, [{ type: 'request', flight: flight.id, grant }]];
};

const isSame = (grant: Grant, other: Grant | undefined): boolean =>
  JSON.stringify(grant) === JSON.stringify(other);

const granted = (state: TokenState, flight: Flight, fresh: Granted, now: Now): Step => {
  const { grant } = flight;
  if (grant === undefined) return [state, []];
  const order = brought(state.order, grant, fresh.refreshToken);
  // The endpoint may give a token again that was refused before it was asked: then there is no other.
  const refused =
    state.refused === flight.refused && state.refused.length > 0
      ? state.refused.filter((value) => value !== fresh.value)
      : state.refused;
  const next = { ...flight, unsaved: undefined, useless: undefined };
  // Tokens that have ended before they come are failures, too.
  const pause = isOver(heldOf(fresh, now), fresh, now) ? state.pause : undefined;
  return save({ ...state, order, refused, pause }, next, fresh);
};

// Before anybody uses it: a refresh token that rotates must not be lost with this process.
const save = (state: TokenState, flight: Flight, fresh: Granted): Step => {
  const { origins, refreshToken, spent } = state.order;
  const record = {
    ...fresh,
    refreshToken,
    ...(origins.length > 0 && { origins }),
    ...(spent.length > 0 && { spent }),
  };
  return saving(state, { ...flight, record }, record);
};

const saving = (state: TokenState, flight: Flight, record: TokenRecord): Step => {
  const { expectedVersion, id } = flight;
  return [{ ...state, flight }, [{ type: 'save', flight: id, record, expectedVersion }]];
};

const stumbled = (
  before: TokenState,
  flight: Flight,
  {
    error: last,
    refreshToken,
  }: { readonly error: unknown; readonly refreshToken: string | undefined },
  now: Now,
): Step => {
  const { grant, lost } = flight;
  const error = lost && last instanceof TokenError ? flightErrors.afterLost(last, lost) : last;
  if (grant === undefined) return crashed(before, flight, error, now);
  if (refreshToken !== undefined && error instanceof TokenError && isUsers(before)) {
    const order = brought(before.order, grant, refreshToken);
    const useful = flightErrors.useless(error);
    const pause = pauseAfter(useful, before.pause, now);
    const useless = pause ? failureIn(pause, now.monotonic) : useful;
    const fresh = { value: '', refreshToken, obtainedAt: now.wall, expiresAt: now.wall };
    return save({ ...before, order, pause }, { ...flight, unsaved: undefined, useless }, fresh);
  }
  const state = { ...before, order: failed(before.order, grant, error) };
  // Another process may have used the refresh token and stored the next; or there is a new consent.
  const isLost = grant.type === 'refresh_token' && isDoubtful(error);
  const isNoNew = isNewConsent(before.order) && !isNewConsent(state.order);
  const hasOther = isNoNew && nextGrant(state.order) !== undefined;
  return error instanceof ReauthRequiredError || (isLost && error instanceof TokenError)
    ? warned(hasOther, look(state, { ...flight, refusal: error }))
    : crashed(state, flight, error, now);
};

const warned = (hasOther: boolean, [state, tasks]: Step): Step => [
  state,
  hasOther ? [{ type: 'warn', about: 'consent' }, ...tasks] : tasks,
];

const crashed = (state: TokenState, flight: Flight, error: unknown, now: Now): Step => {
  const pause = pauseAfter(error, state.pause, now);
  if (pause === undefined) return stalled(state, flight, error, now);
  const paused = { ...state, pause };
  return isToWaitFor(paused, pause) && state.waiting > 0 && !flight.record
    ? waitOut(paused, flight, now)
    : stalled(paused, flight, failureIn(pause, now.monotonic), now);
};

const MOST_WAITED = 3;

/** Does the endpoint ask to come again? A user's grant was then not repeated within the request. */
const isToWaitFor = (state: TokenState, { error, failures }: Pause): boolean => {
  const { retryable, retryAfterMs, status } = error;
  const isBusy = isUsers(state) && failures < MOST_WAITED && (status === 429 || status === 503);
  return retryable && (retryAfterMs !== undefined || isBusy);
};

// What was not saved is saved again, whoever gets no token.
const stalled = (state: TokenState, flight: Flight, error: unknown, now: Now): Step => {
  const reject = rejecting(error);
  const next = { ...state, waiting: 0 };
  if (flight.record && isUsers(state)) {
    return saveLater(next, { ...flight, refusal: undefined }, [reject], now);
  }
  const warning: TokenTask[] = flight.isAhead ? [{ type: 'warn', about: 'renewal' }] : [];
  return over(next, flight, [reject, ...warning]);
};

/** With how long the pause lasts that followed. */
const rejectAll = ({ pause }: TokenState, error: TokenError, now: Now): TokenTask =>
  rejecting(pause?.error === error ? failureIn(pause, now.monotonic) : error);

const rejecting = (error: unknown, until?: number, waiter?: number): TokenTask => ({
  type: 'reject',
  waiter,
  until,
  error,
});

const over = (state: TokenState, flight: Flight, tasks: readonly TokenTask[]): Step => [
  { ...state, flight: undefined, waiting: 0 },
  [...tasks, ...unlocking(flight)],
];

/** While a pause lasts, who can wait for its end waits, if the failure may pass. */
const waitOut = (state: TokenState, flight: Flight, now: Now): Step => {
  const { pause } = state;
  if (!pause) return [state, []];
  const error = failureIn(pause, now.monotonic);
  if (!error.retryable || state.waiting === 0) return over(state, flight, [rejecting(error)]);
  const ms = pause.until - now.monotonic;
  return [
    { ...state, flight: { ...flight, isPausing: true, isLocked: false } },
    [
      ...unlocking(flight),
      { type: 'pause', flight: flight.id, ms, isIdle: false },
      rejecting(error, pause.until),
    ],
  ];
};

// What came is kept.

const kept = (state: TokenState, flight: Flight, now: Now): Step => {
  const { record, useless, unsaved: wasServed } = flight;
  if (record === undefined) return [state, []];
  if (!wasServed && !useless) return landed(state, flight, record, now);
  if (useless && !wasServed) return over(state, flight, [rejectAll(state, useless, now)]);
  // It was served from memory; who came since needs another.
  const done = { ...flight, record: undefined, useless: undefined, unsaved: undefined };
  return state.waiting > 0 ? look(state, done) : over(state, flight, []);
};

const landed = (state: TokenState, flight: Flight, record: TokenRecord, now: Now): Step => {
  const held = heldOf(record, now);
  if (isOver(held, record, now)) {
    return crashed(state, { ...flight, record: undefined }, flightErrors.overAlready(), now);
  }
  return over(holding(state, held), flight, [{ type: 'serve', waiter: undefined, held }]);
};

const isOver = (held: Held, { expiresAt, obtainedAt }: Granted, now: Now): boolean =>
  ageMs(held, now) >= expiresAt - obtainedAt;

const holding = (state: TokenState, held: Held): TokenState =>
  state.refused.includes(held.token.value) ? state : { ...state, held };

const unsaved = (state: TokenState, flight: Flight, isRefused: boolean, now: Now): Step => {
  const { record, useless } = flight;
  if (record === undefined) return [state, []];
  if (!isUsers(state)) {
    const [next, tasks] = landed(state, flight, record, now);
    return [next, isRefused ? tasks : [{ type: 'warn', about: 'save' }, ...tasks]];
  }
  if (flight.unsaved) return saveLater(state, flight, [], now);
  const held = heldOf(record, now);
  const warning: TokenTask[] = isRefused ? [] : [{ type: 'warn', about: 'rotation' }];
  const later = (next: TokenState, first: TokenTask): Step =>
    saveLater({ ...next, waiting: 0 }, flight, [first, ...warning], now);
  if (useless) return later(state, rejectAll(state, useless, now));
  if (!isOver(held, record, now))
    return later(holding(state, held), { type: 'serve', waiter: undefined, held });
  const pause = pauseAfter(flightErrors.overAlready(), state.pause, now);
  return later({ ...state, pause }, rejecting(pause && failureIn(pause, now.monotonic)));
};

/** Its lock is kept until it is saved: who comes next must find it. */
const saveLater = (
  state: TokenState,
  flight: Flight,
  first: readonly TokenTask[],
  now: Now,
): Step => {
  const { since, tries } = flight.unsaved ?? { since: now.monotonic, tries: 0 };
  const ms = Math.min(LONGEST_REPEAT_MS, FIRST_REPEAT_MS * 2 ** tries) * (1 + now.random / 10);
  const isIdle = now.monotonic - since > KEPT_ALIVE_MS;
  return [
    { ...state, flight: { ...flight, unsaved: { since, tries: tries + 1 } } },
    [...first, { type: 'pause', flight: flight.id, ms, isIdle }],
  ];
};

/** A look at the store while a record is not saved: did it land, was another saved, or is it to be tried again? */
const lookedAfter = (
  state: TokenState,
  flight: Flight,
  { stored, isRead }: Look,
  now: Now,
): Step => {
  const { record } = flight;
  if (record === undefined) return [state, []];
  if (!hasTurn(state, flight)) return turn(state, flight);
  if (!isRead) return stalled(state, flight, flightErrors.noStore(), now);
  if (isSameRecord(stored?.record, record)) return kept(state, flight, now);
  // Another was quicker: a lock is taken over if its holder was stopped for long.
  if (state.order.refreshToken !== record.refreshToken) {
    const without = { ...flight, record: undefined, unsaved: undefined, useless: undefined };
    const isNeeded = state.waiting > 0 || !flight.unsaved;
    if (stored && isUsable(state, stored.record, now))
      return landed(state, without, stored.record, now);
    return isNeeded ? loaded(state, without, { stored, isRead }, now) : over(state, without, []);
  }
  if (flight.refusal) return crashed(state, flight, flight.refusal, now);
  const isToRenew = flight.unsaved !== undefined && isDue(state, now);
  if (isToRenew && !isPaused(state, now)) return request(state, flight, stored, now);
  const next = { ...flight, expectedVersion: stored?.version };
  const { pause } = state;
  if (!pause || !isPaused(state, now) || state.waiting === 0) return saving(state, next, record);
  const error = failureIn(pause, now.monotonic);
  const [after, tasks] = saving(error.retryable ? state : { ...state, waiting: 0 }, next, record);
  return [after, [rejecting(error, error.retryable ? pause.until : undefined), ...tasks]];
};

const isSameRecord = (one: TokenRecord | undefined, other: TokenRecord): boolean =>
  one?.value === other.value && one.refreshToken === other.refreshToken;

/** Does somebody wait for another token than the one in memory, or will soon? */
const isDue = ({ held, waiting }: TokenState, now: Now): boolean =>
  waiting > 0 || (held !== undefined && ageMs(held, now) >= held.softEndMs);
