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
import type { StoredToken, TokenRecord } from '../src/token-store.js';

const APP: Grant = { type: 'client_credentials' };
const CODE: Grant = { type: 'authorization_code', code: 'c', redirectUri: 'https://app.example/' };
const refresh = (refreshToken: string): Grant => ({ type: 'refresh_token', refreshToken });

const LIFE_MS = 900_000;
/** Ages of a token of that life from which it is renewed, and no longer served. */
const SOFT_END_MS = 791_000;
const HARD_END_MS = 890_000;

const at = (ms: number, random = 0): Now => ({ wall: ms, monotonic: ms, random });

/** It waits for up to a minute, if nothing else is said. */
const asked = (waiter: number, withinMs = 60_000): TokenEvent => ({
  type: 'asked',
  waiter,
  withinMs,
});
const left = (waiter: number): TokenEvent => ({ type: 'left', waiter });
const refused = (value: string): TokenEvent => ({ type: 'refused', value });
const locked = (flight: number): TokenEvent => ({ type: 'locked', flight });
const lockless = (flight: number): TokenEvent => ({ type: 'lockless', flight });
const overtaken = (flight: number): TokenEvent => ({ type: 'overtaken', flight });
const paused = (flight: number): TokenEvent => ({ type: 'paused', flight });
const unread = (flight: number): TokenEvent => ({ type: 'unread', flight });
const loaded = (flight: number, stored?: StoredToken): TokenEvent => ({
  type: 'loaded',
  flight,
  stored,
});
const granted = (
  flight: number,
  value: string,
  { obtainedAt = 0, refreshToken }: { obtainedAt?: number; refreshToken?: string } = {},
): TokenEvent => ({
  type: 'granted',
  flight,
  granted: {
    value,
    obtainedAt,
    expiresAt: obtainedAt + LIFE_MS,
    ...(refreshToken !== undefined && { refreshToken }),
  },
});
const failed = (flight: number, error: unknown): TokenEvent => ({
  type: 'failed',
  flight,
  error,
  refreshToken: undefined,
});
const saved = (flight: number): TokenEvent => ({ type: 'saved', flight });
const unsaved = (flight: number, isRefused = false): TokenEvent => ({
  type: 'unsaved',
  flight,
  isRefused,
});

const stored = (value: string, more: Partial<TokenRecord> = {}, version = 'v-0'): StoredToken => ({
  record: { value, obtainedAt: 0, expiresAt: LIFE_MS, ...more },
  version,
});

const look = (flight: number, isLast: boolean) => ({ type: 'load', flight, isLast });
const lock = (flight: number) => ({ type: 'lock', flight });
const unlock = (flight: number) => ({ type: 'unlock', flight });
const request = (flight: number, grant: Grant) => ({ type: 'request', flight, grant });
const serve = (held: string, waiter?: number) => ({
  type: 'serve',
  held,
  ...(waiter !== undefined && { waiter }),
});
const reject = (error: unknown) => ({ type: 'reject', error });
const like = (fields: object): unknown => expect.objectContaining(fields);

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
const warmUser = (): TokenState =>
  after(initialState(refresh('r-0')), [
    asked(1),
    loaded(1, stored('a', { refreshToken: 'r-1', spent: ['r-0'] })),
  ])[0];

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
      waiting: 0,
      pause: undefined,
    });
  });
});

describe('a token', () => {
  it('is asked of the store, then of the endpoint, saved, and served to all who wait', () => {
    const record = { value: 'a', obtainedAt: 0, expiresAt: LIFE_MS };
    follow(initialState(APP), [
      [asked(1), [look(1, true)]],
      [asked(2), []],
      [loaded(1), [request(1, APP)]],
      [asked(3), []],
      [left(2), []],
      [granted(1, 'a'), [{ type: 'save', flight: 1, record, expectedVersion: undefined }]],
      [saved(1), [serve('a')]],
      [asked(4), [serve('a', 4)]],
      [refused('a'), []],
      [asked(5), [look(2, true)]],
    ]);
  });

  it('of a store with a lock is looked for again in its turn, and the lock is released', () => {
    follow(initialState(APP, true), [
      [asked(1), [look(1, false)]],
      [loaded(1), [lock(1)]],
      [locked(1), [look(1, true)]],
      [loaded(1, stored('a')), [serve('a'), unlock(1)]],
    ]);
  });

  it('that nobody waits for any more is not asked for, and its lock is released', () => {
    follow(initialState(APP, true), [
      [asked(1), [look(1, false)]],
      [loaded(1), [lock(1)]],
      [locked(1), [look(1, true)]],
      [left(1), [{ type: 'stop', flight: 1 }, unlock(1)]],
    ]);
  });

  it("of a user's grant lands, whoever waits: its answer holds the only next refresh token", () => {
    const [state] = after(initialState(refresh('r-0')), [asked(1), loaded(1)]);
    expect(decide(state, left(1), at(0))).toEqual([{ ...state, waiting: 0 }, []]);
  });

  it("of a user's grant is saved with the next refresh token and all that were spent", () => {
    const before = stored('', { refreshToken: 'r-1', spent: ['c', 'r-0'], expiresAt: 0 });
    const [, tasks] = after(initialState(refresh('r-0')), [
      asked(1),
      loaded(1, before),
      granted(1, 'a', { refreshToken: 'r-2' }),
    ]);
    const record = {
      value: 'a',
      refreshToken: 'r-2',
      spent: ['c', 'r-0', 'r-1'],
      obtainedAt: 0,
      expiresAt: LIFE_MS,
    };
    expect(tasks).toEqual([{ type: 'save', flight: 1, record, expectedVersion: 'v-0' }]);
  });

  it('is renewed ahead of its end by a flight that nobody waits for', () => {
    const [state, tasks] = decide(warm(), asked(2), at(SOFT_END_MS));
    expect(tasks).toEqual([serve('a', 2), look(2, true)]);
    expect(state.flight).toMatchObject({ id: 2, seenAt: SOFT_END_MS, isAhead: true });
    expect(state.waiting).toBe(0);
  });
});

