import { ReauthRequiredError, TokenError } from '../src/errors.js';
import { originOf } from '../src/grant-order.js';
import type { Grant } from '../src/grants.js';
import type { Held } from '../src/token-life.js';
import type { initialState, step, TokenEvent, TokenState, TokenTask } from '../src/token-state.js';
import type { StoredToken, TokenRecord } from '../src/token-store.js';

/*
 * All that can happen around one token: three callers, an endpoint whose refresh tokens rotate, a store
 * that a process may die in the middle of writing to, and time. A world is plain data; `moves` gives
 * every world that can come next, and `faults` what must never be.
 */

/** The decisions under test: the shipped ones, or the same with a bug in it. */
export interface Deciding {
  readonly initialState: typeof initialState;
  readonly step: typeof step;
}

type Caller =
  | { readonly is: 'idle' }
  | { readonly is: 'waiting'; readonly waiter: number }
  | { readonly is: 'served'; readonly value: string };

export interface World {
  readonly state: TokenState;
  /** What the provider was told to do and has not done yet. */
  readonly tasks: readonly TokenTask[];
  /** Is the store's lock ours? */
  readonly isOurs: boolean;
  readonly callers: readonly Caller[];
  readonly ms: number;
  readonly waiters: number;
  readonly server: {
    /** Number of the last token pair. */
    readonly last: number;
    /** The code or refresh token that is good for one use, if grants are a user's. */
    readonly good: string;
    /** Codes and refresh tokens that were sent; of which the store knows; whose answer did not last. */
    readonly sent: readonly string[];
    readonly stored: readonly string[];
    readonly lost: readonly string[];
  };
  readonly store: StoredToken | undefined;
  /** Values that callers saw refused. */
  readonly invalid: readonly string[];
  readonly faults: readonly string[];
}

export const LIFE_MS = 10_000;
/** Ages of a token: fresh, in the window to renew it, over. */
export const TICK_MS = 4_000;
const LATEST_MS = 5 * TICK_MS;
const MOST_TOKENS = 5;

/** What is tried out. */
export interface Setting {
  readonly decide: Deciding;
  readonly grant: Grant;
  readonly callers: number;
  /** Has the store a lock, and another process that uses it? */
  readonly hasLock?: boolean | undefined;
}

export const begin = ({ callers, decide, grant, hasLock }: Setting): World => ({
  state: decide.initialState(grant, hasLock),
  tasks: [],
  isOurs: false,
  callers: Array.from({ length: callers }, () => ({ is: 'idle' })),
  ms: 0,
  waiters: 0,
  server: { last: 0, good: 'r-0', sent: [], stored: [], lost: [] },
  store: undefined,
  invalid: [],
  faults: [],
});

/** Every world that may come next. */
export const moves = ({ decide, grant, hasLock }: Setting, world: World): World[] => [
  ...world.callers.flatMap((caller, index) => movesOf(decide, world, caller, index)),
  ...world.tasks.flatMap((task) => outcomes(decide, without(world, task), task)),
  ...(world.ms < LATEST_MS ? [{ ...world, ms: world.ms + TICK_MS }] : []),
  ...(world.tasks.length > 0 ? [died(decide, world, grant, hasLock)] : []),
  ...(hasLock && !world.isOurs ? otherProcess(world) : []),
];

/** Another process renews what the store has, in its turn. */
const otherProcess = (world: World): World[] => {
  const { record, version } = world.store ?? {};
  const { good, last } = world.server;
  if (record?.refreshToken !== good || last >= MOST_TOKENS) return [];
  const sent = sentOnce(world, good);
  const fresh = `r-${last + 1}`;
  const server = { ...sent.server, last: last + 1, good: fresh };
  const renewed = { ...record, value: `t-${last + 1}`, refreshToken: fresh, obtainedAt: world.ms };
  const store = { record: { ...renewed, expiresAt: world.ms + LIFE_MS }, version: `${version}+` };
  return [kept({ ...sent, server }, store)];
};

