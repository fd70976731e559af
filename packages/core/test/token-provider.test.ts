import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { describe, expect, it, vi } from 'vitest';
import { ApiError, ConnectionError, ReauthRequiredError, TokenError } from '../src/errors.js';
import type { Grant } from '../src/grants.js';
import type { SdkEvent } from '../src/observe.js';
import type { Transport } from '../src/operation.js';
import type { TokenResponse } from '../src/token-endpoint.js';
import { ageMs, heldOf, windows } from '../src/token-life.js';
import { createTokenProvider } from '../src/token-provider.js';
import {
  memoryStore,
  type TokenLock,
  type TokenRecord,
  type TokenStore,
} from '../src/token-store.js';
import { fails } from './api.js';
import { manualClock } from './manual-clock.js';

const LIFE_S = 900;

/** Never used: the endpoint below answers by hand. */
const transport: Transport = { call: () => expect.unreachable() };

interface Request {
  readonly grant: Grant;
  readonly signal: AbortSignal | undefined;
  answer(fields?: TokenResponse): void;
  fail(error: unknown): void;
}

/** A provider over an endpoint whose requests the test answers by hand. */
const setUp = (
  grant: Grant = { type: 'client_credentials' },
  secret = async () => 'secret',
  store?: TokenStore,
) => {
  const clock = manualClock();
  const requests: Request[] = [];
  const events: SdkEvent[] = [];
  const tokens = createTokenProvider<Grant>({
    endpoint: {
      grants: ['client_credentials', 'authorization_code', 'refresh_token'],
      defaultLifetimeMs: 300_000,
      requestToken: (
        _transport,
        { clientId: _id, clientSecret: _secret, grantType, ...fields },
        { signal },
      ) =>
        new Promise((resolve, reject) => {
          const number = requests.length + 1;
          requests.push({
            grant: { type: grantType, ...fields } as Grant,
            signal,
            answer: (fields = {}) =>
              resolve({
                access_token: `token-${number}`,
                token_type: 'Bearer',
                expires_in: LIFE_S,
                ...fields,
              }),
            fail: reject,
          });
          signal?.addEventListener('abort', () => reject(signal.reason));
        }),
    },
    transport,
    grant,
    credentials: async () => ({ clientId: 'id', clientSecret: await secret() }),
    clock,
    random: () => 0,
    tell: (event) => events.push(event),
    store,
  });
  // The way through a store is long.
  const turn = async (): Promise<void> => {
    for (let time = 0; time < 5; time += 1) await clock.advance(0);
  };
  /** Gets a first token. */
  const warm = async (fields?: TokenResponse): Promise<void> => {
    const got = tokens.get();
    await turn();
    requests.at(-1)?.answer(fields);
    await got;
  };
  return { clock, requests, events, tokens, turn, warm };
};

const warnings = (events: readonly SdkEvent[]): string[] =>
  events.flatMap((event) => (event.type === 'warning' ? [event.message] : []));

describe('windows of a token', () => {
  it.each([
    [900_000, 791_000, 890_000],
    [300_000, 236_000, 290_000],
    [3_000, 1_460, 2_000],
    [2_000, 1_140, 1_500],
    [1_000, 570, 750],
  ])(
    'a life of %i ms is renewed from %i ms and served until %i ms, at the smallest window',
    (life, soft, hard) => {
      expect(windows(life, 0)).toEqual({ softEndMs: soft, hardEndMs: hard });
    },
  );

  it('the largest window begins 120 s before the end of 900 s, and at 1.4 s of 3 s', () => {
    expect(windows(900_000, 1).softEndMs).toBe(780_000);
    expect(windows(3_000, 1).softEndMs).toBe(1_400);
  });
});

describe('the age of a token', () => {
  const OBTAINED_AT = 1_000_000;
  const LIFE_MS = LIFE_S * 1_000;
  const record = { value: 'a', obtainedAt: OBTAINED_AT, expiresAt: OBTAINED_AT + LIFE_MS };

  it.each([
    ['goes on from what a record says', 10_000, { wall: OBTAINED_AT, monotonic: 40_000 }],
    [
      'is nothing where its clock was ahead of this one',
      -5_000,
      { wall: OBTAINED_AT - 5_000, monotonic: 50_000 },
    ],
  ])('%s', (_what, passedMs, requestedAt) => {
    const now = { wall: OBTAINED_AT + passedMs, monotonic: 50_000, random: 0 };
    const { token: _, ...moments } = heldOf(record, now);
    expect(moments).toEqual({ requestedAt, ...windows(LIFE_MS, 0) });
  });

  it.each([
    ['the monotonic clock where both agree', 20_000, 20_000, 20_000],
    ['the monotonic clock where the wall clock was set back', 20_000, -3_600_000, 20_000],
    ['the monotonic clock where the wall clock is up to 30 s ahead of it', 10_000, 40_000, 10_000],
    ['the wall clock where it is further ahead: the machine slept', 10_000, 40_001, 40_001],
  ])('is by %s', (_what, monotonicMs, wallMs, age) => {
    const held = heldOf(record, { wall: OBTAINED_AT, monotonic: 50_000, random: 0 });
    const now = { wall: OBTAINED_AT + wallMs, monotonic: 50_000 + monotonicMs };
    expect(ageMs(held, now)).toBe(age);
  });
});

