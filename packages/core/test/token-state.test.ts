import { describe, expect, it } from 'vitest';
import { ReauthRequiredError, TokenError } from '../src/errors.js';
import { grantOrder } from '../src/grant-order.js';
import type { Grant } from '../src/grants.js';
import {
  initialState,
  type Now,
  step,
  type TokenEvent,
  type TokenState,
} from '../src/token-state.js';
import type { StoredToken } from '../src/token-store.js';

const APP: Grant = { type: 'client_credentials' };
const refresh = (refreshToken: string): Grant => ({ type: 'refresh_token', refreshToken });

const LIFE_MS = 900_000;
/** Ages of a token of that life from which it is renewed, and no longer served. */
const SOFT_END_MS = 791_000;
const HARD_END_MS = 890_000;

const at = (ms: number, random = 0): Now => ({ wall: ms, monotonic: ms, random });

const asked = (waiter: number): TokenEvent => ({ type: 'asked', waiter });
const left = (waiter: number): TokenEvent => ({ type: 'left', waiter });
const refused = (value: string): TokenEvent => ({ type: 'refused', value });
const locked = (flight: number): TokenEvent => ({ type: 'locked', flight });
const loaded = (flight: number, stored?: StoredToken): TokenEvent => ({
  type: 'loaded',
  flight,
  stored,
});
const granted = (flight: number, value: string, obtainedAt = 0): TokenEvent => ({
  type: 'granted',
  flight,
  granted: { value, obtainedAt, expiresAt: obtainedAt + LIFE_MS },
});
const failed = (flight: number, error: unknown): TokenEvent => ({ type: 'failed', flight, error });
const saved = (flight: number): TokenEvent => ({ type: 'saved', flight });

const stored = (value: string): StoredToken => ({
  record: { value, obtainedAt: 0, expiresAt: LIFE_MS },
  version: 'v-0',
});

/** What is to be done after an event; of a token that is served, its value. */
const decide = (state: TokenState, event: TokenEvent, now: Now): [TokenState, unknown[]] => {
  const [next, tasks] = step(state, event, now);
  return [
    next,
    tasks.map((task) => (task.type === 'serve' ? { ...task, held: task.held.token.value } : task)),
  ];
};

/** Events, each with what is to be done after it; gives the state after the last one. */
const follow = (
  state: TokenState,
  rows: readonly (readonly [TokenEvent, unknown[]])[],
  now = at(0),
): TokenState =>
  rows.reduce((before, [event, tasks]) => {
    const [next, told] = decide(before, event, now);
    expect(told).toEqual(tasks);
    return next;
  }, state);

/** The state after these events, and what is to be done after the last one. */
const after = (
  state: TokenState,
  events: readonly TokenEvent[],
  now = at(0),
): [TokenState, unknown[]] =>
  events.reduce<[TokenState, unknown[]]>(
    ([before], event) => decide(before, event, now),
    [state, []],
  );

/** A client that got the token `a` at the moment 0. */
const warm = (): TokenState => after(initialState(APP), [asked(1), loaded(1, stored('a'))])[0];

describe('a token provider knows at first', () => {
  it.each([
    ['that its store has no lock, if nothing is said', initialState(APP), false],
    ['whether its store has a lock', initialState(APP, true), true],
  ])('%s, and no token', (_what, state, hasLock) => {
    expect(state).toEqual({
      hasLock,
      order: grantOrder(APP),
      held: undefined,
      refused: [],
      flight: undefined,
      flights: 0,
      failures: 0,
      pauseEndsAt: 0,
    });
  });
});

