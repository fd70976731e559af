import { describe, expect, it } from 'vitest';
import { formOf, get, getToken, postForm, SHARED, start, VERSIONS } from './helpers.js';

const MS = '/2021-04/advertisers/me';
const RM = '/2022-10/retail-media/accounts';
const V1 = '/marketing/v1/portfolio';

interface Body {
  errors: Record<string, string>[];
}

describe('bearer tokens', () => {
  it.each([MS, RM, V1, '/legacy/marketing/v1/categories', '/me'])('open %s', async (path) => {
    const sandbox = await start();
    expect((await get(sandbox, path, await getToken(sandbox))).status).toBe(200);
  });

  it.each([
    ['missing', {}],
    ['missing', { authorization: 'Basic YTpi' }],
    ['invalid', { authorization: 'Bearer nobody' }],
    ['invalid', { authorization: `Bearer sandbox_${'A'.repeat(72)}` }],
  ])('are %s with %j', async (reason, headers) => {
    const sandbox = await start();
    const response = await fetch(sandbox.url + RM, { headers: headers as Record<string, string> });
    const { errors } = (await response.json()) as Body;
    expect(response.status).toBe(401);
    expect(errors).toMatchObject([
      { type: 'authorization', code: `authorization-token-${reason}`, instance: RM },
    ]);
  });

  it('expire by the clock of the sandbox', async () => {
    const sandbox = await start();
    const token = await getToken(sandbox);
    sandbox.clock.tick('14m');
    expect((await get(sandbox, RM, token)).status).toBe(200);
    sandbox.clock.tick(60_000);
    const response = await get(sandbox, RM, token);
    expect(response.status).toBe(401);
    expect(((await response.json()) as Body).errors[0]?.code).toBe('authorization-token-expired');
  });

  it('end with reset', async () => {
    const sandbox = await start();
    const token = await getToken(sandbox);
    sandbox.reset();
    expect((await get(sandbox, RM, token)).status).toBe(401);
  });

  it('are refused with the trace fields of each generation', async () => {
    const { url } = await start();
    const first = async (path: string): Promise<Record<string, string>> =>
      ((await (await fetch(url + path)).json()) as Body).errors[0] ?? {};
    const [ms, rm] = [await first(MS), await first(RM)];
    expect(ms).toHaveProperty('traceIdentifier');
    expect(ms).not.toHaveProperty('traceId');
    expect(rm.traceId).toBe(rm.traceIdentifier);
    expect(await (await fetch(url + V1)).text()).toBe('');
  });
});

describe('addresses', () => {
  it.each([
    ['GET', '/nowhere', 404],
    ['GET', '/', 404],
    ['GET', `${RM}/`, 404],
    ['GET', '/2022-10/retail-media/accounts//campaigns', 404],
    ['PATCH', RM, 405],
    ['OPTIONS', RM, 405],
  ])('%s %s answers %i with a problem', async (method, path, status) => {
    const response = await fetch((await start()).url + path, { method });
    expect(response.status).toBe(status);
    expect(((await response.json()) as Body).errors[0]).toMatchObject({ type: 'validation' });
  });

  it('prefers static segments to parameters', async () => {
    const sandbox = await start();
    await fetch(`${sandbox.url}/marketing/v1/campaigns/bids`);
    await fetch(`${sandbox.url}/marketing/v1/campaigns/12`);
    expect(sandbox.calls().map((call) => call.operation)).toEqual([
      expect.stringMatching(/bids/i),
      expect.stringMatching(/campaign$/i),
    ]);
  });

  it('of the authentication guide answers as the documented one, for any application', async () => {
    const sandbox = await start();
    const guide = '/2020-10/advertisers/me';
    for (const version of VERSIONS) {
      const form = formOf(sandbox.credentials(version));
      const url = version === 'marketing/v1' ? '/marketing/oauth2/token' : SHARED;
      const { access_token } = (await (await postForm(sandbox, url, form)).json()) as {
        access_token: string;
      };
      const headers = { authorization: `Bearer ${access_token}`, accept: 'text/plain' };
      const [answer, documented] = [
        await fetch(sandbox.url + guide, { headers }),
        await fetch(sandbox.url + MS, { headers }),
      ];
      expect([answer.status, answer.headers.get('content-type')]).toEqual([200, 'text/plain']);
      expect(await answer.json()).toEqual(await documented.json());
    }
    expect(sandbox.calls('getAdvertisers')[0]).toMatchObject({ path: guide, version: '2020-10' });
    const refused = await fetch(sandbox.url + guide);
    expect(((await refused.json()) as Body).errors[0]).toMatchObject({ instance: guide });
    expect((await fetch(`${sandbox.url}/2020-10/audiences`)).status).toBe(404);
  });

  it('tells which method a path has', async () => {
    const response = await fetch((await start()).url + RM, { method: 'DELETE' });
    expect(response.headers.get('allow')).toBe('GET');
  });
});

describe('the budget', () => {
  it('counts API calls per window and says when the next may be made', async () => {
    const sandbox = await start({ budget: { limit: 2, windowMs: 60_000 } });
    const token = await getToken(sandbox);
    const before = sandbox.clock.now().getTime();
    const [a, b, c] = [
      await get(sandbox, MS, token),
      await get(sandbox, MS, token),
      await get(sandbox, MS, token),
    ];
    expect([a, b, c].map((r) => r.status)).toEqual([200, 200, 429]);
    expect([a, b, c].map((r) => r.headers.get('x-ratelimit-remaining'))).toEqual(['1', '0', '0']);
    expect(c.headers.get('x-ratelimit-limit')).toBe('2');
    expect(c.headers.has('retry-after')).toBe(false);
    expect(((await c.json()) as Body).errors[0]).toMatchObject({ type: 'quota' });
    const reset = Number(c.headers.get('x-ratelimit-reset')) * 1_000;
    expect(reset).toBeGreaterThanOrEqual(before + 60_000);
    sandbox.clock.tick(reset - sandbox.clock.now().getTime());
    expect((await get(sandbox, MS, token)).status).toBe(200);
  });

  it('sends no headers unless it is set, and none with tokens', async () => {
    const sandbox = await start();
    const token = await getToken(sandbox);
    expect((await get(sandbox, MS, token)).headers.has('x-ratelimit-limit')).toBe(false);
    sandbox.setBudget({ limit: 0, windowMs: 1_000 });
    expect((await get(sandbox, MS, token)).status).toBe(429);
    expect(await getToken(sandbox)).toMatch(/^sandbox_/);
    sandbox.setBudget(undefined);
    expect((await get(sandbox, MS, token)).status).toBe(200);
  });
});

describe('forbidden operations', () => {
  it('answer 403 until reset', async () => {
    const sandbox = await start();
    sandbox.forbid('getCurrentApplication');
    const response = await get(sandbox, '/me', await getToken(sandbox));
    expect(response.status).toBe(403);
    expect(((await response.json()) as Body).errors[0]).toMatchObject({ type: 'access-control' });
    sandbox.reset();
    expect((await get(sandbox, '/me', await getToken(sandbox))).status).toBe(200);
  });

  it('must exist', async () => {
    const sandbox = await start();
    expect(() => sandbox.forbid('getNothing')).toThrow(/no operation is named 'getNothing'/);
  });
});

describe('the clock', () => {
  it.each(['soon', '15', '-1m', Number.NaN, -1])('does not take %s', async (span) => {
    const { clock } = await start();
    expect(() => clock.tick(span)).toThrow(TypeError);
  });
});
