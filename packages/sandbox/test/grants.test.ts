import { describe, expect, it } from 'vitest';
import type { Sandbox, SandboxOptions } from '../src/index.js';
import {
  CHALLENGE,
  consentTo,
  formOf,
  get,
  PKCE,
  postForm,
  SHARED,
  start,
  TODAY,
  V1,
  VERIFIER,
} from './helpers.js';

const RM = 'retailmedia/2022-10';
const REDIRECT = 'https://app.example/back?to=us';

interface Tokens {
  readonly access_token: string;
  readonly refresh_token: string;
}

type Change = Readonly<Record<string, string>>;

/** What a client may do next; each answers with what the server said. */
interface Actor {
  readonly sandbox: Sandbox;
  exchange(change?: Change): Promise<string>;
  refresh(token: string | undefined, change?: Change): Promise<string>;
  /** Of the tokens so far, oldest first. */
  tokens: Tokens[];
  call(token: string | undefined): Promise<number>;
}

/** A user has consented; empty texts take a parameter out. */
async function actor(asked: Change = {}, options?: SandboxOptions, version = RM): Promise<Actor> {
  const sandbox = await start(options);
  const { clientId } = sandbox.credentials(version);
  const parameters = { client_id: clientId, redirect_uri: REDIRECT, ...asked };
  const { code = '' } = await consentTo(sandbox, parameters);
  const tokens: Tokens[] = [];
  const post = async (form: Change): Promise<string> => {
    const response = await postForm(sandbox, SHARED, {
      ...formOf(sandbox.credentials(version)),
      ...form,
    });
    const body = (await response.json()) as Tokens & { error?: string };
    if (response.ok) tokens.push(body);
    return response.ok ? 'tokens' : `${response.status} ${body.error}`;
  };
  return {
    sandbox,
    tokens,
    exchange: (change) =>
      post({ grant_type: 'authorization_code', code, redirect_uri: REDIRECT, ...change }),
    refresh: (token = '', change) =>
      post({ grant_type: 'refresh_token', refresh_token: token, ...change }),
    call: async (accessToken = '') => (await get(sandbox, '/me', accessToken)).status,
  };
}

const INVALID = '400 invalid_grant';

describe('an authorization code', () => {
  it.each<[string, Change, Change, string]>([
    ['as it was asked for', {}, {}, 'tokens'],
    ['with its verifier', PKCE, { code_verifier: VERIFIER }, 'tokens'],
    ['without its verifier', PKCE, {}, INVALID],
    ['with a wrong verifier', PKCE, { code_verifier: `${VERIFIER}y` }, INVALID],
    ['with the challenge as verifier', PKCE, { code_verifier: CHALLENGE }, INVALID],
    ['with a verifier that nobody asked for', {}, { code_verifier: VERIFIER }, INVALID],
    ['with another redirect URI', {}, { redirect_uri: 'https://app.example/back' }, INVALID],
    ['without redirect URI', {}, { redirect_uri: '' }, '400 invalid_request'],
    ['without code', {}, { code: '' }, '400 invalid_request'],
    ['that nobody issued', {}, { code: 'sandbox_code' }, INVALID],
  ])('%s', async (_case, asked, change, verdict) => {
    expect(await (await actor(asked)).exchange(change)).toBe(verdict);
  });

  it('of another client is not taken, and stays good for its own', async () => {
    const { sandbox, exchange } = await actor();
    const { client_id = '', client_secret = '' } = formOf(sandbox.clientOptions);
    expect(await exchange({ client_id, client_secret })).toBe(INVALID);
    expect(await exchange()).toBe('tokens');
  });

  it('survives a wrong try', async () => {
    const { exchange } = await actor(PKCE);
    expect(await exchange({ code_verifier: 'wrong' })).toBe(INVALID);
    expect(await exchange({ code_verifier: VERIFIER })).toBe('tokens');
  });

  it('used twice ends all that came of it', async () => {
    const { exchange, refresh, call, tokens } = await actor();
    await exchange();
    await refresh(tokens[0]?.refresh_token);
    expect(await exchange()).toBe(INVALID);
    expect(await refresh(tokens[1]?.refresh_token)).toBe(INVALID);
    expect(await call(tokens[0]?.access_token)).toBe(401);
    expect(await call(tokens[1]?.access_token)).toBe(401);
  });

  it('lives 60 s', async () => {
    const [young, old] = [await actor(), await actor()];
    young.sandbox.clock.tick('59s');
    old.sandbox.clock.tick('60s');
    expect([await young.exchange(), await old.exchange()]).toEqual(['tokens', INVALID]);
  });

  it('is no token of another kind', async () => {
    const { exchange, refresh, call, tokens } = await actor();
    await exchange();
    expect(await call(tokens[0]?.refresh_token)).toBe(401);
    expect(await refresh(tokens[0]?.access_token)).toBe(INVALID);
    expect(await exchange({ code: tokens[0]?.refresh_token ?? '' })).toBe(INVALID);
  });

  it.each([
    ['marketing/v1', V1],
    ['marketingsolutions/2020-10', SHARED],
  ])('is not a grant of %s', async (version, path) => {
    const sandbox = await start();
    const credentials = sandbox.credentials(version);
    const asked = { client_id: credentials.clientId, redirect_uri: REDIRECT };
    const { code = '' } = await consentTo(sandbox, asked);
    const grant = { grant_type: 'authorization_code', code, redirect_uri: REDIRECT };
    const response = await postForm(sandbox, path, { ...formOf(credentials), ...grant });
    expect(response.status).toBe(400);
    if (path === SHARED)
      expect(await response.json()).toHaveProperty('error', 'unsupported_grant_type');
  });

  it('leaves no trace in the journal', async () => {
    const { sandbox, exchange, refresh, tokens } = await actor(PKCE);
    await exchange({ code_verifier: VERIFIER });
    await refresh(tokens[0]?.refresh_token);
    const journal = JSON.stringify(sandbox.calls());
    expect(journal).not.toContain(VERIFIER);
    expect(journal).not.toContain(tokens[0]?.refresh_token);
    expect(journal).not.toMatch(/code=sandbox_/);
  });
});

