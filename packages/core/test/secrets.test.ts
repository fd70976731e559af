import { describe, expect, it } from 'vitest';
import type { ApiError, SdkError } from '../src/errors.js';
import type { SdkEvent } from '../src/observe.js';
import { CallSecrets, ClientSecrets } from '../src/secrets.js';
import { memoryStore } from '../src/token-store.js';
import { fails } from './api.js';
import { shownIn } from './canary.js';
import { type Handler, json } from './server.js';
import { SECRET, world } from './users.js';

/** What an API answers that knows these values, and says so. */
const echo =
  (...values: readonly string[]): Handler =>
  (_seen, response) =>
    json(response, 400, { errors: values.map((detail) => ({ detail, traceId: detail })) });

const detailsOf = (error: unknown): (string | undefined)[] =>
  (error as ApiError).problems.map(({ detail }) => detail);

const HIDDEN = '[redacted]';

describe('an answer of the API shows no secret that its client', () => {
  it('has: secret, code, verifier and tokens', async () => {
    const code = {
      type: 'authorization_code',
      code: 'the-code-1',
      codeVerifier: 'the-verifier-1',
      redirectUri: 'https://a.example',
    } as const;
    const told = [SECRET, 'the-code-1', 'the-verifier-1', 'access-1-for-the-code-1', 'the-code-1+'];
    const { client } = await world({ grant: code }, echo(...told));
    const error = await fails(client.thing.getThing({ id: '1' }));
    expect(detailsOf(error)).toEqual(told.map(() => HIDDEN));
    expect(shownIn(JSON.stringify(error), told)).toEqual([]);
  });

  it('had: tokens that were renewed since, and a pair that was replaced', async () => {
    const pairs = ['the-first-secret', 'the-second-secret'];
    const told = [...pairs, 'the-refresh-0', 'the-refresh-0+', 'the-refresh-0++'];
    const tokens = ['access-1-for-the-refresh-0', 'access-2-for-the-refresh-0+'];
    const { client } = await world(
      {
        clientId: undefined,
        clientSecret: undefined,
        credentials: () => ({ clientId: 'id', clientSecret: pairs.shift() ?? '' }),
        grant: { type: 'refresh_token', refreshToken: 'the-refresh-0' },
      } as object,
      echo(...told, ...tokens),
    );
    const first = await client.tokens.get();
    client.tokens.invalidate(first.value);
    const error = await fails(client.thing.getThing({ id: '1' }));
    expect(detailsOf(error)).toEqual([...told, ...tokens].map(() => HIDDEN));
  });

  it('shares with its app, though this user never sent it', async () => {
    const store = memoryStore();
    const told = ['a-secret-of-the-app', 'access-1-for-the-refresh-0', 'the-refresh-0'];
    const asApp = {
      clientSecret: undefined,
      credentials: () => ({ clientId: 'id', clientSecret: 'a-secret-of-the-app' }),
      store,
    } as object;
    const { client, asked } = await world(asApp, echo(...told));
    const grant = { type: 'refresh_token', refreshToken: 'the-refresh-0' } as const;
    await client.forSubject('one', grant).tokens.get();
    const again = client.forSubject('one', grant);
    const error = await fails(again.thing.getThing({ id: '1' }));
    expect(asked()).toHaveLength(1);
    expect(detailsOf(error)).toEqual(told.map(() => HIDDEN));
  });

  it('was given by a token provider, at this call or an earlier one', async () => {
    const values = ['the-token-of-one', 'the-token-of-two'];
    const { client, connect } = await world({}, echo(...values));
    const { expiresAt } = await client.tokens.get();
    let calls = 0;
    const token = () => ({ value: values[calls++ % 2], tokenType: 'Bearer', expiresAt });
    const tokens = { get: async () => token(), invalidate: () => {} };
    const own = connect({ clientId: undefined, clientSecret: undefined, tokens } as object);
    await fails(own.thing.getThing({ id: '1' }));
    const error = await fails(own.thing.getThing({ id: '1' }));
    expect(detailsOf(error)).toEqual([HIDDEN, HIDDEN]);
  });
});

describe('the secrets of one user', () => {
  it('are none of another: what is no secret of a client is shown as it came', async () => {
    const { client } = await world({}, echo('the-refresh-1', 'the-refresh-2'));
    const of = (refreshToken: string) => ({ type: 'refresh_token', refreshToken }) as const;
    const [one, two] = [1, 2].map((n) => client.forSubject(`${n}`, of(`the-refresh-${n}`)));
    const errors = [
      await fails(one?.thing.getThing({ id: '1' }) as Promise<unknown>),
      await fails(two?.thing.getThing({ id: '1' }) as Promise<unknown>),
    ];
    expect(errors.map(detailsOf)).toEqual([
      [HIDDEN, 'the-refresh-2'],
      ['the-refresh-1', HIDDEN],
    ]);
  });
});

describe('an answer of the token endpoint', () => {
  it('shows none that was sent or came before', async () => {
    const told = ['the-refresh-0', 'the-refresh-0+', 'access-1-for-the-refresh-0', SECRET];
    const events: SdkEvent[] = [];
    const grant = { type: 'refresh_token', refreshToken: 'the-refresh-0' } as const;
    const options = { grant, observe: (event: SdkEvent) => events.push(event) };
    let isDown = false;
    const { client, server } = await world(options, undefined, undefined, (seen, response) => {
      if (isDown) echo(told.join(', '))(seen, response, 0);
      return isDown;
    });
    const token = await client.tokens.get();
    client.tokens.invalidate(token.value);
    isDown = true;
    const error = (await fails(client.tokens.get())) as SdkError;
    expect(error.message).toContain([HIDDEN, HIDDEN, HIDDEN, HIDDEN].join(', '));
    expect(shownIn(JSON.stringify([error, events]), told)).toEqual([]);
    expect(server.seen).toHaveLength(2);
  });
});

describe('what a client keeps in mind', () => {
  it('is bounded: the last twenty values, each once', () => {
    const secrets = new ClientSecrets();
    for (let n = 0; n < 100; n += 1) {
      secrets.add('again');
      secrets.add(`value-${n}`);
    }
    const kept = [...secrets];
    expect(kept).toHaveLength(20);
    expect(kept.slice(-2)).toEqual(['again', 'value-99']);
    expect(new Set(kept).size).toBe(20);
  });

  it('does not limit what one call keeps', () => {
    const call = new CallSecrets(new ClientSecrets());
    for (let n = 0; n < 100; n += 1) call.add(`value-${n}`);
    expect(new Set(call).size).toBe(100);
  });
});
