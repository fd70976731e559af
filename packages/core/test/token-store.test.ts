import { queryObjects } from 'node:v8';
import { describe, expect, it } from 'vitest';
import { ConfigError, TokenError } from '../src/errors.js';
import {
  type ClientCredentials,
  type Grant,
  isUsersGrant,
  type RefreshToken,
} from '../src/grants.js';
import type { SdkEvent } from '../src/observe.js';
import { checkGrant, storeKey } from '../src/options.js';
import { createTokenProvider } from '../src/token-provider.js';
import {
  memoryStore,
  type Reading,
  Shelf,
  type TokenLock,
  type TokenRecord,
  type TokenStore,
  tokenOf,
} from '../src/token-store.js';
import { manualClock } from './manual-clock.js';

const APP: Grant = { type: 'client_credentials' };
const REFRESH: Grant = { type: 'refresh_token', refreshToken: 'r-0' };

const setUp = (store: TokenStore) => {
  const clock = manualClock();
  const events: SdkEvent[] = [];
  let requests = 0;
  const connect = ({ fails = false, grant = APP }: { fails?: boolean; grant?: Grant } = {}) =>
    createTokenProvider<Grant>({
      endpoint: {
        grants: ['client_credentials', 'refresh_token'],
        defaultLifetimeMs: 900_000,
        requestToken: async (_transport, { grantType }) => {
          requests += 1;
          if (fails) throw new TokenError('no token today');
          const rotated = isUsersGrant({ type: grantType } as Grant) && {
            refresh_token: `r-${requests}`,
          };
          return { access_token: `token-${requests}`, expires_in: 900, ...rotated };
        },
      },
      transport: { call: () => expect.unreachable() },
      grant,
      credentials: async () => ({ clientId: 'id', clientSecret: 'secret' }),
      clock,
      random: () => 0,
      tell: (event) => events.push(event),
      store,
      key: 'key',
    });
  return { clock, connect, events, requests: () => requests };
};

const record = (
  clock: { now(): number },
  value = 'stored',
  ageMs = 0,
  lifeMs = 900_000,
): TokenRecord => ({
  value,
  obtainedAt: clock.now() - ageMs,
  expiresAt: clock.now() - ageMs + lifeMs,
});