describe('a token', () => {
  it('is asked of the store, then of the endpoint, saved, and served to all who wait', () => {
    const record = { value: 'a', obtainedAt: 0, expiresAt: LIFE_MS };
    follow(initialState(APP), [
      [asked(1), [{ type: 'load', flight: 1 }]],
      [asked(2), []],
      [loaded(1), [{ type: 'request', flight: 1, grant: APP }]],
      [asked(3), []],
      [left(2), []],
      [granted(1, 'a'), [{ type: 'save', flight: 1, record, expectedVersion: undefined }]],
      [saved(1), [{ type: 'serve', waiters: [1, 3], held: 'a' }]],
      [asked(4), [{ type: 'serve', waiters: [4], held: 'a' }]],
      [refused('a'), []],
      [asked(5), [{ type: 'load', flight: 2 }]],
    ]);
  });

  it('of a store with a lock is looked for again in its turn, and the lock is released', () => {
    follow(initialState(APP, true), [
      [asked(1), [{ type: 'load', flight: 1 }]],
      [loaded(1), [{ type: 'lock', flight: 1 }]],
      [locked(1), [{ type: 'load', flight: 1 }]],
      [
        loaded(1, stored('a')),
        [
          { type: 'serve', waiters: [1], held: 'a' },
          { type: 'unlock', flight: 1 },
        ],
      ],
    ]);
  });

  it('that nobody waits for any more is not asked for, and its lock is released', () => {
    follow(initialState(APP, true), [
      [asked(1), [{ type: 'load', flight: 1 }]],
      [loaded(1), [{ type: 'lock', flight: 1 }]],
      [locked(1), [{ type: 'load', flight: 1 }]],
      [
        left(1),
        [
          { type: 'stop', flight: 1 },
          { type: 'unlock', flight: 1 },
        ],
      ],
    ]);
  });

  it("of a user's grant lands, whoever waits: its answer holds the only next refresh token", () => {
    const [state] = after(initialState(refresh('r-0')), [asked(1), loaded(1)]);
    expect(decide(state, left(1), at(0))).toEqual([
      { ...state, flight: { ...state.flight, waiters: [] } },
      [],
    ]);
  });

  it('is renewed ahead of its end by a flight that nobody waits for', () => {
    const [state, tasks] = decide(warm(), asked(2), at(SOFT_END_MS));
    expect(tasks).toEqual([
      { type: 'serve', waiters: [2], held: 'a' },
      { type: 'load', flight: 2 },
    ]);
    expect(state.flight).toEqual({ id: 2, startedAt: SOFT_END_MS, waiters: [], isAhead: true });
  });
});

describe('nothing changes', () => {
  const idle = warm();
  const [flying] = after(idle, [refused('a'), asked(2)]);

  it.each([
    ['by one who leaves and does not wait', idle, left(1)],
    ['by one who leaves and waits for no flight that is under way', flying, left(1)],
    ['by what a store held for a flight that is over', idle, loaded(1, stored('b'))],
    ['by what a grant brought for a flight that is over', idle, granted(1, 'b')],
    ['by the failure of a flight that is over', idle, failed(1, new TokenError('late'))],
    ['by what was saved for a flight that is over', flying, saved(1)],
    ['by what was granted for an earlier flight', flying, granted(1, 'b')],
    ['by a token that came without a request', flying, granted(2, 'b')],
    ['by a save of nothing', flying, saved(2)],
  ])('%s', (_what, state, event) => {
    expect(step(state, event, at(0))).toEqual([state, []]);
  });

  it.each([
    ['while there is none', idle],
    ['while another is under way', flying],
  ])('by a lock that comes for a flight that is over, %s; it is released', (_what, state) => {
    expect(step(state, locked(1), at(0))).toEqual([state, [{ type: 'unlock', flight: 1 }]]);
  });
});

describe('values that the API refused', () => {
  it('are the last 16, each once, the newest at the end', () => {
    const names = Array.from({ length: 17 }, (_, index) => `t-${index}`);
    const [state] = after(initialState(APP), [...names, 't-5'].map(refused));
    const [, ...last] = names;
    expect(state.refused).toEqual([...last.filter((name) => name !== 't-5'), 't-5']);
  });
});

describe('a stored token', () => {
  it.each([
    ['is served a moment before its end', HARD_END_MS - 1, 'serve'],
    ['is renewed at its end', HARD_END_MS, 'request'],
  ])('%s', (_what, ms, type) => {
    const [, tasks] = after(initialState(APP), [asked(1), loaded(1, stored('a'))], at(ms));
    expect(tasks).toMatchObject([{ type }]);
  });
});

describe('a token that was long on its way', () => {
  const asking = after(initialState(APP), [asked(1), loaded(1), granted(1, 'a')])[0];

  it('is served a moment before its life ends', () => {
    const [, tasks] = decide(asking, saved(1), at(LIFE_MS - 1));
    expect(tasks).toEqual([{ type: 'serve', waiters: [1], held: 'a' }]);
  });

  it('is given to nobody once its life has ended, and the error says why', () => {
    const [state, tasks] = decide(asking, saved(1), at(LIFE_MS));
    expect(state).toMatchObject({ flight: undefined, held: undefined });
    expect(tasks).toMatchObject([
      {
        type: 'reject',
        waiters: [1],
        error: {
          name: 'TokenError',
          message: 'The token had ended before it came: the endpoint took longer than it lives.',
          hint: 'Is the network slow, or the clock of this machine wrong?',
          retryable: true,
        },
      },
    ]);
    expect(tasks).toHaveLength(1);
  });
});

