import assert from 'node:assert/strict';
import { parseArgs } from 'node:util';
import { SdkError } from '@criteo-sdk/retailmedia';
import { createClient } from '@criteo-sdk/retailmedia/2026-07';
import { startApi } from './api.ts';
import { startBadNetwork } from './proxy.ts';

/*
 * npm run test:bad-network: calls through a network that cuts, slows and swallows connections, to an API
 * that has bad days. No write may be processed twice, and none may be told as surely not done that was.
 *   --calls <n>  @default 4000
 *   --seed <n>   the same seed gives the same bad luck, but for timing. @default 7
 */

interface Sum {
  readonly what: string;
  readonly calls: number;
  readonly failedReads: number;
  readonly failedWrites: number;
  /** Failed writes whose error says that they may have been processed. */
  readonly toldAmbiguous: number;
  readonly tokenRequests: number;
  readonly attempts: number;
  /** Processed more than once. */
  readonly twice: number;
  /** Processed, though the error said nothing of it. */
  readonly untold: number;
  readonly fates: Readonly<Record<string, number>>;
}

const { values } = parseArgs({
  options: {
    calls: { type: 'string', default: '4000' },
    seed: { type: 'string', default: '7' },
  },
});
const CALLS = Number(values.calls);
const AT_ONCE = 32;
const WRITES_OF_10 = 3;

const seeded = (seed: number): (() => number) => {
  let state = seed;
  return () => {
    state = (state * 48_271) % 2_147_483_647;
    return state / 2_147_483_647;
  };
};

const play = async (what: string, unsafe: boolean): Promise<Sum> => {
  const random = seeded(Number(values.seed));
  const api = await startApi(random);
  const network = await startBadNetwork(api.port, random);
  let attempts = 0;
  const client = createClient({
    clientId: 'id',
    clientSecret: 'a secret of a test',
    baseUrl: `http://127.0.0.1:${network.port}`,
    allowLoopbackHttp: true,
    logLevel: 'off',
    timeoutMs: 20_000,
    retry: { baseMs: 10, maxMs: 200, unsafe },
    // It would wait a minute after a 429 that says nothing.
    rateLimit: false,
    observe: ({ type }) => {
      if (type === 'attempt') attempts += 1;
    },
  });
  const failed = { reads: 0, writes: new Map<string, boolean>() };
  const one = async (index: number): Promise<void> => {
    const isWrite = index % 10 < WRITES_OF_10;
    const name = `write ${index}`;
    // A swallowed request is given up soon: an hour of them would test nothing more.
    const options = { timeoutMs: 2_000 };
    const attributes = { name, startDate: '2026-12-01', isAutoDailyPacing: false } as const;
    const body = { data: { type: 'RetailMediaCampaign', attributes } } as never;
    const call = isWrite
      ? client.campaign.createCampaignByAccountId({ accountId: '1', body }, options)
      : client.account.getAccounts({}, options);
    await call.then(
      () => {},
      (error: unknown) => {
        assert.ok(error instanceof SdkError, String(error));
        if (isWrite) failed.writes.set(name, /may have been processed/.test(error.message));
        else failed.reads += 1;
      },
    );
  };
  try {
    let next = 0;
    const worker = async (): Promise<void> => {
      for (let index = next++; index < CALLS; index = next++) await one(index);
    };
    await Promise.all(Array.from({ length: AT_ONCE }, worker));
  } finally {
    client.close();
    await network.close();
    await api.close();
  }
  const told = [...failed.writes];
  return {
    what,
    calls: CALLS,
    failedReads: failed.reads,
    failedWrites: told.length,
    toldAmbiguous: told.filter(([, isTold]) => isTold).length,
    tokenRequests: api.tokenRequests(),
    attempts,
    twice: [...api.writes.values()].filter((times) => times > 1).length,
    untold: told.filter(([name, isTold]) => !isTold && api.writes.has(name)).length,
    fates: network.fates,
  };
};

const rows = [await play('as it is', false), await play('planted: retry.unsafe', true)];
const columns = Object.keys(rows[0] ?? {}).filter((key) => key !== 'fates');
console.table(rows, columns);
console.log('connections:', JSON.stringify(rows[0]?.fates));
const [own, planted] = rows;
const faults = [
  ...(own?.twice === 0 ? [] : ['a write was processed twice']),
  ...(own?.untold === 0 ? [] : ['a write was processed, and its error says nothing of it']),
  ...((planted?.twice ?? 0) > 0 ? [] : ['writes that are repeated at will are not seen']),
];
for (const fault of faults) console.log(`FAILED ${fault}`);
console.log(`${3 - faults.length} passed, ${faults.length} failed`);
process.exitCode = faults.length === 0 ? 0 : 1;