describe('nothing changes', () => {
  const idle = warm();
  const [flying] = after(idle, [refused('a'), asked(2)]);

  it.each([
    ['by what a store held for a flight that is over', idle, loaded(1, stored('b'))],
    ['by what a grant brought for a flight that is over', idle, granted(1, 'b')],
    ['by the failure of a flight that is over', idle, failed(1, new TokenError('late'))],
    ['by the end of the pause of a flight that is over', idle, paused(1)],
    ['by a store that failed for a flight that is over', flying, unread(1)],
    ['by what was saved for a flight that is over', flying, saved(1)],
    ['by what was not saved for a flight that is over', flying, unsaved(1)],
    ['by what was granted for an earlier flight', flying, granted(1, 'b')],
    ['by a token that came without a request', flying, granted(2, 'b')],
    ['by a save of nothing', flying, saved(2)],
    ['by a failed save of nothing', flying, unsaved(2)],
  ])('%s', (_what, state, event) => {
    expect(step(state, event, at(0))).toEqual([state, []]);
  });

  it.each([
    ['while there is none', idle],
    ['while another is under way', flying],
  ])('by a lock that comes for a flight that is over, %s; it is released', (_what, state) => {
    expect(step(state, locked(1), at(0))).toEqual([state, [unlock(1)]]);
  });
});