describe('a token store', () => {
  it('saves a request to the next client', async () => {
    const { connect, requests } = setUp(memoryStore());
    expect((await connect().get()).value).toBe('token-1');
    expect((await connect().get()).value).toBe('token-1');
    expect(requests()).toBe(1);
  });

  it('is asked before a grant is spent, and only for a token that still lives', async () => {
    const store = memoryStore();
    const { clock, connect, requests } = setUp(store);
    await store.save('key', record(clock, 'old', 895_000), {
      expectedVersion: undefined,
      ttlMs: undefined,
    });
    expect((await connect().get()).value).toBe('token-1');
    expect(requests()).toBe(1);
  });

  it('does not bring back a token that the API refused', async () => {
    const { connect } = setUp(memoryStore());
    const tokens = connect();
    tokens.invalidate((await tokens.get()).value);
    expect((await tokens.get()).value).toBe('token-2');
  });

  it('brings the token that another process has renewed', async () => {
    const store = memoryStore();
    const { clock, connect, requests } = setUp(store);
    const tokens = connect();
    await tokens.get();
    await clock.advance(800_000);
    const { version } = (await store.load('key')) ?? {};
    await store.save('key', record(clock, 'of-the-other'), {
      expectedVersion: version,
      ttlMs: undefined,
    });
    await tokens.get();
    await clock.advance(0);
    expect((await tokens.get()).value).toBe('of-the-other');
    expect(requests()).toBe(1);
  });

  it('of a machine whose clock is ahead gives no longer life than the token has', async () => {
    const store = memoryStore();
    const { clock, connect, requests } = setUp(store);
    await store.save('key', record(clock, 'from-ahead', -600_000), {
      expectedVersion: undefined,
      ttlMs: undefined,
    });
    const tokens = connect();
    expect((await tokens.get()).value).toBe('from-ahead');
    await clock.advance(891_000);
    expect((await tokens.get()).value).toBe('token-1');
    expect(requests()).toBe(1);
  });

  it('that fails is told as a warning, and the call goes on from memory', async () => {
    const broken = async (): Promise<never> => {
      throw new Error('disk full');
    };
    const lock = async () => ({ fence: '1', release: broken });
    const { clock, connect, events } = setUp({ load: broken, save: broken, lock });
    const tokens = connect();
    expect((await tokens.get()).value).toBe('token-1');
    expect((await tokens.get()).value).toBe('token-1');
    await clock.advance(0);
    expect(events).toEqual(
      [
        'failed to load; the token is kept in memory',
        'failed to load; the token is kept in memory',
        'failed to save; the token is kept in memory',
        'failed to release its lock',
      ].map((what) => ({ type: 'warning', message: `The token store ${what}.` })),
    );
  });

  it('that answers in time leaves no timer behind', async () => {
    const { clock, connect } = setUp(memoryStore());
    await connect().get();
    await clock.advance(0);
    expect(clock.pending()).toBe(0);
  });

  it('in memory saves only over the version that was loaded', async () => {
    const store = memoryStore();
    const { clock } = setUp(store);
    const save = (value: string, expectedVersion: string | undefined) =>
      store.save('key', record(clock, value), { expectedVersion, ttlMs: 1 });
    expect(await save('a', undefined)).toBe(true);
    expect(await save('b', undefined)).toBe(false);
    expect(await save('c', (await store.load('key'))?.version)).toBe(true);
    expect((await store.load('key'))?.record.value).toBe('c');
  });
});

describe('the record of a token', () => {
  it('has the life that the answer stated, however long the secret was fetched before', async () => {
    const store = memoryStore();
    const clock = manualClock();
    const tokens = createTokenProvider<ClientCredentials>({
      endpoint: {
        grants: ['client_credentials'],
        defaultLifetimeMs: 900_000,
        requestToken: async () => {
          await clock.advance(700);
          return { access_token: 'a', expires_in: 2 };
        },
      },
      transport: { call: () => expect.unreachable() },
      grant: { type: 'client_credentials' },
      credentials: async () => {
        await clock.advance(3_000);
        return { clientId: 'id', clientSecret: 'secret' };
      },
      clock,
      random: () => 0,
      tell: () => {},
      store,
      key: 'key',
    });
    const startedAt = clock.now();
    await tokens.get();
    const { obtainedAt, expiresAt } = (await store.load('key'))?.record ?? {};
    expect([obtainedAt, expiresAt]).toEqual([startedAt + 3_000, startedAt + 5_000]);
  });
});

describe('a store in memory', () => {
  const names = async (store: TokenStore, keys: readonly string[]): Promise<string[]> => {
    const found = await Promise.all(
      keys.map(async (key) => ((await store.load(key)) ? [key] : [])),
    );
    return found.flat();
  };
  const fill = async (store: TokenStore, keys: readonly string[], refreshToken?: string) => {
    for (const key of keys) {
      const kept = { ...record(manualClock(), 'a'), refreshToken };
      await store.save(key, kept, { expectedVersion: undefined, ttlMs: undefined });
    }
  };
  const keys = (count: number): string[] => Array.from({ length: count }, (_, at) => `key-${at}`);

  it('keeps the 1,000 tokens that were used last', async () => {
    const store = memoryStore();
    await fill(store, keys(1_000));
    expect(await names(store, ['key-0'])).toEqual(['key-0']);
    await fill(store, ['one', 'two']);
    expect(await names(store, keys(4))).toEqual(['key-0', 'key-3']);
    expect(await names(store, [...keys(1_000), 'one', 'two'])).toHaveLength(1_000);
  });

  it('drops no token that has a refresh token', async () => {
    const store = memoryStore();
    await fill(store, keys(3_000), 'r');
    await fill(store, ['app']);
    expect(await names(store, [...keys(3_000), 'app'])).toHaveLength(3_001);
  });

  it('counts a token once, however often it is saved, and not once it has a refresh token', async () => {
    const store = memoryStore();
    await fill(store, keys(1_000));
    for (const refreshToken of [undefined, 'r']) {
      const expectedVersion = (await store.load('key-0'))?.version;
      const kept = { ...record(manualClock(), 'b'), refreshToken };
      expect(await store.save('key-0', kept, { expectedVersion, ttlMs: 1 })).toBe(true);
    }
    await fill(store, ['one']);
    expect(await names(store, [...keys(1_000), 'one'])).toHaveLength(1_001);
  });
});

