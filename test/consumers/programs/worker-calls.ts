import { systemClock } from '@criteo-sdk/retailmedia';
import { createClient } from '@criteo-sdk/retailmedia/2026-07';
import { type Client, callAll, type Told } from './shared-runtime-calls.ts';

/** What is asked of the worker. */
export type Wish = { readonly told: Told } & (
  | { readonly client: 'own' }
  /** `aheadMs` is how far the clock of the shared client has moved. */
  | { readonly client: 'shared'; readonly aheadMs: number }
);

export default {
  fetch: async (request: Request): Promise<Response> => {
    const wish = (await request.json()) as Wish;
    if (wish.client === 'own') return Response.json(await callAll(wish.told));
    aheadMs = wish.aheadMs;
    shared ??= sharedClient(wish.told);
    const { data } = await shared.account.getAccounts({ pageSize: 1 });
    return Response.json(data.length);
  },
};

let shared: Client | undefined;
let aheadMs = 0;

/** One client for all requests, as a module keeps it. Its secret takes longer to come than a call. */
const sharedClient = ({ clientId, clientSecret = '', baseUrl, allowLoopbackHttp }: Told): Client =>
  createClient({
    clientId,
    clientSecret: () => new Promise((resolve) => setTimeout(resolve, 1_000, clientSecret)),
    baseUrl,
    allowLoopbackHttp,
    clock: {
      ...systemClock,
      now: () => systemClock.now() + aheadMs,
      monotonic: () => systemClock.monotonic() + aheadMs,
    },
  });
