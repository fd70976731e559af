import { ReauthRequiredError, TokenError } from '../src/errors.js';
import { originOf } from '../src/grant-order.js';
import type { Grant } from '../src/grants.js';
import type { Held } from '../src/token-life.js';
import type { initialState, step, TokenEvent, TokenState, TokenTask } from '../src/token-state.js';
import type { StoredToken, TokenRecord } from '../src/token-store.js';

/*
 * All that can happen around one token: three callers, an endpoint whose refresh tokens rotate, a store that fails to
 * load and to save, that saves late, whose lock cannot be had or is taken over, a process that may die at any moment,
 * and time. A world is plain data; `moves` gives every world that can come next, and `faults` what must never be.
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

type Save = TokenTask & { type: 'save' };

export interface World {
  readonly state: TokenState;
  /** What the provider was told to do and has not done yet. */
  readonly tasks: readonly TokenTask[];
  /** Who holds the store's lock: this process, another one, or nobody. */
  readonly holder: 'nobody' | 'other' | 'us';
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
  /** A save that was told as failed, and may still land. */
  readonly late: Save | undefined;
  /** Until then the endpoint wants no request. */
  readonly quietUntil: number;
  /** Does what was loaded last allow to send what is a user's? */
  readonly isKnown: boolean;
  /** Values that callers saw refused. */
  readonly invalid: readonly string[];
  readonly faults: readonly string[];
}

/** What a store may hold of an earlier consent. */
export const EARLIER: StoredToken = {
  record: { value: 'old', refreshToken: 'old-r', obtainedAt: 0, expiresAt: 10_000 },
  version: 'old',
};

export const LIFE_MS = 10_000;
/** Ages of a token: fresh, in the window to renew it, over. */
export const TICK_MS = 4_000;
const LATEST_MS = 5 * TICK_MS;
const MOST_TOKENS = 5;
/** The first pause after a failure. */
const QUIET_MS = 1_000;

/** What is tried out. */
export interface Setting {
  readonly decide: Deciding;
  readonly grant: Grant;
  readonly callers: number;
  /** Has the store a lock, and another process that uses it? */
  readonly hasLock?: boolean | undefined;
  /** Does the store fail, and do answers come that are of use in part? */
  readonly isFlaky?: boolean | undefined;
  /** What the store held before, of an earlier consent. */
  readonly before?: StoredToken | undefined;
}

export const begin = ({ before, callers, decide, grant, hasLock }: Setting): World => ({
  state: decide.initialState(grant, hasLock),
  tasks: [],
  holder: 'nobody',
  callers: Array.from({ length: callers }, () => ({ is: 'idle' })),
  ms: 0,
  waiters: 0,
  server: { last: 0, good: 'r-0', sent: [], stored: [], lost: [] },
  store: before,
  late: undefined,
  quietUntil: 0,
  isKnown: false,
  invalid: [],
  faults: [],
});

/** Every world that may come next. */
export const moves = (setting: Setting, world: World): World[] => [
  ...world.callers.flatMap((caller, index) => movesOf(setting, world, caller, index)),
  ...world.tasks.flatMap((task) => outcomes(setting, without(world, task), task)),
  ...(world.ms < LATEST_MS ? [{ ...world, ms: world.ms + TICK_MS }] : []),
  ...(world.tasks.length > 0 ? [died(setting, world)] : []),
  ...(setting.hasLock ? otherProcess(setting, world) : []),
  ...(world.late ? [landed({ ...world, late: undefined }, world.late)] : []),
];