describe('one flight', () => {
  it('fetches once for 1,000 concurrent callers', async () => {
    const { tokens, requests, turn } = setUp();
    const all = Array.from({ length: 1_000 }, () => tokens.get());
    await turn();
    requests[0]?.answer();
    const values = new Set((await Promise.all(all)).map(({ value }) => value));
    expect([...values]).toEqual(['token-1']);
    expect(requests).toHaveLength(1);
  });

  it('rejects all callers with one error, and the next call after the pause tries again', async () => {
    const { clock, tokens, requests, turn } = setUp();
    const all = Promise.allSettled(Array.from({ length: 10 }, () => tokens.get()));
    await turn();
    requests[0]?.fail(new ConnectionError('getToken failed: the connection was refused.'));
    const reasons = new Set(
      (await all).map((result) => (result.status === 'rejected' ? result.reason : undefined)),
    );
    expect(reasons.size).toBe(1);
    expect([...reasons][0]).toBeInstanceOf(TokenError);
    await clock.advance(1_000);
    const again = tokens.get();
    await turn();
    requests[1]?.answer();
    expect((await again).value).toBe('token-2');
  });

  it('lets one waiter leave without the others', async () => {
    const { tokens, requests, turn } = setUp();
    const leaving = new AbortController();
    const gone = tokens.get({ signal: leaving.signal });
    const staying = tokens.get();
    await turn();
    leaving.abort(new Error('gone'));
    await expect(gone).rejects.toThrow('gone');
    requests[0]?.answer();
    expect((await staying).value).toBe('token-1');
    expect(requests).toHaveLength(1);
  });

  it('stops the request when the last waiter has left, and does not keep it', async () => {
    const { tokens, requests, turn } = setUp();
    const leaving = new AbortController();
    const gone = Promise.allSettled([
      tokens.get({ signal: leaving.signal }),
      tokens.get({ signal: leaving.signal }),
    ]);
    await turn();
    leaving.abort(new Error('gone'));
    await gone;
    expect(requests[0]?.signal?.reason).toMatchObject({
      name: 'TokenError',
      message: 'Nobody waits for this token any more.',
    });
    const next = tokens.get();
    await turn();
    expect(requests).toHaveLength(2);
    requests[1]?.answer();
    expect((await next).value).toBe('token-2');
  });

  it('counts as lost after 75 s: the work of a request that ended may have been dropped', async () => {
    let isDropped = false;
    const secret = (): Promise<string> =>
      isDropped ? new Promise(() => {}) : Promise.resolve('secret');
    const { tokens, requests, clock, turn, warm } = setUp(undefined, secret);
    await warm();
    isDropped = true;
    const timers = vi.spyOn(clock, 'after').mockReturnValue(() => {});
    await clock.advance(816_000);
    expect((await tokens.get()).value).toBe('token-1');
    await turn();
    timers.mockRestore();
    isDropped = false;
    await clock.advance(74_000);
    const early = tokens.get();
    early.catch(() => {});
    await turn();
    expect(requests).toHaveLength(1);
    await clock.advance(1_000);
    const late = tokens.get();
    late.catch(() => {});
    await turn();
    expect(requests).toHaveLength(2);
    requests[1]?.answer();
    expect((await late).value).toBe('token-2');
  });

  it('sends nothing any more once another has taken its place', async () => {
    const give: (() => void)[] = [];
    const secret = (): Promise<string> =>
      new Promise((resolve) => give.push(() => resolve('secret')));
    const { tokens, requests, clock, turn } = setUp(
      { type: 'refresh_token', refreshToken: 'r-0' },
      secret,
    );
    const timers = vi.spyOn(clock, 'after').mockReturnValue(() => {});
    const first = tokens.get();
    await turn();
    timers.mockRestore();
    await clock.advance(75_000);
    const second = tokens.get();
    await turn();
    for (const one of give.splice(0)) one();
    await turn();
    expect(requests).toHaveLength(1);
    requests[0]?.answer();
    expect((await first).value).toBe('token-1');
    expect((await second).value).toBe('token-1');
  });

  it('ends where no secret comes in time', async () => {
    const { tokens, clock, requests, turn } = setUp(undefined, () => new Promise(() => {}));
    const got = tokens.get();
    got.catch(() => {});
    await turn();
    await clock.advance(15_000);
    await expect(got).rejects.toMatchObject({
      name: 'TokenError',
      message: 'No token came within 15000 ms.',
      retryable: true,
    });
    expect(requests).toHaveLength(0);
  });

  it('refuses a caller whose signal has aborted before', async () => {
    const { tokens, requests } = setUp();
    await expect(tokens.get({ signal: AbortSignal.abort(new Error('too late')) })).rejects.toThrow(
      'too late',
    );
    expect(requests).toHaveLength(0);
  });
});