describe('what a client asks of its store', () => {
  const stored = { value: 'a', obtainedAt: 1_000, expiresAt: 901_000 };
  /** Of an answer of which only the refresh token could be used. */
  const rescued = { value: '', refreshToken: 'r', obtainedAt: 1_000, expiresAt: 1_000 };

  const shelf = (store?: Partial<TokenStore>) => {
    const events: SdkEvent[] = [];
    const clock = manualClock();
    const tools = { clock, tell: (event: SdkEvent) => events.push(event) };
    const { lock: _, ...lockless } = memoryStore();
    return {
      clock,
      events,
      shelf: new Shelf(store && { ...lockless, ...store }, { key: 'key', isUsers: false }, tools),
    };
  };
  const holding = (record?: unknown) =>
    shelf({ load: async () => ({ record, version: '1' }) as never });

  it.each([
    ['is missing', undefined],
    ['is text', 'token'],
    ['has no text as its token', { ...stored, value: ['a'] }],
    ['has a token that cannot be sent', { ...stored, value: 'a b' }],
    ['has no token at all', { ...stored, value: '' }],
    ['has no text as its refresh token', { ...stored, refreshToken: 1 }],
    ['has no list of what was spent', { ...stored, refreshToken: 'r', spent: null }],
    ['has no text in that list', { ...stored, refreshToken: 'r', spent: ['c', 1] }],
    ['has text as its beginning', { ...stored, obtainedAt: '1000' }],
    ['has text as its end', { ...stored, expiresAt: '901000' }],
    ['ends as it begins', { ...stored, expiresAt: stored.obtainedAt }],
    ['ends before it begins', { ...stored, expiresAt: 0 }],
    ['ends before it begins, though it has no token', { ...rescued, expiresAt: 999 }],
    ['lives longer than a day', { ...stored, expiresAt: stored.obtainedAt + 86_400_001 }],
  ])('is not a record that %s: that is told as a warning', async (_what, record) => {
    const { shelf, events } = holding(record);
    expect(await shelf.load(false, undefined)).toEqual({ type: 'loaded', stored: undefined });
    const message =
      'The token store holds something that is no token; the token is kept in memory.';
    expect(events).toEqual([{ type: 'warning', message }]);
  });

  it.each([
    ['of an app', stored],
    ['of a user', { ...stored, refreshToken: 'r', spent: ['c'] }],
    ['that lives for a day', { ...stored, expiresAt: stored.obtainedAt + 86_400_000 }],
    ['of a refresh token alone', rescued],
  ])('is a record %s', async (_what, record) => {
    const { shelf, events } = holding(record);
    expect(await shelf.load(false, undefined)).toEqual({
      type: 'loaded',
      stored: { record, version: '1' },
    });
    expect(events).toEqual([]);
  });

  it('may be missing, and written as null', async () => {
    const { shelf: empty, events } = shelf({ load: async () => null as never });
    expect(await empty.load(false, undefined)).toEqual({ type: 'loaded', stored: undefined });
    expect(events).toEqual([]);
  });

  it.each([
    ['throws', async () => Promise.reject(new Error('canary'))],
    [
      'throws at once',
      () => {
        throw new Error('canary');
      },
    ],
  ])('is not known where loading %s: that is no empty store', async (_what, load) => {
    const { shelf: broken, events } = shelf({ load });
    expect(await broken.load(true, undefined)).toEqual({ type: 'unread' });
    const message = 'The token store failed to load; the token is kept in memory.';
    expect(events).toEqual([{ type: 'warning', message }]);
  });

  it.each([
    ['500 ms at a look that is not the last', false, 500],
    ['10 s at the last look', true, 10_000],
  ])('is waited for up to %s, and then not known', async (_what, isLast, limitMs) => {
    const { clock, shelf: slow } = shelf({ load: () => new Promise(() => {}) });
    const readings: Reading[] = [];
    const reading = slow.load(isLast, undefined).then((one) => readings.push(one));
    await clock.advance(limitMs - 1);
    expect(readings).toEqual([]);
    await clock.advance(1);
    await reading;
    expect(readings).toEqual([{ type: 'unread' }]);
    expect(clock.pending()).toBe(0);
  });

  const heldBy = (isHeld: TokenLock['isHeld']): TokenLock => ({
    fence: '1',
    ...(isHeld && { isHeld }),
    release: async () => {},
  });

  it.each<readonly [string, TokenLock, Reading['type']]>([
    ['counts while the lock is held', heldBy(async () => true), 'loaded'],
    ['counts where the lock cannot tell', heldBy(undefined), 'loaded'],
    ['counts no more once another has taken the lock over', heldBy(async () => false), 'overtaken'],
    [
      'is not known where the lock fails to tell',
      heldBy(async () => Promise.reject(new Error('gone'))),
      'unread',
    ],
  ])('%s', async (_what, lock, type) => {
    const { shelf: full } = shelf({ load: async () => ({ record: stored, version: '1' }) });
    expect(await full.load(true, lock)).toMatchObject({ type });
  });

  it('asks whether its lock is held after it was loaded, not before', async () => {
    const order: string[] = [];
    const load = async (): Promise<undefined> => void order.push('load');
    const lock = heldBy(async () => order.push('is it held?') > 0);
    await shelf({ load }).shelf.load(true, lock);
    expect(order).toEqual(['load', 'is it held?']);
  });

  it.each([
    ['the life of a token that can be had again', {}, 900_000],
    ['no life of a refresh token', { refreshToken: 'r' }, undefined],
  ])('is to keep a record, with the version before it and %s', async (_what, fields, ttlMs) => {
    const saved: unknown[] = [];
    const { shelf: full } = shelf({ save: async (...all) => saved.push(all) > 0 });
    const record = { ...stored, ...fields };
    expect(await full.save(record, '7')).toEqual({ type: 'saved' });
    expect(saved).toEqual([['key', record, { expectedVersion: '7', ttlMs }]]);
  });

  it.each<readonly [string, TokenStore['save'], boolean]>([
    ['was refused where another version is there', async () => false, true],
    ['failed where saving throws', async () => Promise.reject(new Error('disk full')), false],
    ['failed where saving takes more than 500 ms', () => new Promise(() => {}), false],
  ])('says of a record that it %s', async (_what, save, isRefused) => {
    const { clock, events, shelf: full } = shelf({ save });
    const saving = full.save(stored, undefined);
    await clock.advance(500);
    expect(await saving).toEqual({ type: 'unsaved', isRefused });
    // Who decides what becomes of it tells it.
    expect([events, clock.pending()]).toEqual([[], 0]);
  });

  it('is nothing without a store', async () => {
    const { shelf: none, events } = shelf();
    expect(await none.load(true, undefined)).toEqual({ type: 'loaded', stored: undefined });
    expect(await none.save(stored, undefined)).toEqual({ type: 'saved' });
    expect(events).toEqual([]);
  });

  it('is a lock back, however long that takes', async () => {
    const { clock, events, shelf: full } = shelf({});
    let give = (): void => {};
    const release = (): Promise<void> =>
      new Promise((resolve) => {
        give = resolve;
      });
    let isBack = false;
    const unlocking = full.unlock({ fence: '1', release }).then(() => {
      isBack = true;
    });
    await clock.advance(3_600_000);
    expect([isBack, clock.pending(), events]).toEqual([false, 0, []]);
    give();
    await unlocking;
    expect(events).toEqual([]);
  });

  it.each<readonly [string, TokenLock['release']]>([
    ['rejects', async () => Promise.reject(new Error('canary'))],
    [
      'throws',
      () => {
        throw new Error('canary');
      },
    ],
  ])('warns of a lock that %s as it is given back', async (_what, release) => {
    const { events, shelf: full } = shelf({});
    await full.unlock({ fence: '1', release });
    const message = 'The token store failed to release its lock.';
    expect(events).toEqual([{ type: 'warning', message }]);
  });

  it.each([
    ['without a store', undefined],
    ['with one that has none', {}],
  ])('is no lock %s', async (_what, store) => {
    const { shelf: lockless, events } = shelf(store);
    expect([lockless.hasLock, await lockless.lock()]).toEqual([false, undefined]);
    expect(events).toEqual([]);
  });

  it.each([
    ['null', null],
    ['an object that cannot be given back', {}],
  ])('is no lock if the store gives %s', async (_what, given) => {
    const { shelf: lockless } = shelf({ lock: async () => given as never });
    expect(await lockless.lock()).toBeUndefined();
  });

  it('becomes a bearer token again', () => {
    expect(tokenOf({ ...stored, refreshToken: 'r' })).toMatchObject({
      value: 'a',
      tokenType: 'Bearer',
      refreshToken: 'r',
      expiresAt: new Date(901_000),
    });
  });
});