/** Another process takes its turn and renews what the store has; it takes over from one that was stopped for long. */
const otherProcess = ({ isFlaky }: Setting, world: World): World[] => {
  const isOurs = world.holder === 'us';
  if (isOurs && !isFlaky) return [];
  const { record, version } = world.store ?? {};
  if (record?.refreshToken === undefined || world.server.last >= MOST_TOKENS) return [];
  // What this process has sent and not stored is lost then, and what it is about to send: nobody could know.
  const taken: World = isOurs ? { ...lostWithUs(world), holder: 'other' } : world;
  const { good, last } = taken.server;
  if (record.refreshToken !== good) {
    if (isOurs) return [taken];
    // It would send what this process has spent and not stored.
    const isSpent = numberOf(record.refreshToken) < numberOf(good);
    const again = sentOnce(taken, record.refreshToken);
    return isSpent && again.faults.length > 0 ? [again] : [];
  }
  const sent = sentOnce(taken, good);
  const fresh = `r-${last + 1}`;
  const server = { ...sent.server, last: last + 1, good: fresh };
  const renewed = {
    value: `t-${last + 1}`,
    refreshToken: fresh,
    obtainedAt: world.ms,
    expiresAt: world.ms + LIFE_MS,
    spent: [...(record.spent ?? []), good],
  };
  return [kept({ ...sent, server }, { record: renewed, version: `${version}+` })];
};

const lostWithUs = (world: World): World => {
  const unknown = world.server.sent.filter((token) => !world.server.stored.includes(token));
  const asked = world.tasks.flatMap((task) =>
    task.type === 'request' ? (originOf(task.grant) ?? []) : [],
  );
  return [...unknown, ...asked].reduce(withLost, world);
};

const movesOf = (setting: Setting, world: World, caller: Caller, index: number): World[] => {
  const become = (next: Caller, from = world): World => ({
    ...from,
    callers: from.callers.map((other, at) => (at === index ? next : other)),
  });
  if (caller.is === 'idle') {
    const waiter = world.waiters + 1;
    const asking = become({ is: 'waiting', waiter }, { ...world, waiters: waiter });
    // The first caller cannot wait out a pause.
    const withinMs = index === 0 ? 0 : 60_000;
    return world.server.last < MOST_TOKENS
      ? [happened(setting, asking, { type: 'asked', waiter, withinMs })]
      : [];
  }
  if (caller.is === 'waiting')
    return [happened(setting, become({ is: 'idle' }), { type: 'left', waiter: caller.waiter })];
  const { value } = caller;
  const refused = { ...become({ is: 'idle' }), invalid: [...new Set([...world.invalid, value])] };
  return [become({ is: 'idle' }), happened(setting, refused, { type: 'refused', value })];
};

/** What may come of a task. */
const outcomes = (setting: Setting, world: World, task: TokenTask): World[] => {
  const { isFlaky } = setting;
  if (task.type === 'load') {
    const { flight } = task;
    const isOvertaken = world.holder === 'other' && task.isLast;
    const read = { ...world, isKnown: !isOvertaken };
    return [
      isOvertaken
        ? happened(setting, read, { type: 'overtaken', flight })
        : happened(setting, read, { type: 'loaded', flight, stored: world.store }),
      ...(isFlaky
        ? [happened(setting, { ...world, isKnown: false }, { type: 'unread', flight })]
        : []),
    ];
  }
  if (task.type === 'lock') {
    const { flight } = task;
    const turn: World = { ...world, holder: 'us' };
    return [
      happened(setting, turn, { type: 'locked', flight }),
      ...(isFlaky ? [happened(setting, world, { type: 'lockless', flight })] : []),
    ];
  }
  if (task.type === 'save') {
    const { flight } = task;
    const isCurrent = world.store?.version === task.expectedVersion;
    const saved: TokenEvent = { type: 'saved', flight };
    const failed: TokenEvent = { type: 'unsaved', flight, isRefused: false };
    return [
      isCurrent
        ? happened(setting, landed(world, task), saved)
        : happened(setting, world, { type: 'unsaved', flight, isRefused: true }),
      // The disk is full.
      ...(isFlaky
        ? [happened(setting, world, failed), happened(setting, { ...world, late: task }, failed)]
        : []),
    ];
  }
  if (task.type === 'pause')
    return [happened(setting, world, { type: 'paused', flight: task.flight })];
  return task.type === 'request' ? answers(setting, world, task.flight, task.grant) : [];
};

const landed = (world: World, { expectedVersion, record }: Save): World =>
  world.store?.version === expectedVersion
    ? kept(world, { record, version: `${record.value}/${record.refreshToken}` })
    : world;