describe('ahead of expiry', () => {
  it('serves the old token while the new one is on its way', async () => {
    const { clock, tokens, requests, turn, warm } = setUp();
    await warm();
    await clock.advance(791_000);
    expect((await tokens.get()).value).toBe('token-1');
    expect((await tokens.get()).value).toBe('token-1');
    await turn();
    expect(requests).toHaveLength(2);
    requests[1]?.answer();
    await turn();
    expect((await tokens.get()).value).toBe('token-2');
  });

  it('does not renew before the window opens', async () => {
    const { clock, tokens, requests, turn, warm } = setUp();
    await warm();
    await clock.advance(790_999);
    await tokens.get();
    await turn();
    expect(requests).toHaveLength(1);
  });

  it('makes everybody wait once the token is no longer served', async () => {
    const { clock, tokens, requests, turn, warm } = setUp();
    await warm();
    await clock.advance(890_000);
    const waiting = tokens.get();
    await turn();
    requests[1]?.answer();
    expect((await waiting).value).toBe('token-2');
  });

  it('keeps the old token while renewing fails, warns, and pauses before the next try', async () => {
    const { clock, tokens, requests, events, turn, warm } = setUp();
    await warm();
    await clock.advance(791_000);
    await tokens.get();
    await turn();
    requests[1]?.fail(new ConnectionError('getToken failed.'));
    await turn();
    expect((await tokens.get()).value).toBe('token-1');
    await turn();
    expect(requests).toHaveLength(2);
    expect(warnings(events)).toEqual([
      'The token could not be renewed; the one in use is kept while it lasts.',
    ]);
    await clock.advance(999);
    await tokens.get();
    await turn();
    expect(requests).toHaveLength(2);
    await clock.advance(1);
    await tokens.get();
    await turn();
    expect(requests).toHaveLength(3);
  });

  it('counts the life from the start of the request', async () => {
    const { clock, tokens, requests, turn } = setUp();
    const slow = tokens.get();
    await clock.advance(10_000);
    requests[0]?.answer();
    const token = await slow;
    expect(token.expiresAt.getTime()).toBe(clock.now() - 10_000 + LIFE_S * 1000);
    await clock.advance(880_000);
    const waiting = tokens.get();
    await turn();
    expect(requests).toHaveLength(2);
    requests[1]?.answer();
    await waiting;
  });
});

describe('a slow endpoint', () => {
  it('brings a token that has ended: nobody gets it', async () => {
    const { clock, requests, tokens } = setUp();
    const got = tokens.get();
    await clock.advance(12_000);
    requests[0]?.answer({ expires_in: 10 });
    await expect(got).rejects.toThrow('The token had ended before it came');
  });

  it('is asked again after 1, 2, 4 … s while it brings tokens that have ended', async () => {
    const { clock, requests, tokens } = setUp();
    const startedAt = clock.monotonic();
    const askedAt: number[] = [];
    for (let number = 0; number < 5; number += 1) {
      const got = tokens.get();
      for (let ms = 0; requests.length <= number && ms < 60_000; ms += 10) await clock.advance(10);
      askedAt.push(clock.monotonic() - startedAt);
      await clock.advance(200);
      requests[number]?.answer({ expires_in: 0.1 });
      await expect(got).rejects.toThrow('The token had ended before it came');
    }
    const pauses = askedAt.map((at, index) => at - (askedAt[index - 1] ?? at));
    expect(pauses.map((ms) => Math.floor(ms / 1_000))).toEqual([0, 1, 2, 4, 8]);
  });

  it('brings one that is about to end: it is served, as there is none better', async () => {
    const { clock, requests, tokens } = setUp();
    const got = tokens.get();
    await clock.advance(9_900);
    requests[0]?.answer({ expires_in: 10 });
    expect((await got).value).toBe('token-1');
  });
});

describe('clocks', () => {
  it('takes a machine that slept for two hours to have used up its token', async () => {
    const { clock, tokens, requests, turn, warm } = setUp();
    await warm();
    clock.jump(2 * 3_600_000);
    const waiting = tokens.get();
    await turn();
    expect(requests).toHaveLength(2);
    requests[1]?.answer();
    await waiting;
    await tokens.get();
    expect(requests).toHaveLength(2);
  });

  it('is not led astray by a wall clock that is set back', async () => {
    const { clock, tokens, requests, warm } = setUp();
    await warm();
    clock.jump(-3_600_000);
    await tokens.get();
    expect(requests).toHaveLength(1);
  });
});

describe('a refused token', () => {
  it('is given up only while it is the one in use', async () => {
    const { tokens, requests, turn, warm } = setUp();
    await warm();
    tokens.invalidate('another');
    expect((await tokens.get()).value).toBe('token-1');
    tokens.invalidate('token-1');
    const fresh = tokens.get();
    await turn();
    requests[1]?.answer();
    expect((await fresh).value).toBe('token-2');
    tokens.invalidate('token-1');
    expect((await tokens.get()).value).toBe('token-2');
    expect(requests).toHaveLength(2);
  });

  it('is kept when the endpoint hands out the same one again: there is no other', async () => {
    const { tokens, requests, turn, warm } = setUp();
    await warm({ access_token: 'same' });
    tokens.invalidate('same');
    const fresh = tokens.get();
    await turn();
    requests[1]?.answer({ access_token: 'same' });
    expect((await fresh).value).toBe('same');
    expect((await tokens.get()).value).toBe('same');
    expect(requests).toHaveLength(2);
  });
});