const movesOf = (decide: Deciding, world: World, caller: Caller, index: number): World[] => {
  const become = (next: Caller, from = world): World => ({
    ...from,
    callers: from.callers.map((other, at) => (at === index ? next : other)),
  });
  if (caller.is === 'idle') {
    const waiter = world.waiters + 1;
    const asking = become({ is: 'waiting', waiter }, { ...world, waiters: waiter });
    return world.server.last < MOST_TOKENS
      ? [happened(decide, asking, { type: 'asked', waiter })]
      : [];
  }
  if (caller.is === 'waiting')
    return [happened(decide, become({ is: 'idle' }), { type: 'left', waiter: caller.waiter })];
  const { value } = caller;
  const refused = { ...become({ is: 'idle' }), invalid: [...new Set([...world.invalid, value])] };
  return [become({ is: 'idle' }), happened(decide, refused, { type: 'refused', value })];
};

/** What may come of a task. */
const outcomes = (decide: Deciding, world: World, task: TokenTask): World[] => {
  if (task.type === 'load')
    return [happened(decide, world, { type: 'loaded', flight: task.flight, stored: world.store })];
  if (task.type === 'lock') {
    const turn = { ...world, isOurs: true };
    return [happened(decide, turn, { type: 'locked', flight: task.flight })];
  }
  if (task.type === 'save') {
    const saved: TokenEvent = { type: 'saved', flight: task.flight };
    const isCurrent = world.store?.version === task.expectedVersion;
    const store = { record: task.record, version: task.record.value };
    return [
      happened(decide, isCurrent ? kept(world, store) : world, saved),
      // The disk is full: the token is in memory alone.
      happened(decide, world, saved),
    ];
  }
  return task.type === 'request' ? answers(decide, world, task.flight, task.grant) : [];
};

const answers = (decide: Deciding, world: World, flight: number, grant: Grant): World[] => {
  const isUsers = grant.type !== 'client_credentials';
  const sent = originOf(grant) ?? '';
  const tried = sentOnce(world, sent);
  const fail = (from: World, error: unknown): World =>
    happened(decide, from, { type: 'failed', flight, error });
  // It was not processed.
  const down = fail(world, new TokenError('503', { status: 503, retryable: true }));
  if (isUsers && sent !== tried.server.good) return [fail(tried, refusal()), down];
  const last = tried.server.last + 1;
  const good = isUsers ? `r-${last}` : tried.server.good;
  const processed = { ...tried, server: { ...tried.server, last, good } };
  const granted = {
    value: `t-${last}`,
    refreshToken: isUsers ? good : undefined,
    obtainedAt: world.ms,
    expiresAt: world.ms + LIFE_MS,
  };
  const lost = withLost(processed, sent);
  return [
    happened(decide, processed, { type: 'granted', flight, granted }),
    fail(lost, isUsers ? refusal() : new TokenError('lost', { retryable: true })),
    down,
  ];
};

// What is said of a grant that was used; also after a lost answer, once the pipeline has repeated the request.
const refusal = (): ReauthRequiredError =>
  new ReauthRequiredError('invalid_grant', { code: 'invalid_grant' });

const sentOnce = (world: World, token: string): World => {
  if (token === '') return world;
  const { lost, sent } = world.server;
  const isAgain = sent.includes(token) && !lost.includes(token);
  return {
    ...world,
    server: { ...world.server, sent: [...new Set([...sent, token])] },
    faults: isAgain ? [...world.faults, `${token} was sent twice`] : world.faults,
  };
};

const withLost = (world: World, token: string): World => ({
  ...world,
  server: { ...world.server, lost: [...new Set([...world.server.lost, token])].sort() },
});

const kept = (world: World, store: StoredToken): World => ({
  ...world,
  store,
  server: { ...world.server, stored: world.server.sent },
});

// Nothing that outlives the process says that these were used.
const forgotten = (world: World): World =>
  world.server.sent.filter((token) => !world.server.stored.includes(token)).reduce(withLost, world);