const answers = (setting: Setting, world: World, flight: number, grant: Grant): World[] => {
  const isUsers = grant.type !== 'client_credentials';
  const sent = originOf(grant) ?? '';
  const tried = sentOnce(world, sent);
  const fail = (from: World, error: unknown, refreshToken?: string): World =>
    happened(
      setting,
      error instanceof ReauthRequiredError ? from : { ...from, quietUntil: from.ms + QUIET_MS },
      { type: 'failed', flight, error, refreshToken },
    );
  // It was not processed.
  const down = fail(world, new TokenError('down', { outcome: 'not-sent', retryable: true }));
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
  const isRefresh = grant.type === 'refresh_token';
  const silence = new TokenError('lost', { retryable: true });
  return [
    happened(setting, processed, { type: 'granted', flight, granted }),
    // Of a lost code nobody asks again; a refresh is tried once more.
    isUsers && !isRefresh
      ? fail(lost, refusal())
      : happened(setting, lost, {
          type: 'failed',
          flight,
          error: silence,
          refreshToken: undefined,
        }),
    ...(setting.isFlaky && isUsers
      ? [fail(processed, new TokenError('no token', { reason: 'unusable' }), good)]
      : []),
    down,
  ];
};

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

/** Who reads it could know of all that were spent before. */
const kept = (world: World, store: StoredToken): World => {
  const { sent, stored } = world.server;
  const before = sent.filter((token) => numberOf(token) < numberOf(store.record.refreshToken));
  const server = { ...world.server, stored: [...new Set([...stored, ...before])] };
  return { ...world, store, server };
};

const numberOf = (token = ''): number => Number(token.replace('r-', ''));

// Nothing that outlives the process says that these were used.
const forgotten = (world: World): World =>
  world.server.sent.filter((token) => !world.server.stored.includes(token)).reduce(withLost, world);

/** The process dies, also between writing and renaming; the next one has what the store has. */
const died = ({ decide, grant, hasLock }: Setting, world: World): World => ({
  ...forgotten(world),
  state: decide.initialState(grant, hasLock),
  tasks: [],
  // It is taken over.
  holder: world.holder === 'us' ? 'nobody' : world.holder,
  callers: world.callers.map(() => ({ is: 'idle' })),
  waiters: 0,
  late: undefined,
  quietUntil: 0,
  // Nobody who lives knows of them.
  invalid: [],
});

const happened = (setting: Setting, world: World, event: TokenEvent): World =>
  settled(applied(setting, world, event));

const applied = (setting: Setting, world: World, event: TokenEvent): World => {
  const { decide, hasLock } = setting;
  const now = { wall: world.ms, monotonic: world.ms, random: 0 };
  const [state, tasks] = decide.step(world.state, event, now);
  // What was long on its way is served to its very end: there is nothing better.
  const isAtTheEnd = event.type === 'saved' || event.type === 'unsaved';
  const isLate = ({ hardEndMs, requestedAt }: Held): boolean =>
    world.ms - requestedAt.monotonic >= (isAtTheEnd ? LIFE_MS : hardEndMs);
  const found = tasks.flatMap((task) => {
    if (task.type === 'serve') {
      const { value } = task.held.token;
      return [
        ...(isLate(task.held) ? [`${value} was served late`] : []),
        ...(isOutdated(world, value) ? ['a new consent was left unused'] : []),
      ];
    }
    if (task.type === 'reject') return tellsFalsely(world, task.error);
    return task.type === 'request' ? sentTooEarly(world, task.grant, hasLock === true) : [];
  });
  const next = { ...world, state, faults: [...world.faults, ...found] };
  return tasks.reduce<World>((before, task) => done(setting, before, task), next);
};

/** Nobody may be told that a consent is lost while the store has the good refresh token. */
const tellsFalsely = ({ server, store }: World, error: unknown): string[] =>
  error instanceof ReauthRequiredError &&
  store?.record.refreshToken === server.good &&
  server.last > 0
    ? ['a consent was told lost that the store has']
    : [];

/** The token of an earlier consent, while nobody has tried the new one. */
const isOutdated = ({ server }: World, value: string): boolean =>
  value === EARLIER.record.value && server.sent.length === 0;

