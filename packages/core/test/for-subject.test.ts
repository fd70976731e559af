import axios from 'axios';
import { describe, expect, it, vi } from 'vitest';
import { connect } from '../src/client.js';
import type { Client, ClientOptions } from '../src/client-options.js';
import { ConfigError, TimeoutError } from '../src/errors.js';
import type { Grant } from '../src/grants.js';
import type { SdkEvent } from '../src/observe.js';
import { type Clock, systemClock } from '../src/time.js';
import { memoryStore } from '../src/token-store.js';
import { fails } from './api.js';
import { json } from './server.js';
import { type Groups, SECRET, version, world } from './users.js';

const refresh = (refreshToken: string): Grant & { readonly type: 'refresh_token' } => ({
  type: 'refresh_token',
  refreshToken,
});

describe('the client of a user', () => {
  it('asks for tokens as the same app, with the grant of the user', async () => {
    const { client, asked, bearers } = await world();
    const code = {
      type: 'authorization_code',
      code: 'code-1',
      redirectUri: 'https://a.b',
    } as const;
    await client.forSubject('one', code).thing.getThing({ id: '1' });
    await client.forSubject('two', refresh('r2')).thing.getThing({ id: '1' });
    expect(asked().map((form) => Object.fromEntries(form))).toMatchObject([
      { client_id: 'id', client_secret: SECRET, grant_type: 'authorization_code', code: 'code-1' },
      { client_id: 'id', client_secret: SECRET, grant_type: 'refresh_token', refresh_token: 'r2' },
    ]);
    expect(bearers()).toEqual(['Bearer access-1-for-code-1', 'Bearer access-2-for-r2']);
  });

  it('goes on with what the store has of that user, and of no other', async () => {
    const { client, asked, bearers } = await world({ store: memoryStore() });
    await client.forSubject('one', refresh('r1')).tokens.get();
    await client.forSubject('two', refresh('r2')).tokens.get();
    const again = client.forSubject('one');
    await again.thing.getThing({ id: '1' });
    expect(asked()).toHaveLength(2);
    expect(bearers()).toEqual(['Bearer access-1-for-r1']);
    expect(await fails(client.forSubject('three').tokens.get())).toMatchObject({
      name: 'ReauthRequiredError',
    });
  });

  it('made for each request has one token in memory, one renewal and one rate limit', async () => {
    const { client, asked } = await world();
    const make = () => client.forSubject('one', refresh('r1'));
    await Promise.all(Array.from({ length: 10 }, () => make().thing.getThing({ id: '1' })));
    await make().thing.getThing({ id: '1' });
    expect(asked()).toHaveLength(1);
    expect(make().tokens).toBe(make().tokens);
    expect(make().rateLimit).toBe(make().rateLimit);
    expect(make().rateLimit).not.toBe(client.rateLimit);
    expect(client.forSubject('two', refresh('r1')).rateLimit).not.toBe(make().rateLimit);
    expect(client.forSubject('one', refresh('r2')).tokens).not.toBe(make().tokens);
  });

  it('made for each request remembers a failure of the token endpoint', async () => {
    const { client, asked } = await world({}, undefined, version, (_seen, response) => {
      json(response, 429, {}, { 'retry-after': '30' });
      return true;
    });
    for (const name of ['one', 'one', 'two', 'three']) {
      const { tokens } = client.forSubject(name, refresh(`r-${name}`));
      expect(await fails(tokens.get({ withinMs: 0 }))).toMatchObject({ status: 429 });
    }
    expect(asked()).toHaveLength(1);
  });

  it('goes on with a new consent at once, whichever client was made for it', async () => {
    const { client, bearers } = await world({ store: memoryStore() });
    const accounts = () => client.forSubject('one').thing.getThing({ id: '1' });
    await client.forSubject('one', refresh('r1')).tokens.get();
    await accounts();
    const again = client.forSubject('one', refresh('r2'));
    await Promise.all([again.tokens.get(), accounts()]);
    await accounts();
    const of = 'Bearer access';
    expect(bearers()).toEqual([`${of}-1-for-r1`, `${of}-2-for-r2`, `${of}-2-for-r2`]);
  });

  it('goes by the refresh token alone, and spends none twice without a store', async () => {
    const { client, asked } = await world();
    const use = (grant: Grant & { readonly type: 'refresh_token' }) =>
      client.forSubject('one', grant).tokens.get();
    await use({ type: 'refresh_token', refreshToken: 'r1' });
    await use({ refreshToken: 'r1', type: 'refresh_token' });
    await use(refresh('r2'));
    await use(refresh('r1'));
    for (let user = 0; user <= 1_000; user += 1) client.forSubject(`user-${user}`, refresh('r'));
    await use(refresh('r1'));
    await use(refresh('r2'));
    const sent = asked().map((form) => form.get('refresh_token'));
    expect(sent).toEqual([...new Set(sent)]);
    expect(sent.slice(0, 2)).toEqual(['r1', 'r2']);
  });

  it('is the first client, if that is of the same user and grant', async () => {
    const grant = refresh('r1');
    const { client, asked } = await world({ grant, subject: 'one' });
    await Promise.all([client.tokens.get(), client.forSubject('one', grant).tokens.get()]);
    expect(asked()).toHaveLength(1);
  });

  it('shows no secret of its user, whichever client got it', async () => {
    let echoed = '';
    const store = memoryStore();
    const { client, connect } = await world({ store }, (_seen, response) =>
      json(response, 400, { errors: [{ code: 'odd', detail: `odd ${echoed}` }] }),
    );
    const { refreshToken = '' } = await client.forSubject('one', refresh('refresh-1')).tokens.get();
    echoed = refreshToken;
    expect(echoed).toBe('refresh-1+');
    // Another process knows it from the store.
    for (const made of [client, connect({ store })]) {
      const failed = await fails(made.forSubject('one').thing.getThing({ id: '1' }));
      expect((failed as Error).message).toContain('odd [redacted]');
    }
  });

  it('is remembered of the 1,000 users that were asked for last', async () => {
    const { client } = await world();
    const rateLimitOf = (user: number) => client.forSubject(`user-${user}`, refresh('r')).rateLimit;
    const [first, second] = [rateLimitOf(1), rateLimitOf(2)];
    for (let user = 3; user <= 1_000; user += 1) rateLimitOf(user);
    expect(rateLimitOf(1)).toBe(first);
    rateLimitOf(1_001);
    rateLimitOf(1_002);
    expect(rateLimitOf(1)).toBe(first);
    expect(rateLimitOf(2)).not.toBe(second);
  });

  it('comes from that of another user, too', async () => {
    const { client, asked } = await world({ store: memoryStore() });
    const one = client.forSubject('one', refresh('r1'));
    await one.forSubject('two', refresh('r2')).tokens.get();
    expect(asked().map((form) => form.get('refresh_token'))).toEqual(['r2']);
  });

  it('has the options of the first', async () => {
    const told: SdkEvent[] = [];
    const { client } = await world(
      {
        timeoutMs: 50,
        retry: { limit: 0 },
        userAgent: 'my-app/1.0',
        observe: (one) => told.push(one),
      },
      () => {},
    );
    const user = client.forSubject('one', refresh('r1'));
    await user.tokens.get();
    const error = await fails(user.thing.getThing({ id: '1' }));
    expect(error).toBeInstanceOf(TimeoutError);
    expect(error).toMatchObject({ limitMs: 50, attempts: 1 });
    expect(told.filter(({ type }) => type === 'attempt')).toMatchObject([
      { operation: 'token', product: 'made-up', version: '1' },
      { operation: 'getThing', product: 'made-up', version: '1' },
    ]);
  });

  it('keeps those that the first was made with, whatever becomes of the object', async () => {
    const { server, asked } = await world();
    const options = { clientId: 'id', clientSecret: SECRET, baseUrl: server.url };
    const client = connect(version, Object.assign(options, { allowLoopbackHttp: true }));
    options.clientSecret = 'another';
    await client.forSubject('one', refresh('r1')).tokens.get();
    expect(asked()[0]?.get('client_secret')).toBe(SECRET);
  });

  it('has a rate limit of its own by the same options, unless a gate was given', async () => {
    const { client, connect: another } = await world({ rateLimit: { maxQueueMs: 7 } });
    const [one, two] = [
      client.forSubject('one', refresh('r')),
      client.forSubject('two', refresh('r')),
    ];
    expect(new Set([client.rateLimit, one.rateLimit, two.rateLimit]).size).toBe(3);
    const shared = another({ rateLimit: client.rateLimit });
    expect(shared.forSubject('one', refresh('r')).rateLimit).toBe(client.rateLimit);
  });

  it('closes nothing: the connections are those of the first, and close with it', async () => {
    const instance = axios.create();
    const closed = vi.fn();
    const { client } = await world({ axios: Object.assign(instance, { close: closed }) });
    const one = client.forSubject('one', refresh('r'));
    one.close();
    one.forSubject('two', refresh('r')).close();
    expect(closed).not.toHaveBeenCalled();
    client.close();
    expect(closed).toHaveBeenCalledOnce();
    expect(await one.thing.getThing({ id: '1' })).toEqual({ name: 'thing' });
  });

  it('says nothing of the life of its version, which the first told', async () => {
    const told: SdkEvent[] = [];
    const clock: Clock = { ...systemClock, now: () => Date.UTC(2026, 0, 1) };
    const { client } = await world({ clock, observe: (one) => told.push(one) }, undefined, {
      ...version,
      life: { endsOn: '2025-01' },
    });
    client.forSubject('one', refresh('r'));
    expect(told).toMatchObject([{ type: 'warning', message: 'made-up/1 ended in 2025-01.' }]);
  });
});