describe('a consent that no longer works', () => {
  const refusal = new ReauthRequiredError('revoked', { code: 'consent_revoked' });
  const asking = initialState(refresh('r-0'));

  it('ends with its refusal where the store has no other refresh token', () => {
    follow(asking, [
      [asked(1), [{ type: 'load', flight: 1 }]],
      [loaded(1), [{ type: 'request', flight: 1, grant: refresh('r-0') }]],
      [failed(1, refusal), [{ type: 'load', flight: 1 }]],
      [loaded(1), [{ type: 'reject', waiters: [1], error: refusal }]],
      [asked(2), [{ type: 'load', flight: 2 }]],
    ]);
  });

  it('is tried with the refresh token that another process has stored meanwhile', () => {
    const over: StoredToken = {
      record: { value: 'b', refreshToken: 'r-1', obtainedAt: -LIFE_MS, expiresAt: 0 },
      version: 'v-1',
    };
    const state = follow(asking, [
      [asked(1), [{ type: 'load', flight: 1 }]],
      [loaded(1), [{ type: 'request', flight: 1, grant: refresh('r-0') }]],
      [failed(1, refusal), [{ type: 'load', flight: 1 }]],
      [loaded(1, over), [{ type: 'request', flight: 1, grant: refresh('r-1') }]],
    ]);
    expect(state.flight).toEqual({
      id: 1,
      startedAt: 0,
      waiters: [1],
      isAhead: false,
      expectedVersion: 'v-1',
      grant: refresh('r-1'),
    });
  });

  it('that was never given is asked for in words', () => {
    const [state, tasks] = after(initialState({ type: 'refresh_token' }), [asked(1), loaded(1)]);
    expect(state.flight).toBeUndefined();
    expect(tasks).toMatchObject([
      {
        type: 'reject',
        waiters: [1],
        error: {
          name: 'ReauthRequiredError',
          message:
            'There is no consent to use: no refresh token is left, and no code that was not used.',
          hint: 'Ask the user for consent again and create the client with the new code.',
          retryable: false,
        },
      },
    ]);
  });
});

describe('a renewal ahead of expiry that fails', () => {
  it.each([
    [1, 0, 500],
    [1, 0.5, 750],
    [2, 0, 1_000],
    [2, 0.5, 1_500],
    [3, 0, 2_000],
    [5, 0.5, 12_000],
    [6, 0, 15_000],
    [7, 0.5, 22_500],
  ])(
    'for the time %i in a row pauses the next, at a random %f for %i ms',
    (time, random, pauseMs) => {
      const now = at(SOFT_END_MS, random);
      const before = { ...warm(), failures: time - 1 };
      const error = new TokenError('down', { retryable: true });
      const [state, tasks] = after(before, [asked(2), loaded(2), failed(2, error)], now);
      expect(tasks).toEqual([{ type: 'reject', waiters: [], error }, { type: 'warn' }]);
      expect(state).toEqual({
        ...before,
        flights: 2,
        failures: time,
        pauseEndsAt: SOFT_END_MS + pauseMs,
      });
    },
  );

  it('is forgotten with the next one that works', () => {
    const before = { ...warm(), failures: 3, pauseEndsAt: SOFT_END_MS };
    const events = [asked(2), loaded(2), granted(2, 'b', SOFT_END_MS), saved(2)];
    const [state] = after(before, events, at(SOFT_END_MS));
    expect(state).toMatchObject({ failures: 0, pauseEndsAt: 0 });
    expect(state.held?.token.value).toBe('b');
  });
});

describe('a request that never ends', () => {
  const underWay = follow(initialState(refresh('r-0'), true), [
    [asked(1), [{ type: 'load', flight: 1 }]],
    [loaded(1), [{ type: 'lock', flight: 1 }]],
    [locked(1), [{ type: 'load', flight: 1 }]],
    [loaded(1), [{ type: 'request', flight: 1, grant: refresh('r-0') }]],
  ]);

  it('is waited for as long as any may take', () => {
    const [state, tasks] = step(underWay, asked(2), at(74_999));
    expect(tasks).toEqual([]);
    expect(state.flight).toMatchObject({ id: 1, waiters: [1, 2] });
  });

  it('is then stopped, gives back its lock, and hands over those who wait', () => {
    const [state, tasks] = step(underWay, asked(2), at(75_000));
    expect(tasks).toEqual([
      { type: 'stop', flight: 1 },
      { type: 'unlock', flight: 1 },
      { type: 'load', flight: 2 },
    ]);
    expect(state.flight).toMatchObject({ id: 2, waiters: [1, 2], isAhead: false });
  });
});
