import axios from 'axios';
import { describe, expect, it } from 'vitest';
import { readConsentCallback } from '../src/consent.js';
import { ApiError, ConfigError, ResponseError, TokenError } from '../src/errors.js';
import type { Grant } from '../src/grants.js';
import type { SdkEvent } from '../src/observe.js';
import { createTokenProvider } from '../src/token-provider.js';
import { memoryStore, type TokenStore } from '../src/token-store.js';
import { createThing, fails, getThing, ok, perTest } from './api.js';
import { manualClock } from './manual-clock.js';
import { type Handler, json } from './server.js';

const setUp = perTest();

/** A user's token, over an endpoint that a test answers by hand. */
const userTokens = (grant: Grant, store?: TokenStore) => {
  const clock = manualClock();
  const events: SdkEvent[] = [];
  const sent: { grantType: string; refreshToken?: string; code?: string }[] = [];
  const answers: ((fields: object | Error) => void)[] = [];
  const tokens = createTokenProvider<Grant>({
    endpoint: {
      grants: ['authorization_code', 'client_credentials', 'refresh_token'],
      defaultLifetimeMs: 900_000,
      requestToken: (_transport, { clientId: _id, clientSecret: _secret, ...rest }) => {
        sent.push(rest);
        return new Promise((resolve, reject) =>
          answers.push((fields) =>
            fields instanceof Error
              ? reject(fields)
              : resolve({ access_token: `t-${sent.length}`, expires_in: 900, ...fields }),
          ),
        );
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
  const answer = async (fields: object | Error = {}): Promise<void> => {
    await clock.advance(0);
    answers.at(-1)?.(fields);
    await clock.advance(0);
  };
  return { clock, events, sent, tokens, answer };
};

const CODE: Grant = {
  type: 'authorization_code',
  code: 'c-1',
  redirectUri: 'https://app.example/b',
};

describe("a user's grant", () => {
  it('lands though everybody who waited has left, because its answer holds the next refresh token', async () => {
    const { clock, sent, tokens, answer } = userTokens({
      type: 'refresh_token',
      refreshToken: 'r-0',
    });
    const leaving = new AbortController();
    const gone = fails(tokens.get({ signal: leaving.signal }));
    await clock.advance(0);
    leaving.abort(new Error('gone'));
    await gone;
    await answer({ refresh_token: 'r-1' });
    expect((await tokens.get()).refreshToken).toBe('r-1');
    expect(sent).toHaveLength(1);
  });

  it('is not sent twice by a caller who comes right after the last one left', async () => {
    const { clock, sent, tokens, answer } = userTokens(CODE);
    const leaving = new AbortController();
    const gone = fails(tokens.get({ signal: leaving.signal }));
    await clock.advance(0);
    leaving.abort(new Error('gone'));
    await gone;
    const next = tokens.get();
    await answer({ refresh_token: 'r-1' });
    expect((await next).refreshToken).toBe('r-1');
    expect(sent.map(({ code }) => code)).toEqual(['c-1']);
  });

  it('with a code that is refused goes on with the refresh token that the store holds', async () => {
    const store = memoryStore();
    const { clock, sent, tokens, answer } = userTokens(CODE, store);
    const now = clock.now();
    await store.save(
      'key',
      { value: 'old', refreshToken: 'r-9', obtainedAt: now - 900_000, expiresAt: now - 1 },
      { expectedVersion: undefined, ttlMs: undefined },
    );
    const token = tokens.get();
    await clock.advance(0);
    await answer(
      new ApiError('400', { status: 400, attempts: 1, problems: [{ code: 'invalid_grant' }] }),
    );
    await answer({ refresh_token: 'r-1' });
    expect((await token).refreshToken).toBe('r-1');
    expect(sent.map(({ refreshToken, code }) => refreshToken ?? code)).toEqual(['c-1', 'r-9']);
  });

  it('goes on from memory where the store cannot save', async () => {
    const good = memoryStore();
    const { clock, sent, tokens, answer } = userTokens(
      { type: 'refresh_token', refreshToken: 'r-0' },
      {
        load: good.load,
        save: async () => {
          throw new Error('read only');
        },
      },
    );
    const now = clock.now();
    await good.save(
      'key',
      { value: 'old', refreshToken: 'r-0', obtainedAt: now - 900_000, expiresAt: now - 1 },
      { expectedVersion: undefined, ttlMs: undefined },
    );
    const first = tokens.get();
    await answer({ refresh_token: 'r-1' });
    tokens.invalidate((await first).value);
    const second = tokens.get();
    // The store is asked first, once the pause before the next save is over.
    await clock.advance(250);
    await answer({ refresh_token: 'r-2' });
    await second;
    expect(sent.map(({ refreshToken }) => refreshToken)).toEqual(['r-0', 'r-1']);
  });

  it('keeps a code that was never sent', async () => {
    const { sent, tokens, answer } = userTokens(CODE);
    const first = fails(tokens.get());
    await answer(new ConfigError('a wrong option'));
    expect(await first).toBeInstanceOf(ConfigError);
    const second = tokens.get();
    await answer({ refresh_token: 'r-1' });
    await second;
    expect(sent).toHaveLength(2);
  });

  it('is not refused for another token than the one in use', async () => {
    const { sent, tokens, answer } = userTokens(
      { type: 'refresh_token', refreshToken: 'r-0' },
      memoryStore(),
    );
    const first = tokens.get();
    await answer();
    const { value } = await first;
    tokens.invalidate(value);
    const second = tokens.get();
    await answer();
    const { value: current } = await second;
    tokens.invalidate(current);
    tokens.invalidate(value);
    const third = tokens.get();
    await answer();
    expect((await third).value).not.toBe(current);
    expect(sent).toHaveLength(3);
  });
});

describe('a store that is not to be trusted', () => {
  const connect = (
    store: TokenStore,
    grant: Grant = { type: 'refresh_token', refreshToken: 'r-0' },
  ) => userTokens(grant, store);
  const APP: Grant = { type: 'client_credentials' };
  const holding = (record: unknown): TokenStore => ({
    load: async () => ({ record, version: '1' }) as never,
    save: async () => true,
  });

  it.each([
    [null],
    [{}],
    [{ value: 'stale' }],
    [{ value: 'a\r\nb', obtainedAt: 1, expiresAt: 2 }],
    [{ value: 'a', obtainedAt: 1, expiresAt: 1e15 }],
    [{ value: 'a', obtainedAt: 'x', expiresAt: 'y' }],
  ])('is passed over with a warning: %j', async (record) => {
    const { events, tokens, answer } = connect(holding(record));
    const token = tokens.get();
    await answer();
    expect((await token).value).toBe('t-1');
    expect(JSON.stringify(events)).toContain('holds something that is no token');
  });

  it('that throws at once, with the record in its error, shows nothing of it', async () => {
    const broken = {
      load: () => {
        throw new Error('secret-record');
      },
      save: () => {
        throw new Error('secret-record');
      },
    };
    const { events, tokens, answer } = connect(broken, APP);
    const token = tokens.get();
    await answer();
    await token;
    expect(events.length).toBeGreaterThan(0);
    expect(JSON.stringify(events)).not.toContain('secret-record');
  });

  it('that hangs holds a call of an app up for half a second at most', async () => {
    const hanging: TokenStore = { load: () => new Promise(() => {}), save: async () => true };
    const { clock, tokens, answer } = connect(hanging, APP);
    const token = tokens.get();
    await clock.advance(500);
    await answer();
    expect((await token).value).toBe('t-1');
  });
});

describe('nothing is left behind', () => {
  it('by a call that ended while its secret was fetched', async () => {
    const unhandled: unknown[] = [];
    const note = (reason: unknown): number => unhandled.push(reason);
    process.on('unhandledRejection', note);
    const { connect, server } = await setUp(ok);
    let give = (_secret: string): void => {};
    const slow = connect({
      clientSecret: () =>
        new Promise((resolve) => {
          give = resolve;
        }),
    });
    expect(await fails(slow.call(getThing, { id: '1' }, { timeoutMs: 20 }))).toMatchObject({
      name: 'TimeoutError',
      attempts: 0,
    });
    give('s');
    await new Promise((resolve) => setTimeout(resolve, 100));
    process.off('unhandledRejection', note);
    expect(unhandled).toEqual([]);
    expect(server.seen).toHaveLength(0);
  });

  it('by close(), which lets calls under way go on', async () => {
    const { client } = await setUp((_seen, response) =>
      setTimeout(() => json(response, 200, { name: 'late' }), 60),
    );
    await client.tokens.get();
    const call = client.call(createThing, { body: {} });
    setTimeout(() => client.close(), 20);
    expect(await call).toEqual({ name: 'late' });
  });

  it('by an async hook that fails', async () => {
    const unhandled: unknown[] = [];
    const note = (reason: unknown): number => unhandled.push(reason);
    process.on('unhandledRejection', note);
    const { client } = await setUp(ok, {
      observe: (async () => {
        throw new Error('hook');
      }) as () => void,
    });
    await client.call(getThing, { id: '1' });
    await new Promise((resolve) => setTimeout(resolve, 20));
    process.off('unhandledRejection', note);
    expect(unhandled).toEqual([]);
  });
});

describe("a user's axios that does odd things", () => {
  const withResponse = (change: (response: Record<string, unknown>) => unknown) => {
    const own = axios.create();
    own.interceptors.response.use(change as never);
    return own;
  };

  it.each([
    [
      'parses the data',
      (response: Record<string, unknown>) => ({ ...response, data: { name: 'parsed' } }),
    ],
    ['gives the data alone', (response: Record<string, unknown>) => response.data],
  ])('is told that it %s', async (_, change) => {
    const { client } = await setUp(ok, { axios: withResponse(change) });
    const error = await fails(client.call(createThing, { body: {} }));
    expect(String(error)).toContain('the axios instance changed the answer');
  });

  it('does not lead a request elsewhere, nor replace the token, by its defaults', async () => {
    const thief = await setUp(ok);
    const own = axios.create({
      baseURL: thief.server.url,
      allowAbsoluteUrls: false,
      auth: { username: 'u', password: 'p' },
    });
    const { client, apiCalls } = await setUp(ok, { axios: own });
    await client.call(getThing, { id: '1' });
    expect(apiCalls()[0]?.headers.authorization).toBe('Bearer token-1');
    expect(thief.server.seen).toHaveLength(0);
  });

  it('does not have a write repeated because a request of its own was refused', async () => {
    const own = axios.create();
    own.interceptors.response.use(async (response) => {
      if (String(response.config.url).endsWith('/things'))
        await axios.get('http://127.0.0.1:1/audit');
      return response;
    });
    const { client, apiCalls } = await setUp(ok, { axios: own });
    // It is the user's own, as it was.
    expect(await fails(client.call(createThing, { body: {} }))).toMatchObject({
      isAxiosError: true,
      code: 'ECONNREFUSED',
    });
    expect(apiCalls()).toHaveLength(1);
  });
});

describe('odd answers', () => {
  it.each([204, 200])('an empty %i that calls itself gzip is empty', async (status) => {
    const { client } = await setUp((_seen, response) =>
      response.writeHead(status, { 'content-encoding': 'gzip' }).end(),
    );
    expect(await client.call(createThing, { body: {} })).toBeUndefined();
  });

  it('a change of protocols is refused at once', async () => {
    const switching: Handler = (_seen, response) =>
      response.socket?.write(
        'HTTP/1.1 101 Switching Protocols\r\nUpgrade: x\r\nConnection: Upgrade\r\n\r\n',
      );
    const { client } = await setUp(switching);
    expect(await fails(client.call(getThing, { id: '1' }, { timeoutMs: 2_000 }))).toBeInstanceOf(
      ResponseError,
    );
  });

  it('of 20,000 problems, or a trace id with secrets, give a short error', async () => {
    const problems = Array.from({ length: 20_000 }, () => ({ code: 'x', detail: 'y' }));
    const { client } = await setUp((_seen, response) => json(response, 400, { errors: problems }));
    expect(await fails(client.call(getThing, { id: '1' }))).toMatchObject({
      status: 400,
      problems: [],
    });
    const warned = await setUp((seen, response) =>
      json(response, 200, {
        warnings: [{ code: 'w', traceId: `${seen.headers.authorization}\u001b[31m` }],
      }),
    );
    const { traceId } = await warned.client.call(getThing, { id: '1' }).withResponse();
    expect(traceId).toBe('Bearer [redacted] [31m');
  });
});

describe('odd input', () => {
  it.each([{ limit: Number.NaN }, { limit: -1 }, { baseMs: Number.NaN }])(
    'retry %o is refused',
    async (retry) => {
      const { client, server } = await setUp(ok);
      expect(await fails(client.call(getThing, { id: '1' }, { retry }))).toBeInstanceOf(
        ConfigError,
      );
      expect(server.seen).toHaveLength(0);
    },
  );

  it("an undefined retry option leaves the client's", async () => {
    const { client, apiCalls } = await setUp((_seen, response) => json(response, 500, {}), {
      retry: { limit: 0 },
    });
    await fails(client.call(getThing, { id: '1' }, { retry: { limit: undefined } }));
    expect(apiCalls()).toHaveLength(1);
  });

  it("a client's own time limit wins over the operation's", async () => {
    const { client } = await setUp(() => {}, { timeoutMs: 100 });
    await client.tokens.get();
    const slow = { ...getThing, timeoutMs: 5_000 };
    expect(await fails(client.call(slow, { id: '1' }))).toMatchObject({
      name: 'TimeoutError',
      limitMs: 100,
    });
  });

  it.each([
    { 'content-length': '3' },
    { Host: 'evil.example' },
    { 'transfer-encoding': 'chunked' },
  ])('the header %o is refused', async (headers) => {
    const { client } = await setUp(ok);
    expect(
      await fails(
        client.call(getThing, { id: '1' }, { headers: headers as Record<string, string> }),
      ),
    ).toBeInstanceOf(ConfigError);
  });

  it.each([
    [{ id: Number.NaN }],
    [{ id: '\ud800' }],
    [{ id: '1', tags: [Number.POSITIVE_INFINITY] }],
    [{ id: '1', tags: [new Date(Number.NaN)] }],
  ])('the parameters %j are refused', async (params) => {
    const { client } = await setUp(ok);
    expect(await fails(client.call(getThing, params as never))).toBeInstanceOf(ConfigError);
  });

  it('a NaN in a body is refused, because JSON would make it null', async () => {
    const { client } = await setUp(ok);
    expect(
      String(await fails(client.call(createThing, { body: { a: { budget: Number.NaN } } }))),
    ).toContain("'budget' is NaN");
  });

  it.each(['/%2e%2e/other', '/a/%2E/b'])(
    'the path %s, which climbs in disguise, is refused',
    async (path) => {
      const { client } = await setUp(ok);
      expect(await fails(client.request({ method: 'GET', path }))).toBeInstanceOf(ConfigError);
    },
  );

  it('null for query, parameters and options is as nothing', async () => {
    const { client } = await setUp(ok);
    await client.request({ method: 'GET', path: '/x', query: null as never });
    await client.call(getThing, { id: '1' }, null as never);
  });

  it('a callback without a state to compare with is refused, whatever it brings', () => {
    for (const state of ['', undefined]) {
      expect(() => readConsentCallback('/back?code=c&state=', { state: state as string })).toThrow(
        ConfigError,
      );
    }
  });

  it('a callback that is no address is refused without showing it', () => {
    try {
      readConsentCallback('//?code=the-secret-code', { state: 's' });
      expect.unreachable();
    } catch (error) {
      expect(error).toBeInstanceOf(TokenError);
      expect(String(error)).not.toContain('the-secret-code');
    }
  });
});