describe('grants of a user', () => {
  const code: Grant = {
    type: 'authorization_code',
    code: 'c',
    redirectUri: 'https://app.example/back',
  };

  it('spends a code once, then lives on the refresh token it brought', async () => {
    const { tokens, requests, turn, warm } = setUp(code);
    await warm({ refresh_token: 'r-1' });
    tokens.invalidate('token-1');
    const second = tokens.get();
    await turn();
    expect(requests[1]?.grant).toEqual({ type: 'refresh_token', refreshToken: 'r-1' });
    requests[1]?.answer({ refresh_token: 'r-2' });
    await second;
    tokens.invalidate('token-2');
    tokens.get().catch(() => {});
    await turn();
    expect(requests[2]?.grant).toEqual({ type: 'refresh_token', refreshToken: 'r-2' });
  });

  it('keeps the refresh token when an answer brings none', async () => {
    const { tokens, requests, turn, warm } = setUp({ type: 'refresh_token', refreshToken: 'r-0' });
    await warm({ refresh_token: null });
    tokens.invalidate('token-1');
    tokens.get().catch(() => {});
    await turn();
    expect(requests[1]?.grant).toEqual({ type: 'refresh_token', refreshToken: 'r-0' });
  });

  it('never sends a code again, not even after its answer was lost', async () => {
    const { tokens, requests, turn } = setUp(code);
    const lost = tokens.get();
    await turn();
    requests[0]?.fail(
      new ConnectionError('getToken failed: the connection was reset.', { attempts: 1 }),
    );
    await expect(lost).rejects.toBeInstanceOf(TokenError);
    await expect(tokens.get()).rejects.toBeInstanceOf(ReauthRequiredError);
    expect(requests).toHaveLength(1);
  });

  it('asks for a new consent when the refresh token is refused', async () => {
    const { tokens, requests, turn } = setUp({ type: 'refresh_token', refreshToken: 'r-0' });
    const refused = tokens.get();
    await turn();
    requests[0]?.fail(
      new ApiError('getToken failed: 400 invalid_grant', {
        status: 400,
        problems: [{ code: 'invalid_grant' }],
      }),
    );
    await expect(refused).rejects.toMatchObject({
      name: 'ReauthRequiredError',
      code: 'invalid_grant',
      status: 400,
      retryable: false,
    });
  });
});

describe('a secret that is replaced', () => {
  const refused = (): unknown =>
    new ApiError('getToken failed: 400 invalid_client', {
      status: 400,
      attempts: 1,
      problems: [{ code: 'invalid_client' }],
    });

  it('is asked for again when the pair is refused, and used if it is another', async () => {
    const secrets = ['old', 'new'];
    const { requests, tokens, turn } = setUp(undefined, async () => secrets.shift() ?? 'new');
    const got = tokens.get();
    await turn();
    requests[0]?.fail(refused());
    await turn();
    requests[1]?.answer();
    expect((await got).value).toBe('token-2');
  });

  it('is not sent twice when it is the same', async () => {
    const { requests, tokens, turn } = setUp();
    const got = tokens.get();
    await turn();
    requests[0]?.fail(refused());
    await expect(got).rejects.toThrow(TokenError);
    expect(requests).toHaveLength(1);
  });
});

/** A store that several clients share; what of it fails or hangs is up to the test. */
const sharedStore = () => {
  const memory = memoryStore();
  type Trouble = 'fails' | 'hangs' | 'refuses' | undefined;
  const trouble: { load: Trouble; lock: Trouble; save: Trouble } = {
    load: undefined,
    lock: undefined,
    save: undefined,
  };
  const saves: TokenRecord[] = [];
  const holders = new Set<string>();
  const meet = async (what: keyof typeof trouble): Promise<void> => {
    if (trouble[what] === 'fails') throw new Error(`${what}: EIO`);
    if (trouble[what] === 'hangs') await new Promise(() => {});
  };
  const store: TokenStore = {
    load: async (key) => {
      await meet('load');
      return memory.load(key);
    },
    save: async (key, record, options) => {
      saves.push(record);
      await meet('save');
      return trouble.save !== 'refuses' && memory.save(key, record, options);
    },
    lock: async (key, options) => {
      await meet('lock');
      const held = await memory.lock?.(key, options);
      if (held === undefined) return expect.unreachable('it has a lock');
      holders.add(held.fence);
      const release = async (): Promise<void> => {
        holders.delete(held.fence);
        await held.release();
      };
      return { fence: held.fence, release };
    },
  };
  return {
    store,
    trouble,
    saves,
    isLocked: () => holders.size > 0,
    stored: async () => (await memory.load(''))?.record,
    /** What another process does, without any trouble. */
    put: async (record: TokenRecord) => {
      const expectedVersion = (await memory.load(''))?.version;
      await memory.save('', record, { expectedVersion, ttlMs: undefined });
    },
  };
};