describe('there is no client of a user', () => {
  const store = memoryStore();
  const without = { ...version, grants: ['client_credentials'] as const };
  const app = { client_credentials: { type: 'client_credentials' } } as const;

  it.each<
    [
      string,
      Partial<ClientOptions<Grant>>,
      (client: Client<Groups>) => unknown,
      RegExp,
      typeof version?,
    ]
  >([
    ['of no name', { store }, (client) => client.forSubject(''), /forSubject needs 'subject'/],
    ['of a blank one', { store }, (client) => client.forSubject(' '), /forSubject needs 'subject'/],
    [
      'of a number',
      { store },
      (client) => client.forSubject(7 as never),
      /forSubject needs 'subject'/,
    ],
    ['without store and grant', {}, (client) => client.forSubject('one'), /neither a store/],
    [
      'with an empty refresh token',
      {},
      (client) => client.forSubject('one', { type: 'refresh_token', refreshToken: '' }),
      /neither a store/,
    ],
    [
      "with the app's own grant",
      { store },
      (client) => client.forSubject('one', app.client_credentials as never),
      /'subject' goes with a user's grant/,
    ],
    [
      'with a code that lacks its address',
      { store },
      (client) => client.forSubject('one', { type: 'authorization_code', code: 'c' } as never),
      /needs 'redirectUri'/,
    ],
    [
      'with what is no grant',
      { store },
      (client) => client.forSubject('one', 'refresh' as never),
      /'grant' must be an object/,
    ],
    [
      'of a version that knows none',
      { store },
      (client) => client.forSubject('one'),
      /made-up\/1 has no grant for a user's consent/,
      without,
    ],
  ])('%s', async (_, options, make, message, of) => {
    const { client, server } = await world(options, undefined, of);
    expect(() => make(client)).toThrow(ConfigError);
    expect(() => make(client)).toThrow(message);
    expect(server.seen).toEqual([]);
  });

  it('of a client with the tokens of another', async () => {
    const { client, connect: another } = await world({ store });
    const other = another({ tokens: client.tokens, store: undefined });
    expect(() => other.forSubject('one')).toThrow(/made with `tokens`/);
  });
});