describe('values that the API refused', () => {
  it('are the last 16, each once, the newest at the end', () => {
    const names = Array.from({ length: 17 }, (_, index) => `t-${index}`);
    const [state] = after(initialState(APP), names.map(refused));
    expect(state.refused).toEqual(names.slice(1));
    // Of many calls that were refused with one token the first one counts.
    expect(step(state, refused('t-5'), at(0))).toEqual([state, []]);
    const { held } = warm();
    const [again] = after({ ...state, refused: ['a', 'b'], held }, [refused('a')]);
    expect(again).toMatchObject({ refused: ['b', 'a'], held: undefined });
  });

  it('are not kept if they were refused while the request was under way that brought them again', () => {
    const state = follow(initialState(APP), [
      [asked(1), [look(1, true)]],
      [loaded(1), [request(1, APP)]],
      [refused('a'), []],
      [granted(1, 'a'), [like({ type: 'save' })]],
      [saved(1), [serve('a')]],
      [asked(2), [look(2, true)]],
    ]);
    expect(state).toMatchObject({ refused: ['a'], held: undefined });
  });

  it('are not taken from a store, and are taken from the endpoint: then there is no other', () => {
    const state = follow(initialState(APP), [
      [refused('a'), []],
      [asked(1), [look(1, true)]],
      [loaded(1, stored('a')), [request(1, APP)]],
      [granted(1, 'a'), [like({ type: 'save' })]],
      [saved(1), [serve('a')]],
      [asked(2), [serve('a', 2)]],
    ]);
    expect(state.refused).toEqual([]);
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

  it.each<readonly [string, Grant, object, Grant | undefined]>([
    ['is left where there is a new code', CODE, { spent: ['earlier'] }, CODE],
    ['is left where there is a new refresh token', refresh('r-0'), {}, refresh('r-0')],
    ['is served where the code was used for it', CODE, { spent: ['c'] }, undefined],
    ['is served where its refresh token is the one given', refresh('r-9'), {}, undefined],
  ])('%s', (_what, grant, more, next) => {
    const found = stored('old', { refreshToken: 'r-9', ...more });
    const [, tasks] = after(initialState(grant), [asked(1), loaded(1, found)]);
    expect(tasks).toEqual([next ? request(1, next) : serve('old')]);
  });

  it('serves in the end where the new consent was refused', () => {
    const found = stored('old', { refreshToken: 'r-9' });
    follow(initialState(refresh('r-0')), [
      [asked(1), [look(1, true)]],
      [loaded(1, found), [request(1, refresh('r-0'))]],
      [
        failed(1, new ReauthRequiredError('no', { code: 'invalid_grant' })),
        [{ type: 'warn', about: 'consent' }, look(1, true)],
      ],
      [loaded(1, found), [serve('old')]],
    ]);
  });
});

describe('a token that was long on its way', () => {
  const asking = after(initialState(APP), [asked(1), loaded(1), granted(1, 'a')])[0];

  it('is served a moment before its life ends', () => {
    const [, tasks] = decide(asking, saved(1), at(LIFE_MS - 1));
    expect(tasks).toEqual([serve('a')]);
  });

  it('is given to nobody once its life has ended, and the error says why', () => {
    const [state, tasks] = decide(asking, saved(1), at(LIFE_MS));
    expect(state).toMatchObject({ flight: undefined, held: undefined, waiting: 0 });
    expect(tasks).toEqual([
      reject(
        like({
          name: 'TokenError',
          message: 'The token had ended before it came: the endpoint took longer than it lives.',
          hint: 'Is the network slow, or the clock of this machine wrong?',
          retryable: true,
          retryAfterMs: 1_000,
        }),
      ),
    ]);
  });
});

describe('a consent that no longer works', () => {
  const refusal = new ReauthRequiredError('revoked', { code: 'consent_revoked' });
  const asking = initialState(refresh('r-0'));

  it('ends with its refusal where the store has no other refresh token', () => {
    follow(asking, [
      [asked(1), [look(1, true)]],
      [loaded(1), [request(1, refresh('r-0'))]],
      [failed(1, refusal), [look(1, true)]],
      [loaded(1), [reject(refusal)]],
      [asked(2), [look(2, true)]],
    ]);
  });

  it('is tried with the refresh token that another process has stored meanwhile', () => {
    const over = stored(
      'b',
      { refreshToken: 'r-1', spent: ['r-0'], obtainedAt: -LIFE_MS, expiresAt: 0 },
      'v-1',
    );
    const state = follow(asking, [
      [asked(1), [look(1, true)]],
      [loaded(1), [request(1, refresh('r-0'))]],
      [failed(1, refusal), [look(1, true)]],
      [loaded(1, over), [request(1, refresh('r-1'))]],
    ]);
    expect(state.flight).toMatchObject({
      id: 1,
      seenAt: 0,
      isAhead: false,
      refused: [],
      expectedVersion: 'v-1',
      grant: refresh('r-1'),
    });
  });

  it('is not told as lost while the store cannot be read: another may be there', () => {
    const state = follow(asking, [
      [asked(1), [look(1, true)]],
      [loaded(1), [request(1, refresh('r-0'))]],
      [failed(1, refusal), [look(1, true)]],
      [unread(1), [reject(like({ name: 'TokenError', retryable: true, cause: refusal }))]],
    ]);
    expect(state.flight).toBeUndefined();
  });

  it('that was never given is asked for in words', () => {
    const [state, tasks] = after(initialState({ type: 'refresh_token' }), [asked(1), loaded(1)]);
    expect(state.flight).toBeUndefined();
    expect(tasks).toEqual([
      reject(
        like({
          name: 'ReauthRequiredError',
          message:
            'There is no consent to use: no refresh token is left, and no code that was not used.',
          hint: 'Ask the user for consent again and create the client with the new code.',
          retryable: false,
        }),
      ),
    ]);
  });
});

describe('a store that fails to load', () => {
  const NO_STORE = reject(
    like({
      name: 'TokenError',
      message:
        'No token was requested: the token store failed to load, and what it holds may be newer than what is known here.',
      hint: "A user's token is renewed as soon as the store works again: repeat the call then.",
      retryable: true,
      outcome: 'not-sent',
    }),
  );

  it.each([
    ['code', CODE],
    ['refresh token', refresh('r-0')],
  ])("is not taken for an empty one: a user's %s is not sent", (_what, grant) => {
    const state = follow(initialState(grant), [
      [asked(1), [look(1, true)]],
      [unread(1), [NO_STORE]],
    ]);
    expect(state).toMatchObject({ flight: undefined, waiting: 0, pause: undefined });
  });

  it('fails nothing before the last look, and gives back the lock after it', () => {
    follow(initialState(refresh('r-0'), true), [
      [asked(1), [look(1, false)]],
      [unread(1), [lock(1)]],
      [locked(1), [look(1, true)]],
      [unread(1), [NO_STORE, unlock(1)]],
    ]);
  });

  it('leaves the token in use served, and warns that it was not renewed', () => {
    const state = follow(
      warmUser(),
      [
        [asked(2), [serve('a', 2), look(2, true)]],
        [unread(2), [NO_STORE, { type: 'warn', about: 'renewal' }]],
      ],
      at(SOFT_END_MS),
    );
    expect(decide(state, asked(3), at(HARD_END_MS - 1))[1]).toEqual([serve('a', 3), look(3, true)]);
  });

  it('keeps no app from its token', () => {
    follow(initialState(APP, true), [
      [asked(1), [look(1, false)]],
      [unread(1), [lock(1)]],
      [locked(1), [look(1, true)]],
      [unread(1), [request(1, APP)]],
    ]);
  });
});

describe('a store that gives no lock', () => {
  it("has nothing of a user's sent", () => {
    const state = follow(initialState(refresh('r-0'), true), [
      [asked(1), [look(1, false)]],
      [loaded(1), [lock(1)]],
      [
        lockless(1),
        [
          reject(
            like({
              name: 'TokenError',
              message:
                'No token was requested: the token store gave no lock, and two who use one refresh token may lose the consent.',
              retryable: true,
              outcome: 'not-sent',
            }),
          ),
        ],
      ],
    ]);
    expect(state.flight).toBeUndefined();
  });

  it('has an app go on without, and warns', () => {
    follow(initialState(APP, true), [
      [asked(1), [look(1, false)]],
      [loaded(1), [lock(1)]],
      [lockless(1), [{ type: 'warn', about: 'lock' }, look(1, true)]],
      [loaded(1), [request(1, APP)]],
    ]);
  });
});

describe('who finds that another has taken over its lock', () => {
  it('waits for its turn again, and looks again, before anything is sent', () => {
    follow(initialState(refresh('r-0'), true), [
      [asked(1), [look(1, false)]],
      [loaded(1), [lock(1)]],
      [locked(1), [look(1, true)]],
      [overtaken(1), [unlock(1), lock(1)]],
      [locked(1), [look(1, true)]],
      [loaded(1, stored('b', { refreshToken: 'r-1', spent: ['r-0'] })), [serve('b'), unlock(1)]],
    ]);
  });

  it('tells no consent as lost before that', () => {
    const refusal = new ReauthRequiredError('no', { code: 'invalid_grant' });
    follow(initialState(refresh('r-0'), true), [
      [asked(1), [look(1, false)]],
      [loaded(1), [lock(1)]],
      [locked(1), [look(1, true)]],
      [loaded(1), [request(1, refresh('r-0'))]],
      [failed(1, refusal), [look(1, true)]],
      [overtaken(1), [unlock(1), lock(1)]],
      [locked(1), [look(1, true)]],
      [loaded(1, stored('b', { refreshToken: 'r-1', spent: ['r-0'] })), [serve('b'), unlock(1)]],
    ]);
  });
});

describe('a new consent that is refused', () => {
  it('is told as a warning where the stored one goes on', () => {
    const refusal = new ReauthRequiredError('no', { code: 'invalid_grant' });
    const over = stored('b', { refreshToken: 'r-1', expiresAt: 1 });
    follow(
      initialState(refresh('new')),
      [
        [asked(1), [look(1, true)]],
        [loaded(1, over), [request(1, refresh('new'))]],
        [failed(1, refusal), [{ type: 'warn', about: 'consent' }, look(1, true)]],
        [loaded(1, over), [request(1, refresh('r-1'))]],
        [failed(1, refusal), [look(1, true)]],
      ],
      at(1),
    );
  });
});

describe('a refresh whose answer was lost', () => {
  const lost = new TokenError('lost', { retryable: true, outcome: 'unknown' });
  const sent = follow(initialState(refresh('r-0')), [
    [asked(1), [look(1, true)]],
    [loaded(1), [request(1, refresh('r-0'))]],
    [failed(1, lost), [look(1, true)]],
  ]);

  it('is tried once more where the store has no other refresh token, and then fails', () => {
    follow(sent, [
      [loaded(1), [request(1, refresh('r-0'))]],
      [failed(1, lost), [look(1, true)]],
      [loaded(1), [reject(like({ message: 'lost', retryAfterMs: 1_000 }))]],
    ]);
  });

  it('may have used up the refresh token: a refusal of the second request says so', () => {
    const first = new TokenError('lost', { retryable: true, outcome: 'unknown', attempts: 1 });
    const refusal = new ReauthRequiredError('Refused.', { code: 'invalid_grant', attempts: 1 });
    const message =
      'Refused. The answer to an earlier refresh was lost: it may have used up the refresh token.';
    const [state] = after(initialState(refresh('r-0')), [asked(1), loaded(1), failed(1, first)]);
    follow(state, [
      [loaded(1), [request(1, refresh('r-0'))]],
      [failed(1, refusal), [look(1, true)]],
      [loaded(1), [reject(like({ name: 'ReauthRequiredError', message, attempts: 2 }))]],
    ]);
  });

  it('is tried with the refresh token that is in the store, if there is another', () => {
    const over = stored('b', { refreshToken: 'r-1', spent: ['r-0'], expiresAt: 1 });
    follow(
      sent,
      [
        [loaded(1, over), [request(1, refresh('r-1'))]],
        [failed(1, lost), [look(1, true)]],
        [loaded(1, over), [request(1, refresh('r-1'))]],
      ],
      at(1),
    );
  });

  it('is not tried again where the store has a token, or cannot be read', () => {
    const found = stored('b', { refreshToken: 'r-1', spent: ['r-0'] });
    expect(decide(sent, loaded(1, found), at(0))[1]).toEqual([serve('b')]);
    expect(decide(sent, unread(1), at(0))[1]).toEqual([reject(like({ cause: lost }))]);
  });

  it.each([
    ['was not sent', new TokenError('down', { outcome: 'not-sent' })],
    ['was answered', new TokenError('wrong', { outcome: 'answered' })],
    ['was answered with something whole', new TokenError('odd', { reason: 'unusable' })],
  ])('is another matter than one that %s: that fails at once', (_what, error) => {
    const [state] = after(initialState(refresh('r-0')), [asked(1), loaded(1)]);
    expect(decide(state, failed(1, error), at(0))[1]).toEqual([
      reject(like({ message: error.message })),
    ]);
  });
});

describe('an answer of which only the refresh token can be used', () => {
  const useless = new TokenError('It has no access_token.', { reason: 'unusable' });
  const rescued = (flight: number, refreshToken: string): TokenEvent => ({
    type: 'failed',
    flight,
    error: useless,
    refreshToken,
  });
  const record = {
    value: '',
    refreshToken: 'r-1',
    origins: ['r-0'],
    spent: ['r-0'],
    obtainedAt: 0,
    expiresAt: 0,
  };
  const told = like({
    message: 'It has no access_token.',
    hint: 'The refresh token that came with it is kept: the next request uses it.',
    retryable: true,
    retryAfterMs: 1_000,
  });

  it('has it saved before anybody is told, and the next request uses it', () => {
    const state = follow(initialState(refresh('r-0')), [
      [asked(1), [look(1, true)]],
      [loaded(1), [request(1, refresh('r-0'))]],
      [rescued(1, 'r-1'), [{ type: 'save', flight: 1, record, expectedVersion: undefined }]],
      [saved(1), [reject(told)]],
    ]);
    follow(
      state,
      [
        [asked(2), [look(2, true)]],
        [loaded(2, { record, version: 'v-1' }), [request(2, refresh('r-1'))]],
      ],
      at(1_000),
    );
  });

  it('has it saved again where that failed, though all who waited were told', () => {
    follow(initialState(refresh('r-0')), [
      [asked(1), [look(1, true)]],
      [loaded(1), [request(1, refresh('r-0'))]],
      [rescued(1, 'r-1'), [like({ type: 'save', record })]],
      [
        unsaved(1),
        [
          reject(told),
          { type: 'warn', about: 'rotation' },
          { type: 'pause', flight: 1, ms: 250, isIdle: false },
        ],
      ],
      [paused(1), [look(1, true)]],
      [loaded(1), [like({ type: 'save', record })]],
      [saved(1), []],
    ]);
  });

  it('does not keep the code before it', () => {
    const [state, tasks] = after(initialState(CODE), [asked(1), loaded(1), rescued(1, 'r-1')]);
    expect(tasks).toEqual([
      like({ type: 'save', record: { ...record, origins: ['c'], spent: ['c'] } }),
    ]);
    const next = follow(state, [[saved(1), [reject(told)]]]);
    const [, then] = after(next, [asked(2), loaded(2)], at(1_000));
    expect(then).toEqual([request(2, refresh('r-1'))]);
  });

  it('is a failure like others for an app, which needs none', () => {
    const [state, tasks] = after(initialState(APP), [asked(1), loaded(1), rescued(1, 'r-1')]);
    expect(tasks).toEqual([reject(like({ message: useless.message, retryable: false }))]);
    expect(state.order.refreshToken).toBeUndefined();
  });
});

describe('a rotation that could not be saved', () => {
  const record = {
    value: 'a',
    refreshToken: 'r-1',
    origins: ['r-0'],
    spent: ['r-0'],
    obtainedAt: 0,
    expiresAt: LIFE_MS,
  };
  const save = (expectedVersion?: string) => ({ type: 'save', flight: 1, record, expectedVersion });
  const pause = (ms: number, isIdle = false) => ({ type: 'pause', flight: 1, ms, isIdle });
  const before = stored('', { refreshToken: 'r-0', expiresAt: 0 }, 'v-0');

  const unsavedOnce = follow(initialState(refresh('r-0'), true), [
    [asked(1), [look(1, false)]],
    [loaded(1, before), [lock(1)]],
    [locked(1), [look(1, true)]],
    [loaded(1, before), [request(1, refresh('r-0'))]],
    [granted(1, 'a', { refreshToken: 'r-1' }), [save('v-0')]],
    [unsaved(1), [serve('a'), { type: 'warn', about: 'rotation' }, pause(250)]],
  ]);

  it('is served from memory, and its lock is kept until it is saved', () => {
    follow(unsavedOnce, [
      [asked(2), [serve('a', 2)]],
      [paused(1), [look(1, true)]],
      [loaded(1, before), [save('v-0')]],
      [saved(1), [unlock(1)]],
    ]);
  });

  it('is saved again after 250 ms, 500 ms … 5 s, and told once', () => {
    const pauses: unknown[] = [];
    let state = unsavedOnce;
    for (let time = 0; time < 7; time += 1) {
      const [next, tasks] = after(state, [paused(1), loaded(1, before), unsaved(1)]);
      state = next;
      pauses.push(...tasks);
    }
    expect(pauses).toEqual([500, 1_000, 2_000, 4_000, 5_000, 5_000, 5_000].map((ms) => pause(ms)));
  });

  it('is saved again up to a tenth later, and keeps a process alive for a minute only', () => {
    const again = (ms: number) =>
      after(unsavedOnce, [paused(1), loaded(1, before), unsaved(1)], at(ms, 0.5))[1];
    expect(again(60_000)).toEqual([pause(525)]);
    expect(again(60_001)).toEqual([pause(525, true)]);
  });

  it('has landed if the store has it: a save may end after it was given up', () => {
    follow(unsavedOnce, [
      [paused(1), [look(1, true)]],
      [loaded(1, { record, version: 'v-1' }), [unlock(1)]],
    ]);
  });

  it('gives way to a newer record, whose token is used', () => {
    const newer = stored('b', { refreshToken: 'r-2', spent: ['r-0', 'r-1'] }, 'v-2');
    const state = follow(unsavedOnce, [
      [paused(1), [look(1, true)]],
      [loaded(1, newer), [serve('b'), unlock(1)]],
      [asked(2), [serve('b', 2)]],
    ]);
    expect(state.order).toMatchObject({ refreshToken: 'r-2' });
  });

  it('gives way to a newer record without a token that lives, and sends nothing for nobody', () => {
    const newer = stored('', { refreshToken: 'r-2', spent: ['r-0', 'r-1'], expiresAt: 0 }, 'v-2');
    const idle = follow(unsavedOnce, [
      [paused(1), [look(1, true)]],
      [loaded(1, newer), [unlock(1)]],
    ]);
    expect(idle.flight).toBeUndefined();
    follow(unsavedOnce, [
      [refused('a'), []],
      [asked(2), []],
      [paused(1), [look(1, true)]],
      [loaded(1, newer), [request(1, refresh('r-2'))]],
    ]);
  });

  it('is not taken back by an older record that was saved late', () => {
    const late = stored('z', { refreshToken: 'r-0', spent: [] }, 'v-late');
    follow(unsavedOnce, [
      [paused(1), [look(1, true)]],
      [loaded(1, late), [save('v-late')]],
    ]);
  });

  it('is told by no warning where another version was there, and looked for', () => {
    const [state, tasks] = after(initialState(refresh('r-0')), [
      asked(1),
      loaded(1),
      granted(1, 'a', { refreshToken: 'r-1' }),
      unsaved(1, true),
    ]);
    expect(tasks).toEqual([serve('a'), pause(250)]);
    const newer = stored('b', { refreshToken: 'r-2', spent: ['r-0', 'r-1'] }, 'v-2');
    expect(after(state, [paused(1), loaded(1, newer)])[1]).toEqual([serve('b')]);
  });

  it('stays while the store cannot be read: who needs another token is told so', () => {
    follow(unsavedOnce, [
      [paused(1), [look(1, true)]],
      [unread(1), [reject(like({ retryable: true, outcome: 'not-sent' })), pause(500)]],
      [paused(1), [look(1, true)]],
      [loaded(1, before), [save('v-0')]],
    ]);
  });

  it('waits for its turn again once another has taken over its lock', () => {
    follow(unsavedOnce, [
      [paused(1), [look(1, true)]],
      [overtaken(1), [unlock(1), lock(1)]],
      [lockless(1), [reject(like({ retryable: true })), pause(500)]],
      [paused(1), [look(1, false)]],
      [loaded(1, before), [lock(1)]],
      [locked(1), [look(1, true)]],
      [loaded(1, before), [save('v-0')]],
      [saved(1), [unlock(1)]],
    ]);
  });

  it('is no bar to a renewal: its refresh token is in memory, and the lock is held', () => {
    const next = { ...record, value: 'b', refreshToken: 'r-2', spent: ['r-0', 'r-1'] };
    follow(unsavedOnce, [
      [refused('a'), []],
      [asked(2), []],
      [paused(1), [look(1, true)]],
      [loaded(1, before), [request(1, refresh('r-1'))]],
      [granted(1, 'b', { refreshToken: 'r-2' }), [like({ type: 'save', record: next })]],
      [saved(1), [serve('b'), unlock(1)]],
    ]);
  });

  it('stays where that renewal fails', () => {
    const down = new TokenError('down', { retryable: true, outcome: 'not-sent' });
    follow(unsavedOnce, [
      [refused('a'), []],
      [asked(2), []],
      [paused(1), [look(1, true)]],
      [loaded(1, before), [request(1, refresh('r-1'))]],
      [failed(1, down), [reject(like({ message: 'down', retryAfterMs: 1_000 })), pause(500)]],
      [paused(1), [look(1, true)]],
      [loaded(1, before), [save('v-0')]],
      [saved(1), [unlock(1)]],
    ]);
  });

  it('lands, whoever leaves', () => {
    follow(unsavedOnce, [
      [refused('a'), []],
      [asked(2), []],
      [left(2), []],
      [paused(1), [look(1, true)]],
    ]);
  });

  it('of an app is served, told once, and left at that', () => {
    const events = [asked(1), loaded(1), granted(1, 'a')];
    const [state] = after(initialState(APP), events);
    const [next, tasks] = decide(state, unsaved(1), at(0));
    expect(tasks).toEqual([{ type: 'warn', about: 'save' }, serve('a')]);
    expect(next.flight).toBeUndefined();
    expect(decide(state, unsaved(1, true), at(0))[1]).toEqual([serve('a')]);
  });
});

describe('a renewal ahead of expiry that fails', () => {
  it('is told as a warning, and pauses the next', () => {
    const error = new TokenError('down', { retryable: true, outcome: 'not-sent' });
    const events = [asked(2), loaded(2), failed(2, error)];
    const [state, tasks] = after(warm(), events, at(SOFT_END_MS));
    expect(tasks).toEqual([reject(like({ message: 'down' })), { type: 'warn', about: 'renewal' }]);
    const until = SOFT_END_MS + 1_000;
    expect(state).toEqual({
      ...warm(),
      flights: 2,
      pause: { error, failures: 1, until, askedUntil: until },
    });
    expect(decide(state, asked(3), at(until - 1))[1]).toEqual([serve('a', 3)]);
    expect(decide(state, asked(3), at(until))[1]).toEqual([serve('a', 3), look(3, true)]);
  });

  it('is forgotten with the next one that works', () => {
    const pause = { error: new TokenError('down'), failures: 3, until: 0, askedUntil: 0 };
    const before = { ...warm(), pause };
    const events = [asked(2), loaded(2), granted(2, 'b', { obtainedAt: SOFT_END_MS }), saved(2)];
    const [state] = after(before, events, at(SOFT_END_MS));
    expect(state.pause).toBeUndefined();
    expect(state.held?.token.value).toBe('b');
  });
});

describe('a pause after a failed request', () => {
  const down = new TokenError('down', { retryable: true, outcome: 'not-sent' });
  const PAUSE_MS = 1_000;
  const pausing = follow(initialState(APP, true), [
    [asked(1), [look(1, false)]],
    [loaded(1), [lock(1)]],
    [locked(1), [look(1, true)]],
    [loaded(1), [request(1, APP)]],
    [failed(1, down), [reject(like({ message: 'down', retryAfterMs: PAUSE_MS })), unlock(1)]],
  ]);
  const rejectBefore = { ...reject(like({ retryAfterMs: PAUSE_MS })), until: PAUSE_MS };

  it('is waited out by who can wait: without the lock, and with another look after it', () => {
    const waiting = follow(pausing, [
      [asked(2), [look(2, false)]],
      [loaded(2), [{ type: 'pause', flight: 2, ms: PAUSE_MS, isIdle: false }, rejectBefore]],
      [asked(3), []],
      [asked(4, PAUSE_MS - 1), [{ ...reject(like({ retryAfterMs: PAUSE_MS })), waiter: 4 }]],
      [asked(5, PAUSE_MS), []],
    ]);
    follow(
      waiting,
      [
        [paused(2), [look(2, false)]],
        [loaded(2), [lock(2)]],
        [locked(2), [look(2, true)]],
        [loaded(2), [request(2, APP)]],
        [granted(2, 'a', { obtainedAt: PAUSE_MS }), [like({ type: 'save' })]],
        [saved(2), [serve('a'), unlock(2)]],
      ],
      at(PAUSE_MS),
    );
  });

  it('ends early with a token that the store has', () => {
    follow(pausing, [
      [asked(2), [look(2, false)]],
      [loaded(2, stored('b')), [serve('b')]],
    ]);
  });

  it('goes on where a timer came too early', () => {
    const waiting = after(pausing, [asked(2), loaded(2)])[0];
    follow(
      waiting,
      [
        [paused(2), [look(2, false)]],
        [
          loaded(2),
          [
            { type: 'pause', flight: 2, ms: 1, isIdle: false },
            { ...reject(like({ retryAfterMs: 1 })), until: PAUSE_MS },
          ],
        ],
      ],
      at(PAUSE_MS - 1),
    );
  });

  it('that began while others waited for the lock gives it back before it is waited out', () => {
    const pause = { error: down, failures: 1, until: PAUSE_MS, askedUntil: PAUSE_MS };
    const [state] = after(initialState(APP, true), [asked(1), loaded(1), locked(1)]);
    follow({ ...state, pause }, [
      [
        loaded(1),
        [unlock(1), { type: 'pause', flight: 1, ms: PAUSE_MS, isIdle: false }, rejectBefore],
      ],
    ]);
  });

  it('is not waited out for nobody', () => {
    const waiting = after(pausing, [asked(2), loaded(2)])[0];
    const [state, tasks] = decide(waiting, left(2), at(0));
    expect(tasks).toEqual([{ type: 'stop', flight: 2 }]);
    expect(state).toMatchObject({ flight: undefined, waiting: 0 });
  });

  it("is not waited out for nobody, though it is of a user's grant", () => {
    const user = follow(initialState(refresh('r-0')), [
      [asked(1), [look(1, true)]],
      [loaded(1), [request(1, refresh('r-0'))]],
      [failed(1, down), [reject(like({ message: 'down' }))]],
      [asked(2), [look(2, true)]],
      [loaded(2), [like({ type: 'pause' }), rejectBefore]],
    ]);
    expect(decide(user, left(2), at(0))[1]).toEqual([{ type: 'stop', flight: 2 }]);
  });

  it('is waited out by nobody after a failure that does not pass', () => {
    const wrong = new TokenError('wrong', { outcome: 'answered' });
    const told = like({ message: 'wrong', retryable: false, retryAfterMs: PAUSE_MS });
    const state = follow(initialState(APP), [
      [asked(1), [look(1, true)]],
      [loaded(1), [request(1, APP)]],
      [failed(1, wrong), [reject(told)]],
      [asked(2), [look(2, true)]],
      [loaded(2), [reject(told)]],
    ]);
    const [, tasks] = after(state, [asked(3), loaded(3)], at(PAUSE_MS));
    expect(tasks).toEqual([request(3, APP)]);
  });

  it('is no reason to fail who gets the token in use', () => {
    const state = { ...pausing, held: warm().held };
    expect(decide(state, asked(2, 0), at(0))[1]).toEqual([serve('a', 2)]);
  });
});

describe('a request that never ends', () => {
  const underWay = follow(initialState(refresh('r-0'), true), [
    [asked(1), [look(1, false)]],
    [loaded(1), [lock(1)]],
    [locked(1), [look(1, true)]],
    [loaded(1), [request(1, refresh('r-0'))]],
  ]);

  it('is waited for as long as any may take', () => {
    const [state, tasks] = step(underWay, asked(2), at(74_999));
    expect(tasks).toEqual([]);
    expect(state).toMatchObject({ flight: { id: 1 }, waiting: 2 });
  });

  it('is then stopped, gives back its lock, and hands over those who wait', () => {
    const [state, tasks] = step(underWay, asked(2), at(75_000));
    expect(tasks).toEqual([{ type: 'stop', flight: 1 }, unlock(1), look(2, false)]);
    expect(state).toMatchObject({ flight: { id: 2, isAhead: false }, waiting: 2 });
  });

  it('is waited for the longer, the later it was heard of last', () => {
    const [heard] = after(
      underWay,
      [failed(1, new TokenError('lost', { retryable: true }))],
      at(70_000),
    );
    expect(step(heard, asked(2), at(144_999))[1]).toEqual([]);
    expect(step(heard, asked(2), at(145_000))[1]).toHaveLength(3);
  });

  it('hands over a rotation that was not saved: whoever asks next has it saved', () => {
    const record = like({ value: 'a', refreshToken: 'r-1', origins: ['r-0'], spent: ['r-0'] });
    const [lost] = after(underWay, [granted(1, 'a', { refreshToken: 'r-1' }), unsaved(1)]);
    follow(
      lost,
      [
        [asked(2), [serve('a', 2), { type: 'stop', flight: 1 }, unlock(1), look(2, false)]],
        [loaded(2), [lock(2)]],
        [locked(2), [look(2, true)]],
        [loaded(2), [like({ type: 'save', flight: 2, record })]],
        [saved(2), [unlock(2)]],
      ],
      at(75_000),
    );
  });
});

describe('a lock that is lost each time', () => {
  it('is asked for three times again; then there is none', () => {
    const lost: TokenEvent = { type: 'overtaken', flight: 1 };
    const [begun] = after(initialState(refresh('r-0'), true), [asked(1), loaded(1), locked(1)]);
    const [tried] = after(begun, [lost, locked(1), lost, locked(1), lost, locked(1)]);
    const [state, tasks] = decide(tried, lost, at(0));
    expect(state.flight).toBeUndefined();
    expect(tasks).toEqual([
      reject(like({ name: 'TokenError', retryable: true })),
      { type: 'unlock', flight: 1 },
    ]);
  });
});