const CODE: Grant = { type: 'authorization_code', code: 'c', redirectUri: 'https://app.example/' };
const refresh = (refreshToken: string): Grant => ({ type: 'refresh_token', refreshToken });

/** A client of a user whose store may be in trouble. */
const withStore = (grant: Grant = refresh('r-0')) => {
  const shared = sharedStore();
  const made = setUp(grant, undefined, shared.store);
  const { requests, tokens, turn } = made;
  /** A renewal, and what comes of it. */
  const renew = async (fields: TokenResponse): Promise<string> => {
    const got = tokens.get();
    got.catch(() => {});
    await turn();
    requests.at(-1)?.answer(fields);
    await turn();
    return (await got).value;
  };
  return { ...made, ...shared, renew };
};

describe("a user's token while the store is away", () => {
  const awaits = async (made: ReturnType<typeof withStore>, ms = 0): Promise<unknown> => {
    const error = fails(made.tokens.get());
    await made.turn();
    await made.clock.advance(ms);
    await made.turn();
    await made.clock.advance(ms);
    return error;
  };

  it.each([
    ['code, where loading fails', CODE, 'load', 'fails', 0],
    ['refresh token, where loading fails', refresh('r-0'), 'load', 'fails', 0],
    ['refresh token, where loading takes for ever', refresh('r-0'), 'load', 'hangs', 10_000],
    ['code, where no lock can be had', CODE, 'lock', 'fails', 0],
    ['refresh token, where no lock can be had', refresh('r-0'), 'lock', 'fails', 0],
    ['refresh token, where the lock takes for ever', refresh('r-0'), 'lock', 'hangs', 20_000],
  ] as const)('is not asked for with a %s', async (_what, grant, what, trouble, ms) => {
    const made = withStore(grant);
    made.trouble[what] = trouble;
    expect(await awaits(made, ms)).toMatchObject({
      name: 'TokenError',
      retryable: true,
      outcome: 'not-sent',
    });
    expect(made.requests).toHaveLength(0);
    expect([made.isLocked(), made.clock.pending()]).toEqual([false, 0]);
  });

  it.each(['load', 'lock'] as const)('is served from memory while it lasts: %s', async (what) => {
    const made = withStore();
    const { clock, events, requests, tokens, trouble, turn } = made;
    await made.renew({ refresh_token: 'r-1' });
    trouble[what] = 'fails';
    await clock.advance(791_000);
    expect((await tokens.get()).value).toBe('token-1');
    await turn();
    expect(warnings(events).at(-1)).toBe(
      'The token could not be renewed; the one in use is kept while it lasts.',
    );
    await clock.advance(98_999);
    expect((await tokens.get()).value).toBe('token-1');
    await turn();
    await clock.advance(1);
    expect(await awaits(made)).toMatchObject({ name: 'TokenError', retryable: true });
    expect(requests).toHaveLength(1);
  });

  it('is renewed by the first call that finds the store back', async () => {
    const made = withStore();
    made.trouble.load = 'fails';
    await awaits(made);
    made.trouble.load = undefined;
    expect(await made.renew({ refresh_token: 'r-1' })).toBe('token-1');
    expect(await made.stored()).toMatchObject({ refreshToken: 'r-1', spent: ['r-0'] });
  });

  it.each(['load', 'lock', 'save'] as const)('is another matter for an app: %s', async (what) => {
    const made = withStore({ type: 'client_credentials' });
    made.trouble[what] = 'fails';
    expect(await made.renew({})).toBe('token-1');
    expect((await made.tokens.get()).value).toBe('token-1');
    expect(made.requests).toHaveLength(1);
    expect([made.isLocked(), made.clock.pending()]).toEqual([false, 0]);
  });
});