const sentTooEarly = (world: World, grant: Grant, hasLock: boolean): string[] => {
  const isUsers = grant.type !== 'client_credentials';
  return [
    ...(world.ms < world.quietUntil ? ['a request was sent in a pause'] : []),
    ...(isUsers && !world.isKnown ? ["a user's grant was sent and the store not read"] : []),
    ...(isUsers && hasLock && world.holder === 'nobody'
      ? ["a user's grant was sent without the lock"]
      : []),
  ];
};

const done = (setting: Setting, world: World, task: TokenTask): World => {
  if (task.type === 'serve') return served(world, task.waiter, task.held);
  if (task.type === 'reject') return rejected(setting, world, task);
  if (task.type === 'stop')
    return { ...world, tasks: world.tasks.filter((other) => !isOf(other, task.flight)) };
  if (task.type === 'warn') return world;
  if (task.type === 'unlock')
    return { ...world, holder: world.holder === 'us' ? 'nobody' : world.holder };
  const tasks = [...world.tasks, task];
  const faults = tasks.length > 1 ? [...world.faults, 'two flights at once'] : world.faults;
  return { ...world, tasks, faults };
};

const isOf = (task: TokenTask, flight: number): boolean =>
  'flight' in task && task.flight === flight;

const isMeant = (caller: Caller, waiter: number | undefined): boolean =>
  caller.is === 'waiting' && (waiter === undefined || caller.waiter === waiter);

const served = (world: World, waiter: number | undefined, { token: { value } }: Held): World => {
  const isWanted = world.callers.some((one) => isMeant(one, waiter));
  const next = answered(world, (one) => isMeant(one, waiter), { is: 'served', value });
  return isWanted && world.invalid.includes(value)
    ? { ...next, faults: [...next.faults, `${value} was served after it was invalidated`] }
    : next;
};

const rejected = (
  setting: Setting,
  world: World,
  { until, waiter }: TokenTask & { type: 'reject' },
): World => {
  if (until === undefined) return answered(world, (one) => isMeant(one, waiter), { is: 'idle' });
  const [first] = world.callers;
  if (first?.is !== 'waiting') return world;
  const without = answered(world, (one) => one === first, { is: 'idle' });
  return applied(setting, without, { type: 'left', waiter: first.waiter });
};

const answered = (world: World, isOne: (caller: Caller) => boolean, next: Caller): World => ({
  ...world,
  callers: world.callers.map((one) => (isOne(one) ? next : one)),
});

/** Where nothing is under way, nobody may wait: he would wait for ever. */
const settled = (world: World): World => {
  if (world.tasks.length > 0) return world;
  const isWaiting = world.callers.some(({ is }) => is === 'waiting');
  const faults = [
    ...(isWaiting ? ['somebody waits, and nothing is under way'] : []),
    ...(world.holder === 'us' ? ['the lock is kept, and nothing is under way'] : []),
  ];
  return { ...world, faults: [...world.faults, ...faults] };
};

const without = (world: World, task: TokenTask): World => ({
  ...world,
  tasks: world.tasks.filter((other) => other !== task),
});

/** What makes two worlds the same for all that may follow. */
export const keyOf = (world: World): string => {
  const { held, flight, order, pause, refused, waiting } = world.state;
  const record = (one: TokenRecord | undefined): unknown =>
    one && [one.value, one.refreshToken, one.obtainedAt, one.spent];
  return JSON.stringify([
    {
      pause: pause && [pause.until, pause.failures],
      refused,
      waiting,
      order: { ...order, first: 0 },
    },
    held && [held.token.value, held.requestedAt.monotonic],
    flight && {
      ...flight,
      id: 0,
      record: record(flight.record),
      refusal: flight.refusal && 1,
      useless: flight.useless && 1,
      unsaved: flight.unsaved && Math.min(1, flight.unsaved.tries),
    },
    world.tasks.map((task) => [task.type, 'grant' in task ? task.grant : 0]),
    world.callers,
    world.holder,
    world.late && [record(world.late.record), world.late.expectedVersion],
    world.isKnown,
    world.ms,
    world.server,
    record(world.store?.record),
    world.store?.version,
    world.invalid,
  ]);
};