describe("a user's stored tokens", () => {
  it('are resumed without a refresh token of the program', async () => {
    const store = memoryStore();
    const clock = manualClock();
    const past = clock.now() - 900_000;
    const old = { value: 'old', refreshToken: 'r-7', obtainedAt: past, expiresAt: clock.now() - 1 };
    await store.save('key', old, { expectedVersion: undefined, ttlMs: undefined });
    const sent: unknown[] = [];
    const tokens = createTokenProvider<RefreshToken>({
      endpoint: {
        grants: ['refresh_token'],
        defaultLifetimeMs: 900_000,
        requestToken: async (_transport, { refreshToken }) => {
          sent.push(refreshToken);
          return { access_token: 'new', expires_in: 900 };
        },
      },
      transport: { call: () => expect.unreachable() },
      grant: { type: 'refresh_token' },
      credentials: async () => ({ clientId: 'id', clientSecret: 'secret' }),
      clock,
      random: () => 0,
      tell: () => {},
      store,
      key: 'key',
    });
    expect((await tokens.get()).value).toBe('new');
    expect(sent).toEqual(['r-7']);
  });

  it('need a store, or a refresh token', () => {
    expect(() => checkGrant({ type: 'refresh_token' }, ['refresh_token'], 'x/1')).toThrow(
      "The grant 'refresh_token' needs 'refreshToken'",
    );
    expect(checkGrant({ type: 'refresh_token' }, ['refresh_token'], 'x/1', true)).toBeDefined();
    expect(() =>
      checkGrant<ClientCredentials>('client_credentials' as never, ['client_credentials'], 'x/1'),
    ).toThrow("The option 'grant' must be an object");
  });
});