describe('a refresh token that could not be saved', () => {
  const WARNING =
    'The token store failed to save a new refresh token: it is in memory alone, and saved again until that works.';

  it('is saved again after 250 ms, 500 ms … 5 s until it lands, and only then the lock is released', async () => {
    const made = withStore();
    const { clock, events, saves, trouble } = made;
    trouble.save = 'fails';
    expect(await made.renew({ refresh_token: 'r-1' })).toBe('token-1');
    const counts: number[] = [];
    for (const ms of [249, 1, 499, 1, 1_000, 2_000, 4_000, 5_000, 5_000, 4_999]) {
      await clock.advance(ms);
      await made.turn();
      counts.push(saves.length);
      expect(made.isLocked()).toBe(true);
    }
    expect(counts).toEqual([1, 2, 2, 3, 4, 5, 6, 7, 8, 8]);
    expect((await made.tokens.get()).value).toBe('token-1');
    trouble.save = undefined;
    await clock.advance(1);
    await made.turn();
    expect(await made.stored()).toMatchObject({ refreshToken: 'r-1', spent: ['r-0'] });
    expect([made.isLocked(), clock.pending(), made.requests.length]).toEqual([false, 0, 1]);
    expect(warnings(events)).toEqual([WARNING]);
  });

  it('is waited for by the next process, which goes on with it', async () => {
    const made = withStore();
    const other = setUp(refresh('r-0'), undefined, made.store);
    made.trouble.save = 'fails';
    await made.renew({ refresh_token: 'r-1' });
    const got = other.tokens.get();
    await other.turn();
    expect(other.requests).toHaveLength(0);
    made.trouble.save = undefined;
    await made.clock.advance(250);
    await other.turn();
    expect((await got).value).toBe('token-1');
    expect(other.requests).toHaveLength(0);
  });

  it('gives way to a newer record that is found meanwhile', async () => {
    const made = withStore();
    const { clock, tokens, trouble } = made;
    trouble.save = 'refuses';
    await made.renew({ refresh_token: 'r-1' });
    const obtainedAt = clock.now();
    const record = { value: 'of-the-other', obtainedAt, expiresAt: obtainedAt + 900_000 };
    await made.put({ ...record, refreshToken: 'r-2', spent: ['r-0', 'r-1'] });
    await clock.advance(250);
    await made.turn();
    expect((await tokens.get()).value).toBe('of-the-other');
    expect(await made.stored()).toMatchObject({ refreshToken: 'r-2' });
    expect([made.isLocked(), clock.pending(), warnings(made.events)]).toEqual([false, 0, []]);
    tokens.invalidate('of-the-other');
    tokens.get().catch(() => {});
    await made.turn();
    expect(made.requests.at(-1)?.grant).toEqual(refresh('r-2'));
  });

  it('is used for the next renewal all the same', async () => {
    const made = withStore();
    made.trouble.save = 'fails';
    await made.renew({ refresh_token: 'r-1' });
    made.tokens.invalidate('token-1');
    const got = made.tokens.get();
    await made.turn();
    expect(made.requests).toHaveLength(1);
    await made.clock.advance(250);
    await made.turn();
    expect(made.requests[1]?.grant).toEqual(refresh('r-1'));
    made.requests[1]?.answer({ refresh_token: 'r-2' });
    await made.turn();
    expect((await got).value).toBe('token-2');
    made.trouble.save = undefined;
    await made.clock.advance(250);
    await made.turn();
    expect(await made.stored()).toMatchObject({ refreshToken: 'r-2', spent: ['r-0', 'r-1'] });
    expect(made.isLocked()).toBe(false);
  });

  it('keeps a process alive for a minute, and no longer', async () => {
    const made = withStore();
    const waits = vi.spyOn(made.clock, 'after');
    made.trouble.save = 'fails';
    await made.renew({ refresh_token: 'r-1' });
    await made.clock.advance(80_000);
    const pauses = waits.mock.calls.filter(([ms]) => ms === 5_000).map(([, , isIdle]) => isIdle);
    expect(pauses.slice(0, 8)).toEqual(Array.from({ length: 8 }, () => false));
    expect(pauses.at(-1)).toBe(true);
  });
});

describe('an answer that is unusable but for its refresh token', () => {
  it('fails the call, and is gone on from after the pause', async () => {
    const made = withStore();
    const { clock, requests, tokens, turn } = made;
    const failing = fails(tokens.get());
    await turn();
    requests[0]?.answer({ expires_in: null as never, refresh_token: 'r-1' });
    await turn();
    expect(await failing).toMatchObject({
      name: 'TokenError',
      reason: 'unusable',
      retryable: true,
      retryAfterMs: 1_000,
    });
    expect(await made.stored()).toMatchObject({ value: '', refreshToken: 'r-1', spent: ['r-0'] });
    expect(made.isLocked()).toBe(false);
    await clock.advance(1_000);
    expect(await made.renew({ refresh_token: 'r-2' })).toBe('token-2');
    expect(requests[1]?.grant).toEqual(refresh('r-1'));
  });

  it('is gone on from by the next process', async () => {
    const made = withStore();
    made.tokens.get().catch(() => {});
    await made.turn();
    made.requests[0]?.answer({ access_token: '', refresh_token: 'r-1' });
    await made.turn();
    const next = setUp(refresh('r-0'), undefined, made.store);
    next.tokens.get().catch(() => {});
    await next.turn();
    expect(next.requests.map(({ grant }) => grant)).toEqual([refresh('r-1')]);
  });
});

describe('a refresh whose answer was lost', () => {
  const lost = (): unknown =>
    new ConnectionError('getToken failed: the connection was reset.', { attempts: 1 });

  it('is tried once more after another look into the store', async () => {
    const made = withStore();
    const order: string[] = [];
    const { load } = made.store;
    vi.spyOn(made.store, 'load').mockImplementation((key) => {
      order.push('load');
      return load(key);
    });
    const got = made.tokens.get();
    await made.turn();
    order.push(`request ${made.requests.length}`);
    made.requests[0]?.fail(lost());
    await made.turn();
    order.push(`request ${made.requests.length}`);
    expect(order).toEqual(['load', 'load', 'request 1', 'load', 'request 2']);
    expect(made.requests[1]?.grant).toEqual(refresh('r-0'));
    made.requests[1]?.answer({ refresh_token: 'r-1' });
    expect((await got).value).toBe('token-2');
  });

  it('is not tried a third time: who waits is told, and may come back after the pause', async () => {
    const made = withStore();
    const failing = fails(made.tokens.get());
    await made.turn();
    made.requests[0]?.fail(lost());
    await made.turn();
    made.requests[1]?.fail(lost());
    await made.turn();
    expect(await failing).toMatchObject({ retryable: true, retryAfterMs: 1_000 });
    expect([made.requests.length, made.isLocked()]).toEqual([2, false]);
  });

  it('is not tried again where another process has stored a token meanwhile', async () => {
    const made = withStore();
    const got = made.tokens.get();
    await made.turn();
    const obtainedAt = made.clock.now();
    const record = { value: 'of-the-other', obtainedAt, expiresAt: obtainedAt + 900_000 };
    await made.put({ ...record, refreshToken: 'r-1', spent: ['r-0'] });
    made.requests[0]?.fail(lost());
    expect((await got).value).toBe('of-the-other');
    expect(made.requests).toHaveLength(1);
  });
});