describe.each(TODAY)('PKCE of %s', (version) => {
  const noSecret = { client_secret: '' };
  const verified = { code_verifier: VERIFIER };
  const client = (asked: Change): Promise<Actor> => actor(asked, {}, version);

  it.each<[string, Change, Change, string]>([
    ['as it was asked for', PKCE, verified, 'tokens'],
    ['without a secret', PKCE, { ...verified, ...noSecret }, 'tokens'],
    ['with a wrong secret', PKCE, { ...verified, client_secret: 'wrong' }, '401 invalid_client'],
    ['with a wrong verifier', PKCE, { code_verifier: 'wrong' }, INVALID],
    ['with neither', PKCE, { code_verifier: 'wrong', ...noSecret }, INVALID],
    ['without a verifier', PKCE, {}, INVALID],
    ['with nothing but the code', PKCE, noSecret, '401 invalid_client'],
    ['with a verifier that nobody asked for', {}, verified, INVALID],
    ['with that, and no secret', {}, { ...verified, ...noSecret }, INVALID],
    ['without PKCE', {}, {}, 'tokens'],
    ['without PKCE and secret', {}, noSecret, '401 invalid_client'],
    ['of nobody', PKCE, { ...verified, ...noSecret, client_id: 'x' }, '401 invalid_client'],
  ])('a code %s', async (_case, asked, change, verdict) => {
    expect(await (await client(asked)).exchange(change)).toBe(verdict);
  });

  it('a refresh token goes without a secret where its code did, and only there', async () => {
    const [free, bound] = [await client(PKCE), await client(PKCE)];
    await free.exchange({ ...verified, ...noSecret });
    await bound.exchange(verified);
    expect(await free.refresh(free.tokens[0]?.refresh_token, noSecret)).toBe('tokens');
    expect(await free.refresh(free.tokens[1]?.refresh_token)).toBe('tokens');
    expect(await bound.refresh(bound.tokens[0]?.refresh_token, noSecret)).toBe(INVALID);
    expect(await bound.refresh(bound.tokens[0]?.refresh_token)).toBe('tokens');
  });

  it('client credentials have a secret', async () => {
    const { refresh } = await client(PKCE);
    const asClient = { ...noSecret, ...verified, grant_type: 'client_credentials' };
    expect(await refresh('', asClient)).toBe('401 invalid_client');
  });
});

it('a client of 2022-10 has no code without a secret', async () => {
  const { exchange } = await actor(PKCE);
  const change = { code_verifier: VERIFIER, client_secret: '' };
  expect(await exchange(change)).toBe('400 invalid_request');
});