describe('the name of a token in a store', () => {
  const target = { origin: 'https://api.example', prefix: '/marketing' };
  const user = { type: 'refresh_token', refreshToken: 'secret' } as const;

  it('tells clients, places, kinds of grant and users apart, and holds no secret', () => {
    const keys = [
      storeKey(target, { type: 'client_credentials' }, { clientId: 'a' }),
      storeKey(target, { type: 'client_credentials' }, { clientId: 'b' }),
      storeKey({ ...target, prefix: '' }, { type: 'client_credentials' }, { clientId: 'a' }),
      storeKey(target, user, { clientId: 'a', subject: 'u1' }),
      storeKey(target, user, { clientId: 'a', subject: 'u2' }),
      storeKey(target, user, { clientId: 'a client', subject: 'u2' }),
    ];
    expect(new Set(keys).size).toBe(keys.length);
    expect(keys.join()).not.toContain('secret');
  });

  it('is the same for a code and for the refresh token that follows it', () => {
    const code = { type: 'authorization_code', code: 'c', redirectUri: 'https://x' } as const;
    expect(storeKey(target, code, { clientId: 'a', subject: 'u' })).toBe(
      storeKey(target, user, { clientId: 'a', subject: 'u' }),
    );
  });

  it('has no place for a user in the own token of an app', () => {
    const app = { type: 'client_credentials' } as const;
    expect(() => storeKey(target, app, { clientId: 'a', subject: 'u' })).toThrow(
      "The option 'subject' goes with a user's grant",
    );
  });

  it('needs a subject where users share a store', () => {
    expect(() => storeKey(target, user, { clientId: 'a', store: memoryStore() })).toThrow(
      ConfigError,
    );
  });
});