describe('a pause after a failed token request', () => {
  const busy = (retryAfterMs?: number): unknown =>
    new ApiError('getToken failed: 503', {
      status: 503,
      retryable: true,
      outcome: 'answered',
      attempts: 1,
      retryAfterMs,
    });

  /** A client whose first token request failed so. */
  const failed = async (error: unknown) => {
    const made = setUp();
    const failing = fails(made.tokens.get({ withinMs: 0 }));
    await made.turn();
    made.requests[0]?.fail(error);
    return { ...made, error: await failing };
  };

  it('is waited out by whose request it was, too, if the endpoint asks for it', async () => {
    const { clock, requests, tokens, turn } = setUp();
    const [waiting, hasty] = [tokens.get(), fails(tokens.get({ withinMs: 29_000 }))];
    await turn();
    requests[0]?.fail(busy(30_000));
    expect(await hasty).toMatchObject({ status: 503, retryAfterMs: 30_000 });
    await clock.advance(29_999);
    expect(requests).toHaveLength(1);
    await clock.advance(1);
    await turn();
    requests[1]?.answer();
    expect((await waiting).value).toBe('token-2');
  });

  it('that the endpoint names no time for is waited out twice with a user’s grant, and then told', async () => {
    const { clock, requests, tokens, turn } = setUp({ type: 'refresh_token', refreshToken: 'r-0' });
    const failing = fails(tokens.get());
    for (const ms of [1_000, 2_000, 0]) {
      await turn();
      requests.at(-1)?.fail(busy());
      await turn();
      await clock.advance(ms);
    }
    expect(await failing).toMatchObject({ status: 503, retryAfterMs: 4_000 });
    expect(requests).toHaveLength(3);
  });

  it('is waited out by who can, and the first attempt after it brings a token to all', async () => {
    const { clock, error, requests, tokens, turn } = await failed(busy(30_000));
    expect(error).toMatchObject({ status: 503, retryAfterMs: 30_000 });
    const all = Array.from({ length: 100 }, () => tokens.get());
    await clock.advance(29_999);
    await turn();
    expect(requests).toHaveLength(1);
    await clock.advance(1);
    await turn();
    expect(requests).toHaveLength(2);
    requests[1]?.answer();
    expect(new Set((await Promise.all(all)).map(({ value }) => value))).toEqual(
      new Set(['token-2']),
    );
  });

  it.each([
    ['its limit is too short', 30_000, 29_989],
    ['it lasts longer than anybody waits', 62_011, 3_600_000],
    ['it would not wait at all', 1_000, 0],
  ])('fails a call at once if %s', async (_what, retryAfterMs, withinMs) => {
    const { clock, requests, tokens, turn } = await failed(busy(retryAfterMs));
    await clock.advance(10);
    const error = fails(tokens.get({ withinMs }));
    await turn();
    expect(await error).toMatchObject({
      name: 'TokenError',
      status: 503,
      retryable: true,
      retryAfterMs: retryAfterMs - 10,
    });
    expect([requests.length, clock.pending()]).toEqual([1, 0]);
  });

  it('fails at once who comes while others wait it out, and cannot', async () => {
    const { clock, requests, tokens, turn } = await failed(busy(30_000));
    const waiting = tokens.get();
    await turn();
    await expect(tokens.get({ withinMs: 5_000 })).rejects.toMatchObject({ retryAfterMs: 30_000 });
    await clock.advance(30_000);
    await turn();
    requests[1]?.answer();
    expect((await waiting).value).toBe('token-2');
  });

  it('fails every call at once after what does not pass', async () => {
    const wrong = new ApiError('getToken failed: 400 invalid_scope', {
      status: 400,
      outcome: 'answered',
      problems: [{ code: 'invalid_scope' }],
    });
    const { clock, error, requests, tokens, turn } = await failed(wrong);
    expect(error).toMatchObject({ retryable: false, retryAfterMs: 1_000 });
    const second = fails(tokens.get());
    await turn();
    expect(await second).toMatchObject({ code: 'invalid_scope', retryAfterMs: 1_000 });
    expect(requests).toHaveLength(1);
    await clock.advance(1_000);
    tokens.get().catch(() => {});
    await turn();
    expect(requests).toHaveLength(2);
  });

  it('lasts up to 15 minutes where the endpoint asks for more; then it is asked once', async () => {
    const { clock, error, requests, tokens, turn } = await failed(busy(86_400_000));
    expect(error).toMatchObject({ retryAfterMs: 86_400_000 });
    await clock.advance(800_000);
    const early = fails(tokens.get());
    await turn();
    expect(await early).toMatchObject({ retryAfterMs: 85_600_000 });
    await clock.advance(99_999);
    const probing = fails(tokens.get());
    await turn();
    expect(requests).toHaveLength(1);
    await clock.advance(1);
    await turn();
    expect(requests).toHaveLength(2);
    requests[1]?.fail(busy(86_400_000));
    expect(await probing).toMatchObject({ retryAfterMs: 86_400_000 });
    await fails(tokens.get());
    expect(requests).toHaveLength(2);
  });

  it('leaves nothing behind of who left before its end', async () => {
    const { clock, requests, tokens, turn } = await failed(busy(30_000));
    const leaving = new AbortController();
    const gone = tokens.get({ signal: leaving.signal });
    gone.catch(() => {});
    await turn();
    expect(clock.pending()).toBe(1);
    leaving.abort(new Error('gone'));
    await expect(gone).rejects.toThrow('gone');
    expect(clock.pending()).toBe(0);
    await clock.advance(60_000);
    expect(requests).toHaveLength(1);
  });

  it('keeps nobody from a token that another process has stored', async () => {
    const made = withStore({ type: 'client_credentials' });
    const failing = fails(made.tokens.get({ withinMs: 0 }));
    await made.turn();
    made.requests[0]?.fail(busy(30_000));
    await failing;
    const obtainedAt = made.clock.now();
    await made.put({ value: 'of-the-other', obtainedAt, expiresAt: obtainedAt + 900_000 });
    expect((await made.tokens.get()).value).toBe('of-the-other');
  });

  const wrongPair = (): unknown =>
    new ApiError('getToken failed: 401 invalid_client', {
      status: 401,
      attempts: 1,
      outcome: 'answered',
      problems: [{ code: 'invalid_client' }],
    });

  it.each<readonly [string, () => unknown, number]>([
    ['429 and Retry-After: 30', () => busy(30_000), 1],
    ['a wrong secret', wrongPair, 4],
    ['500', () => busy(), 4],
  ])('lets 100 calls a second for 8 s ask at most so often: %s', async (_what, error, most) => {
    const { clock, requests, tokens, turn } = setUp();
    let failedRequests = 0;
    for (let call = 0; call < 800; call += 1) {
      tokens.get({ withinMs: call % 2 === 0 ? 0 : 60_000 }).catch(() => {});
      await turn();
      for (const request of requests.slice(failedRequests)) request.fail(error());
      failedRequests = requests.length;
      await clock.advance(10);
    }
    expect(requests).toHaveLength(most);
  });
});

