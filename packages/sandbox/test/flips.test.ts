import { describe, expect, it } from 'vitest';
import type { Assumption, Sandbox, SandboxCredentials } from '../src/index.js';
import { ASSUMPTIONS } from '../src/public-types.js';
import {
  consentTo,
  formOf,
  get,
  getToken,
  PKCE,
  postForm,
  SHARED,
  start,
  V1,
  VERIFIER,
} from './helpers.js';

const MS = 'marketingsolutions/2020-10';
const RM = 'retailmedia/2022-10';
const NEWEST = 'retailmedia/2026-07';
const REDIRECT = 'https://app.example/back';
const ACCOUNTS = '/2022-10/retail-media/accounts';

type Fields = Record<string, unknown>;

/** What each assumption is about, as it is and flipped. */
const SUBJECTS: Readonly<
  Record<Assumption, { see: (sandbox: Sandbox) => Promise<unknown>; is: unknown; flipped: unknown }>
> = {
  'refresh-token-null': {
    see: async (sandbox) => (await token(sandbox)).refresh_token,
    is: null,
    flipped: undefined,
  },
  'refresh-token-rotates': {
    see: async (sandbox) => {
      const { refresh_token: first } = await exchange(sandbox);
      const second = await refresh(sandbox, first);
      return [typeof second.refresh_token, (await refresh(sandbox, first)).error];
    },
    is: ['string', 'invalid_grant'],
    flipped: ['undefined', undefined],
  },
  'expires-in-number': {
    see: async (sandbox) => (await token(sandbox)).expires_in,
    is: 900,
    flipped: '900',
  },
  'expires-in-present': {
    see: async (sandbox) => 'expires_in' in (await token(sandbox)),
    is: true,
    flipped: false,
  },
  'token-content-type': {
    see: async (sandbox) => {
      const response = await postForm(sandbox, SHARED, formOf(sandbox.clientOptions));
      const api = await get(sandbox, ACCOUNTS, await getToken(sandbox));
      const body = new URLSearchParams(formOf(sandbox.clientOptions));
      const headers = { accept: 'text/json' };
      const asked = await fetch(sandbox.url + SHARED, { method: 'POST', headers, body });
      return [response, api, asked].map(({ headers }) => headers.get('content-type'));
    },
    is: ['application/json', 'application/json', 'text/json'],
    flipped: ['text/plain', 'application/json', 'text/plain'],
  },
  'wrong-credentials-status': {
    see: async (sandbox) => {
      const statusOf = async (version: string, path: string): Promise<number> => {
        const form = { ...formOf(sandbox.credentials(version)), client_secret: 'wrong' };
        return (await postForm(sandbox, path, form)).status;
      };
      return [
        await statusOf(RM, SHARED),
        await statusOf(MS, SHARED),
        await statusOf('marketing/v1', V1),
      ];
    },
    is: [401, 400, 403],
    flipped: [400, 401, 401],
  },
  'unauthorized-code': {
    see: async (sandbox) => {
      const { errors } = (await (await get(sandbox, ACCOUNTS, 'none')).json()) as {
        errors: Fields[];
      };
      return [errors[0]?.type, errors[0]?.code];
    },
    is: ['authorization', 'authorization-token-invalid'],
    flipped: ['authentication', 'authentication-required'],
  },
  'rate-limit-headers': {
    see: async (sandbox) => {
      sandbox.setBudget({ limit: 1, windowMs: 60_000 });
      const bearer = await getToken(sandbox);
      const [first, second] = [
        await get(sandbox, '/me', bearer),
        await get(sandbox, '/me', bearer),
      ];
      return [first, second].map(({ status, headers }) => [
        status,
        headers.get('x-ratelimit-remaining'),
        headers.get('retry-after'),
      ]);
    },
    is: [
      [200, '0', null],
      [429, '0', null],
    ],
    flipped: [
      [200, null, null],
      [429, null, '60'],
    ],
  },
  'v1-error-bodies': {
    see: async (sandbox) => {
      const api = await get(sandbox, '/marketing/v1/portfolio', 'none');
      const denied = await postForm(sandbox, V1, { client_secret: 'wrong' });
      const other = await get(sandbox, ACCOUNTS, 'none');
      return [api, denied, other].map(({ headers }) => headers.get('content-type'));
    },
    is: [null, null, 'application/json'],
    flipped: ['text/html', 'text/html', 'application/json'],
  },
  'consent-returns-state': {
    see: async (sandbox) => Object.keys(await consent(sandbox)),
    is: ['code', 'state'],
    flipped: ['code'],
  },
  'consent-error-parameters': {
    see: async (sandbox) => {
      sandbox.consent.denyNext();
      return consent(sandbox);
    },
    is: { error: 'access_denied', state: 's' },
    flipped: { state: 's' },
  },
  'code-lifetime': {
    see: async (sandbox) => (await exchange(sandbox)).error,
    is: undefined,
    flipped: 'invalid_grant',
  },
  'pkce-parameters': {
    see: async (sandbox) => (await exchangePkce(sandbox, { code_verifier: 'wrong' })).error,
    is: 'invalid_grant',
    flipped: undefined,
  },
  'pkce-without-secret': {
    see: async (sandbox) => (await exchangePkce(sandbox, { client_secret: '' })).error,
    is: undefined,
    flipped: 'invalid_client',
  },
  'report-checksum': {
    see: async (sandbox) => {
      const path = '/2026-07/retail-media/reports/1/status';
      const { data } = (await (await get(sandbox, path, await getToken(sandbox))).json()) as {
        data: { attributes: { md5CheckSum: string } };
      };
      return /^[0-9a-f]{32}$/.test(data.attributes.md5CheckSum);
    },
    is: true,
    flipped: false,
  },
  'extra-fields': {
    see: async (sandbox) => {
      const bearer = await getToken(sandbox);
      const list = await (await get(sandbox, ACCOUNTS, bearer)).text();
      const problem = (await (await get(sandbox, ACCOUNTS, 'none')).json()) as Fields;
      const headers = { authorization: `Bearer ${bearer}`, accept: 'text/plain' };
      const plain = await fetch(`${sandbox.url}/2021-04/advertisers/me`, { headers });
      const bodies = [JSON.parse(list), problem, await plain.json()] as Fields[];
      const surprises = list.split('value-of-tomorrow').length - 1;
      return [bodies.map(({ sandboxExtra }) => sandboxExtra), surprises];
    },
    is: [[undefined, undefined, undefined], 0],
    flipped: [[true, true, true], 1],
  },
};

