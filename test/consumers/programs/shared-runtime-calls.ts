import { AccessToken, ResponseError, SdkError, type TokenProvider } from '@criteo-sdk/retailmedia';
import { createClient } from '@criteo-sdk/retailmedia/2026-07';

/*
 * What every runtime is asked to do, bundled or not. It prints nothing and names no runtime's own
 * interface: a program of each runtime gives it what to call, and hands on what it found.
 */

/** What a program is told. Only a program on a server has a secret, only one without it a token. */
export interface Told {
  readonly clientId: string;
  readonly clientSecret?: string;
  readonly token?: string;
  readonly baseUrl: string;
  readonly allowLoopbackHttp: true;
  /** Where nobody listens. */
  readonly closedUrl: string;
}

export type Client = ReturnType<typeof createClient>;

/** What came of the calls, to be compared with what the sandbox saw. */
export interface Found {
  readonly accounts: readonly number[];
  readonly asset: boolean;
  readonly failures: Readonly<Record<string, string>>;
}

/** Calls with credentials, or with a token that was given, whichever is there. */
export const callAll = (told: Told): Promise<Found> => callEach(told, clientOf(told));

export const clientOf = ({ closedUrl: _closedUrl, token, ...options }: Told): Client =>
  createClient(token === undefined ? options : { ...options, tokens: given(token) });

// The first token is refused, as one that has ended: the call goes on with the next.
const given = (good: string): TokenProvider => {
  let value = 'a-token-that-has-ended';
  return {
    get: async () =>
      new AccessToken({ value, tokenType: 'Bearer', expiresAt: new Date(Date.now() + 60_000) }),
    invalidate: () => {
      value = good;
    },
  };
};

const callEach = async (told: Told, client: Client): Promise<Found> => {
  const { account, creative } = client;
  const lists = await Promise.all([1, 2, 3].map((pageSize) => account.getAccounts({ pageSize })));
  const assetFile = new File(['an asset of é bytes'], 'asset.png', { type: 'image/png' });
  const { data: asset } = await creative.createAsset({ assetFile });
  const fails = async (work: () => Promise<unknown>): Promise<string> => {
    const error = await work().then(
      () => undefined,
      (reason: unknown) => reason,
    );
    return error instanceof SdkError ? nameOf(error) : `no SdkError: ${String(error)}`;
  };
  const failures = {
    forbidden: await fails(() => client.gateway.getCurrentApplication()),
    elsewhere: await fails(() => client.request({ method: 'GET', path: '/elsewhere' })),
    slow: await fails(() => client.request({ method: 'GET', path: '/slow' }, { timeoutMs: 1_000 })),
    // A write, after answered calls whose connection may be used again.
    broken: await fails(() => client.request({ method: 'POST', path: '/broken', body: {} })),
    closed: await fails(() => atClosed(told)),
  };
  client.close();
  return {
    accounts: lists.map(({ data }) => data.length),
    asset: asset?.id !== undefined,
    failures,
  };
};

const nameOf = (error: SdkError): string => {
  const more = error instanceof ResponseError ? error.reason : error.status;
  return more === undefined ? error.name : `${error.name} ${more}`;
};

const atClosed = ({ closedUrl, ...told }: Told): Promise<unknown> =>
  clientOf({ ...told, closedUrl, baseUrl: closedUrl, token: 'any' }).account.getAccounts(
    {},
    { retry: { limit: 0 } },
  );