describe('a refresh token', () => {
  it('brings another and dies', async () => {
    const { exchange, refresh, call, tokens } = await actor();
    await exchange();
    expect(await refresh(tokens[0]?.refresh_token)).toBe('tokens');
    expect(await refresh(tokens[1]?.refresh_token)).toBe('tokens');
    expect(new Set(tokens.map((token) => token.refresh_token)).size).toBe(3);
    expect(await call(tokens[0]?.access_token)).toBe(200);
    expect(await call(tokens[2]?.access_token)).toBe(200);
  });

  it('used twice ends the family, and no other', async () => {
    const first = await actor();
    await first.exchange();
    await first.refresh(first.tokens[0]?.refresh_token);
    const { clientId } = first.sandbox.credentials(RM);
    const asked = { client_id: clientId, redirect_uri: REDIRECT };
    const { code = '' } = await consentTo(first.sandbox, asked);
    await first.exchange({ code });
    expect(await first.refresh(first.tokens[0]?.refresh_token)).toBe(INVALID);
    expect(await first.refresh(first.tokens[1]?.refresh_token)).toBe(INVALID);
    const statuses = first.tokens.map((token) => first.call(token.access_token));
    expect(await Promise.all(statuses)).toEqual([401, 401, 200]);
    expect(await first.refresh(first.tokens[2]?.refresh_token)).toBe('tokens');
  });

  it('is bound to its client, who keeps it when another tries', async () => {
    const { sandbox, exchange, refresh, tokens } = await actor();
    await exchange();
    const { client_id = '', client_secret = '' } = formOf(sandbox.clientOptions);
    const token = tokens[0]?.refresh_token;
    expect(await refresh(token, { client_id, client_secret })).toBe(INVALID);
    expect(await refresh(token)).toBe('tokens');
  });

  it('must be sent, and lives half a year', async () => {
    const { sandbox, exchange, refresh, tokens } = await actor();
    expect(await refresh(undefined)).toBe('400 invalid_request');
    await exchange();
    sandbox.clock.tick('183d');
    expect(await refresh(tokens[0]?.refresh_token)).toBe(INVALID);
  });
});

describe('revoke', () => {
  it('ends consents, codes and refresh tokens, and says 403 to their access tokens', async () => {
    const { sandbox, exchange, refresh, call, tokens } = await actor();
    await exchange();
    const { clientId } = sandbox.credentials(RM);
    const asked = { client_id: clientId, redirect_uri: REDIRECT };
    const { code = '' } = await consentTo(sandbox, asked);
    const credentials = formOf(sandbox.credentials(RM));
    const own = (await (await postForm(sandbox, SHARED, credentials)).json()) as Tokens;
    sandbox.revoke();
    const refused = await get(sandbox, '/me', tokens[0]?.access_token ?? '');
    expect([refused.status, await refused.json()]).toMatchObject([
      403,
      { errors: [{ type: 'access-control' }] },
    ]);
    expect(await refresh(tokens[0]?.refresh_token)).toBe(INVALID);
    expect(await exchange({ code })).toBe(INVALID);
    expect(await call(own.access_token)).toBe(200);
    const after = await consentTo(sandbox, asked);
    expect(await exchange({ code: after.code ?? '' })).toBe('tokens');
    expect(await call(tokens[1]?.access_token)).toBe(200);
  });

  it('forgets consents beyond 10 000, which have ended then', { timeout: 60_000 }, async () => {
    const { sandbox, exchange, call, tokens } = await actor();
    await exchange();
    const { clientId } = sandbox.credentials(RM);
    const asked = { client_id: clientId, redirect_uri: REDIRECT };
    for (let i = 0; i < 500; i += 1)
      await Promise.all(Array.from({ length: 20 }, () => consentTo(sandbox, asked)));
    expect(await call(tokens[0]?.access_token)).toBe(401);
  });
});

describe('random sequences', () => {
  /** Mulberry32: the same seed gives the same sequence. */
  const random = (seed: number): (() => number) => {
    let a = seed;
    return () => {
      a = (a + 0x6d2b79f5) | 0;
      let t = Math.imul(a ^ (a >>> 15), 1 | a);
      t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
      return ((t ^ (t >>> 14)) >>> 0) / 4_294_967_296;
    };
  };

  it('end as RFC 6749 and a plain model of it say', async () => {
    for (let seed = 1; seed <= 60; seed += 1) {
      const next = random(seed);
      const { exchange, refresh, call, tokens } = await actor(PKCE);
      let [spent, isOver] = [0, false];
      for (let step = 0; step < 8; step += 1) {
        const which = Math.floor(next() * (tokens.length + 2));
        const isCode = which >= tokens.length;
        const isRight = next() < 0.8;
        const verifier = { code_verifier: isRight ? VERIFIER : 'wrong' };
        const turn = isCode ? 0 : which + 1;
        const verdict = isCode
          ? await exchange(verifier)
          : await refresh(tokens[which]?.refresh_token);
        const isTaken = !isOver && turn === spent && (isRight || !isCode);
        if (!isTaken && !isOver && turn !== spent && (isRight || !isCode)) isOver = true;
        if (isTaken) spent += 1;
        expect([seed, step, verdict]).toEqual([seed, step, isTaken ? 'tokens' : INVALID]);
      }
      for (const { access_token } of tokens)
        expect([seed, await call(access_token)]).toEqual([seed, isOver ? 401 : 200]);
    }
  });
});