describe('a client that runs for long', () => {
  setFlagsFromString('--expose-gc');
  const collectGarbage: () => void = runInNewContext('gc');

  /** Is it still held by anybody? */
  const isKept = async (made: WeakRef<object>): Promise<boolean> => {
    // A reference made in this turn is kept until the next one.
    await new Promise((resolve) => setImmediate(resolve));
    collectGarbage();
    return made.deref() !== undefined;
  };

  it('forgets a caller that got its token, and knows one that waits', async () => {
    const { tokens, requests, turn } = setUp();
    const got = new WeakRef(tokens.get());
    await turn();
    expect(await isKept(got)).toBe(true);
    requests[0]?.answer();
    await turn();
    expect(await isKept(got)).toBe(false);
    expect((await tokens.get()).value).toBe('token-1');
  });

  it('forgets a caller that left', async () => {
    const { tokens, requests, turn } = setUp();
    const leave = (): WeakRef<object> => {
      const leaving = new AbortController();
      const gone = tokens.get({ signal: leaving.signal });
      gone.catch(() => {});
      leaving.abort(new Error('gone'));
      return new WeakRef(gone);
    };
    const gone = leave();
    const staying = tokens.get();
    await turn();
    requests[0]?.answer();
    expect((await staying).value).toBe('token-1');
    expect(await isKept(gone)).toBe(false);
  });

  it('forgets a lock that it released', async () => {
    const locks: WeakRef<TokenLock>[] = [];
    const lock: TokenStore['lock'] = async () => {
      const held = { fence: '1', release: async () => {} };
      locks.push(new WeakRef(held));
      return held;
    };
    const { tokens, turn, warm } = setUp(undefined, undefined, { ...memoryStore(), lock });
    await warm();
    await turn();
    expect(locks).toHaveLength(1);
    expect(await isKept(locks[0] as WeakRef<TokenLock>)).toBe(false);
    expect((await tokens.get()).value).toBe('token-1');
  });
});

describe('a store of a program that names no token', () => {
  it('keeps it under the empty name', async () => {
    const store = memoryStore();
    const { warm } = setUp(undefined, undefined, store);
    await warm();
    expect((await store.load(''))?.record.value).toBe('token-1');
  });
});
