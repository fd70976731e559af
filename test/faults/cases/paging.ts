import assert from 'node:assert/strict';
import { paginate, ResponseError } from '@criteo-sdk/retailmedia';
import { type Bench, type Case, connect, failure, seen, status } from '../bench.ts';
import type { Fault } from '../misbehave.ts';

/** Lists whose pages lead astray, or last longer than a token. */
export const PAGING: readonly Case[] = [
  {
    id: 'F40',
    what: 'a next page at another host: never followed; a page that comes twice: an error; more pages than are allowed: an error',
    run: async (bench) => {
      const nextPage = 'https://thief.invalid/accounts?pageIndex=1';
      const pages = [0, 1, 2].map((index) => page(index, 3, { nextPage }));
      assert.deepEqual(await listed(bench, pages), IDS.slice(0, 75));
      await seen(bench, { api: 3 });
      await refused(bench, [page(0, 3), page(0, 3)], 'repeated-page', 2);
      await refused(
        bench,
        [0, 1, 2].map((index) => page(index, 9)),
        'too-many-pages',
        3,
      );
    },
  },
  {
    id: 'F41',
    what: 'a token that ends between the third page and the fourth: nothing is missing, nothing comes twice, one new token',
    run: async (bench) => {
      const [first, second, third, fourth] = [0, 1, 2, 3].map((index) => page(index, 4));
      assert.ok(first && second && third && fourth);
      const pages = [first, second, third, status(401), fourth];
      assert.deepEqual(await listed(bench, pages), IDS.slice(0, 100));
      await seen(bench, { api: 5, token: 2 });
    },
  },
];

const SIZE = 25;
const IDS = Array.from({ length: 10 * SIZE }, (_, at) => String(at));

const page = (index: number, totalPages: number, more: object = {}): Fault => ({
  kind: 'status',
  status: 200,
  body: {
    data: IDS.slice(index * SIZE, (index + 1) * SIZE).map((id) => ({ id, type: 'account' })),
    metadata: { totalItemsAcrossAllPages: totalPages * SIZE, totalPages, ...more },
  },
});

const list = (bench: Bench) => paginate(connect(bench).account.getAccounts, {}, { maxPages: 3 });

const listed = async (bench: Bench, api: readonly Fault[]): Promise<unknown[]> => {
  await bench.script({ api });
  const pager = paginate(connect(bench).account.getAccounts);
  return (await pager.toArray({ limit: Number.POSITIVE_INFINITY })).map(({ id }) => id);
};

const refused = async (
  bench: Bench,
  api: readonly Fault[],
  reason: string,
  calls: number,
): Promise<void> => {
  const before = (await bench.counts()).api.length;
  await bench.script({ api });
  const error = await failure(list(bench).toArray({ limit: Number.POSITIVE_INFINITY }));
  assert.ok(error instanceof ResponseError);
  assert.equal(error.reason, reason);
  assert.equal((await bench.counts()).api.length - before, calls);
};