/** The process dies, also between writing and renaming; the next one has what the store has. */
const died = (
  { initialState }: Deciding,
  world: World,
  grant: Grant,
  hasLock: boolean | undefined,
): World => ({
  ...forgotten(world),
  state: initialState(grant, hasLock),
  tasks: [],
  // It is taken over.
  isOurs: false,
  callers: world.callers.map(() => ({ is: 'idle' })),
  waiters: 0,
  // Nobody who lives knows of them.
  invalid: [],
});

const happened = ({ step }: Deciding, world: World, event: TokenEvent): World => {
  const now = { wall: world.ms, monotonic: world.ms, random: 0 };
  const [state, tasks] = step(world.state, event, now);
  // What was long on its way is served to its very end: there is nothing better.
  const isLate = ({ hardEndMs, requestedAt }: Held): boolean =>
    world.ms - requestedAt.monotonic >= (event.type === 'saved' ? LIFE_MS : hardEndMs);
  const late = tasks.flatMap((task) =>
    task.type === 'serve' && isLate(task.held) ? [`${task.held.token.value} was served late`] : [],
  );
  const next = { ...world, state, faults: [...world.faults, ...late] };
  return settled(tasks.reduce(done, next));
};

const done = (world: World, task: TokenTask): World => {
  if (task.type === 'serve') return served(world, task.waiters, task.held);
  if (task.type === 'reject') return answered(world, task.waiters, () => ({ is: 'idle' }));
  if (task.type === 'stop')
    return { ...world, tasks: world.tasks.filter((other) => !isOf(other, task.flight)) };
  if (task.type === 'warn') return world;
  if (task.type === 'unlock') return { ...world, isOurs: false };
  const tasks = [...world.tasks, task];
  const faults = tasks.length > 1 ? [...world.faults, 'two flights at once'] : world.faults;
  return { ...world, tasks, faults };
};

const isOf = (task: TokenTask, flight: number): boolean =>
  'flight' in task && task.flight === flight;

const served = (world: World, waiters: readonly number[], { token: { value } }: Held): World => {
  const isWanted = world.callers.some(
    (one) => one.is === 'waiting' && waiters.includes(one.waiter),
  );
  const next = answered(world, waiters, () => ({ is: 'served', value }));
  return isWanted && world.invalid.includes(value)
    ? { ...next, faults: [...next.faults, `${value} was served after it was invalidated`] }
    : next;
};

const answered = (world: World, waiters: readonly number[], next: () => Caller): World => ({
  ...world,
  callers: world.callers.map((one) =>
    one.is === 'waiting' && waiters.includes(one.waiter) ? next() : one,
  ),
});

/** Where nothing is under way, nobody may wait: he would wait for ever. */
const settled = (world: World): World => {
  if (world.tasks.length > 0) return world;
  const isWaiting = world.callers.some(({ is }) => is === 'waiting');
  const faults = [
    ...(isWaiting ? ['somebody waits, and nothing is under way'] : []),
    ...(world.isOurs ? ['the lock is kept, and nothing is under way'] : []),
  ];
  return { ...world, faults: [...world.faults, ...faults] };
};

const without = (world: World, task: TokenTask): World => ({
  ...world,
  tasks: world.tasks.filter((other) => other !== task),
});

/** What makes two worlds the same for all that may follow. */
export const keyOf = (world: World): string => {
  const { held, flight, failures, order, pauseEndsAt, refused } = world.state;
  const record = (one: TokenRecord | undefined): unknown =>
    one && [one.value, one.refreshToken, one.obtainedAt, one.origin];
  return JSON.stringify([
    { failures, pauseEndsAt, refused, order: { ...order, first: 0 } },
    held && [held.token.value, held.requestedAt.monotonic],
    flight && { ...flight, id: 0, record: record(flight.record), refusal: flight.refusal && 1 },
    world.tasks.map((task) => [task.type, 'grant' in task ? task.grant : 0]),
    world.callers,
    world.isOurs,
    world.ms,
    world.server,
    record(world.store?.record),
    world.invalid,
  ]);
};