describe('a store that refuses its place', () => {
  const refuse = async (): Promise<never> => {
    throw new ConfigError('tokens/a.json is a symbolic link.');
  };

  it.each(['load', 'lock', 'save'] as const)('says so to who waits: %s', async (what) => {
    const { connect, events } = setUp({ ...memoryStore(), [what]: refuse });
    const tokens = connect();
    await expect(tokens.get()).rejects.toThrow('is a symbolic link');
    await expect(tokens.get()).rejects.toThrow(ConfigError);
    expect(events).toEqual([]);
  });
});

describe('a lock of a store', () => {
  it('has clients that share a store renew once, whoever comes first', async () => {
    const { connect, requests } = setUp(memoryStore());
    const all = Array.from({ length: 10 }, () => connect().get());
    const values = new Set((await Promise.all(all)).map(({ value }) => value));
    expect([...values]).toEqual(['token-1']);
    expect(requests()).toBe(1);
  });

  it('is what makes it so: without it each client renews the token of its app', async () => {
    const { lock: _, ...store } = memoryStore();
    const { connect, requests } = setUp(store);
    await Promise.all(Array.from({ length: 10 }, () => connect().get()));
    expect(requests()).toBe(10);
  });

  it("is not needed within a process for a user's token: clients with one store object take turns", async () => {
    const { lock: _, ...store } = memoryStore();
    const { connect, requests } = setUp(store);
    const all = Array.from({ length: 10 }, () => connect({ grant: REFRESH }).get());
    const values = new Set((await Promise.all(all)).map(({ value }) => value));
    expect([...values]).toEqual(['token-1']);
    expect(requests()).toBe(1);
  });

  it('is released when the token is there, and when there is none', async () => {
    const store = memoryStore();
    const { clock, connect } = setUp(store);
    await connect().get();
    const signal = AbortSignal.timeout(1_000);
    const held = await store.lock?.('key', { signal });
    expect(held?.fence).toBe('2');
    await held?.release();
    await clock.advance(900_000);
    const failing = connect({ fails: true });
    await expect(failing.get()).rejects.toThrow('no token today');
    // The third was the one that failed.
    expect((await store.lock?.('key', { signal }))?.fence).toBe('4');
  });

  it('that is not given in 20 s is done without, told as a warning, and released when it comes late', async () => {
    const store = memoryStore();
    let isReleased = false;
    let give = (): void => {};
    const asked: AbortSignal[] = [];
    const late: NonNullable<TokenStore['lock']> = (_key, { signal }) =>
      new Promise((resolve) => {
        asked.push(signal);
        const release = async (): Promise<void> => {
          isReleased = true;
        };
        give = () => resolve({ fence: '1', release });
      });
    const { clock, connect, events } = setUp({ ...store, lock: late });
    const waiting = connect().get();
    await clock.advance(20_000);
    expect((await waiting).value).toBe('token-1');
    expect(asked.map(({ aborted }) => aborted)).toEqual([true]);
    expect(events).toEqual([
      {
        type: 'warning',
        message: 'The token store gave no lock; others may renew at the same time.',
      },
    ]);
    give();
    await clock.advance(0);
    expect(isReleased).toBe(true);
  });

  it.each<readonly [what: 'load' | 'save', whose: string, Grant]>([
    ['save', "a user's token", REFRESH],
    ['load', "a user's token", REFRESH],
    ['load', 'the token of an app', APP],
  ])(
    'is kept until a slow %s has ended, so that nothing is spent twice: %s',
    async (what, _whose, grant) => {
      const shared = memoryStore();
      const slow: TokenStore = {
        ...shared,
        [what]: async (...args: never[]) => {
          await new Promise<void>((resolve) => clock.after(9_000, resolve));
          return (shared[what] as (...args: never[]) => unknown)(...args);
        },
      };
      const { clock, connect, requests } = setUp(slow);
      const [one, other] = [connect({ grant }), connect({ grant })];
      const all = Promise.all([one.get(), other.get()]);
      for (let second = 0; second < 60; second += 1) await clock.advance(1_000);
      const values = (await all).map(({ value }) => value);
      expect(values).toEqual(['token-1', 'token-1']);
      expect(requests()).toBe(1);
    },
  );

  it('of the token of an app is given back where a save never ends', async () => {
    const shared = memoryStore();
    const { clock, connect } = setUp({ ...shared, save: () => new Promise(() => {}) });
    const waiting = connect().get();
    await clock.advance(0);
    await clock.advance(500);
    expect((await waiting).value).toBe('token-1');
    const held = shared.lock?.('key', { signal: AbortSignal.timeout(5_000) });
    expect((await held)?.fence).toBe('2');
  });

  it('ends with the signal of who waits for it, and lets the next one have it', async () => {
    const store = memoryStore();
    const first = await store.lock?.('key', { signal: AbortSignal.timeout(1_000) });
    const leaving = new AbortController();
    const gone = store.lock?.('key', { signal: leaving.signal });
    const next = store.lock?.('key', { signal: AbortSignal.timeout(1_000) });
    leaving.abort(new Error('gone'));
    await expect(gone).rejects.toThrow('gone');
    await first?.release();
    expect((await next)?.fence).toBe('2');
  });

  it('goes from one to the next, however many wait', async () => {
    const store = memoryStore();
    const signal = AbortSignal.timeout(1_000);
    const first = await store.lock?.('key', { signal });
    const waiting = store.lock?.('key', { signal });
    await first?.release();
    const second = await waiting;
    let isThere = false;
    const last = store.lock?.('key', { signal }).then((third) => {
      isThere = true;
      return third;
    });
    await new Promise((resolve) => setImmediate(resolve));
    expect(isThere).toBe(false);
    await second?.release();
    expect((await last)?.fence).toBe('3');
  });

  it('leaves nothing behind of a name that nobody holds or waits for', async () => {
    const store = memoryStore();
    const signal = AbortSignal.timeout(5_000);
    const count = (): number => Number(queryObjects(Promise));
    const before = count();
    for (let user = 0; user < 1_000; user += 1)
      await (await store.lock?.(`user-${user}`, { signal }))?.release();
    await new Promise((resolve) => setImmediate(resolve));
    expect(count() - before).toBeLessThan(500);
    expect((await store.lock?.('user-0', { signal }))?.fence).toBe('1001');
  });
});