const token = async (sandbox: Sandbox): Promise<Fields> => ask(sandbox, {});
const refresh = (sandbox: Sandbox, refreshToken: unknown): Promise<Fields> =>
  ask(sandbox, { grant_type: 'refresh_token', refresh_token: String(refreshToken) });

async function ask(sandbox: Sandbox, form: Record<string, string>, version = RM): Promise<Fields> {
  const credentials: SandboxCredentials = sandbox.credentials(version);
  const response = await postForm(sandbox, SHARED, { ...formOf(credentials), ...form });
  return (await response.json()) as Fields;
}

function consent(sandbox: Sandbox): Promise<Record<string, string>> {
  const { clientId } = sandbox.credentials(RM);
  return consentTo(sandbox, { client_id: clientId, redirect_uri: REDIRECT, state: 's' });
}

async function exchange(sandbox: Sandbox): Promise<Fields> {
  const { code = '' } = await consent(sandbox);
  return ask(sandbox, { grant_type: 'authorization_code', code, redirect_uri: REDIRECT });
}

async function exchangePkce(sandbox: Sandbox, form: Record<string, string>): Promise<Fields> {
  const { clientId } = sandbox.credentials(NEWEST);
  const asked = { client_id: clientId, redirect_uri: REDIRECT, ...PKCE };
  const { code = '' } = await consentTo(sandbox, asked);
  const grant = { grant_type: 'authorization_code', code, redirect_uri: REDIRECT };
  return ask(sandbox, { ...grant, code_verifier: VERIFIER, ...form }, NEWEST);
}

describe('an assumption', () => {
  it.each(ASSUMPTIONS)('%s can be flipped, and the others stay', async (id) => {
    const { see, is, flipped } = SUBJECTS[id];
    expect(await see(await start())).toEqual(is);
    expect(await see(await start({ flip: [id] }))).toEqual(flipped);
    expect(
      await see(
        await start({
          flip: ASSUMPTIONS.filter((other) => !(other === id || TOUCHES[id]?.includes(other))),
        }),
      ),
    ).toEqual(is);
  });

  it('stays flipped after reset, and several may be', async () => {
    const sandbox = await start({ flip: ['refresh-token-null', 'expires-in-number'] });
    sandbox.reset();
    const answer = await token(sandbox);
    expect(answer).toMatchObject({ expires_in: '900' });
    expect(answer).not.toHaveProperty('refresh_token');
  });

  it('must be known', async () => {
    await expect(start({ flip: ['refresh-token' as Assumption] })).rejects.toThrow(
      new TypeError(`flip: 'refresh-token' is none of ${ASSUMPTIONS.join(', ')}`),
    );
  });
});

/** Without these nothing of the subject is to be seen. */
const TOUCHES: Readonly<Partial<Record<Assumption, readonly Assumption[]>>> = {
  'refresh-token-rotates': ['code-lifetime'],
  'expires-in-number': ['expires-in-present'],
  'consent-error-parameters': ['consent-returns-state'],
  'pkce-parameters': ['code-lifetime'],
  'pkce-without-secret': ['code-lifetime', 'pkce-parameters'],
};
