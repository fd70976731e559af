import { describe, expect, it } from 'vitest';
import { Api } from '../src/api.js';
import { ConfigError, ResponseError } from '../src/errors.js';
import type { Bound, PagedOperation, Paging, Transport } from '../src/operation.js';
import { type Page, paginate } from '../src/paging.js';
import { fails, perTest } from './api.js';
import { json, type Seen } from './server.js';

interface Params {
  readonly pageIndex?: number;
  readonly pageSize?: number;
  readonly offset?: number;
  readonly limit?: number;
}
interface Thing {
  readonly id?: number | string | null;
}
interface List {
  readonly data?: readonly Thing[] | null;
}
type ListThings = PagedOperation<Params, List>;

class ThingApi extends Api {
  declare readonly listThings: Bound<ListThings>;
  constructor(transport: Transport, paging: Paging) {
    const operation: ListThings = {
      id: 'listThings',
      method: 'GET',
      path: '/things',
      query: ['pageIndex', 'pageSize', 'offset', 'limit'],
      paging,
    };
    super(transport, [operation]);
  }
}

const setUp = perTest();

/** The numbers of a request's query. */
const asked = ({ url }: Seen): Record<string, number> =>
  Object.fromEntries(
    [...new URL(url, 'http://x').searchParams].map(([name, value]) => [name, Number(value)]),
  );

const things = (from: number, until: number): Thing[] =>
  Array.from({ length: Math.max(0, until - from) }, (_, at) => ({ id: `t-${from + at}` }));

interface Shelf {
  readonly total: number;
  /** What the server gives however much is asked for. */
  readonly most?: number;
  readonly usual?: number;
  /** What is said of the count, by page. */
  readonly say?: (received: number) => object;
}

/** A server that lists so many things, by either style. */
const listing =
  ({ total, most = Number.POSITIVE_INFINITY, usual = 10, say = () => ({}) }: Shelf) =>
  (seen: Seen): object => {
    const { pageIndex, pageSize, offset, limit } = asked(seen);
    const size = Math.min(most, pageSize ?? limit ?? usual);
    const from = offset ?? (pageIndex ?? 0) * size;
    const data = things(from, Math.min(total, from + size));
    return { data, ...say(data.length) };
  };

interface World {
  readonly list: Bound<ListThings>;
  readonly requests: () => Record<string, number>[];
}

const worldOf = async (
  answer: (seen: Seen, call: number) => object,
  paging: Paging,
): Promise<World> => {
  const { client, apiCalls } = await setUp((seen, response, call) =>
    json(response, 200, answer(seen, call)),
  );
  const { listThings } = new ThingApi(client, paging);
  return { list: listThings, requests: () => apiCalls().map(asked) };
};

const all = { limit: Number.POSITIVE_INFINITY };
const ids = (items: readonly Thing[]): unknown[] => items.map(({ id }) => id);

describe('a list by page', () => {
  const paging: Paging = { style: 'page', total: 'metadata.totalItems', defaultSize: 10 };
  const say = () => ({ metadata: { totalItems: 25 } });

  it('is walked to its end, with one request a page', async () => {
    const { list, requests } = await worldOf(listing({ total: 25, say }), paging);
    expect(ids(await paginate(list).toArray(all))).toEqual(ids(things(0, 25)));
    expect(requests()).toEqual([{}, { pageIndex: 1 }, { pageIndex: 2 }]);
  });

  it('asks for no empty page after a last one that is full', async () => {
    const answer = listing({ total: 20, say: () => ({ metadata: { totalItems: 20 } }) });
    const { list, requests } = await worldOf(answer, paging);
    expect(await paginate(list).toArray(all)).toHaveLength(20);
    expect(requests()).toHaveLength(2);
  });

  it('begins where its parameters say, with the size that they say', async () => {
    const { list, requests } = await worldOf(listing({ total: 25, say }), paging);
    const found = await paginate(list, { pageIndex: 2, pageSize: 7 }).toArray(all);
    expect(ids(found)).toEqual(ids(things(14, 25)));
    expect(requests()).toEqual([
      { pageIndex: 2, pageSize: 7 },
      { pageIndex: 3, pageSize: 7 },
    ]);
  });
});

describe('a list by page whose pages are smaller than asked', () => {
  const paging: Paging = { style: 'page', total: 'metadata.totalItems', defaultSize: 10 };
  const say = () => ({ metadata: { totalItems: 45 } });

  it('is walked to its end: what came is counted, not what was asked for', async () => {
    const { list, requests } = await worldOf(listing({ total: 45, most: 10, say }), paging);
    const found = await paginate(list, { pageSize: 1_000 }).toArray(all);
    expect(ids(found)).toEqual(ids(things(0, 45)));
    expect(requests()).toHaveLength(5);
  });

  it('is walked to its end from a later page, too', async () => {
    const { list } = await worldOf(listing({ total: 45, most: 10, say }), paging);
    const found = await paginate(list, { pageIndex: 2, pageSize: 1_000 }).toArray(all);
    expect(ids(found)).toEqual(ids(things(20, 45)));
  });
});

describe('a list by offset', () => {
  const paging: Paging = { style: 'offset', total: 'meta.count', defaultSize: 10 };

  it('goes on behind what came, even where the server gives less than asked', async () => {
    const answer = listing({ total: 25, most: 8, say: () => ({ meta: { count: 25 } }) });
    const { list, requests } = await worldOf(answer, paging);
    expect(ids(await paginate(list, { limit: 20 }).toArray(all))).toEqual(ids(things(0, 25)));
    expect(requests().map(({ offset }) => offset)).toEqual([undefined, 8, 16, 24]);
  });

  it('does not end early where the count is that of the page', async () => {
    const answer = listing({ total: 25, say: (count) => ({ meta: { count } }) });
    const { list, requests } = await worldOf(answer, paging);
    expect(await paginate(list).toArray(all)).toHaveLength(25);
    expect(requests()).toHaveLength(3);
  });

  it.each<[string, Paging, object, number]>([
    ['without a count ends with a short page', { style: 'offset', defaultSize: 10 }, {}, 3],
    ['of a size that nobody states ends with an empty one', { style: 'offset' }, {}, 4],
    ['with a count that is no number is one without', paging, { meta: { count: '3' } }, 3],
    ['with a count of nothing is one without', paging, { meta: null }, 3],
  ])('%s', async (_what, how, said, count) => {
    const { list, requests } = await worldOf(listing({ total: 25, say: () => said }), how);
    expect(await paginate(list).toArray(all)).toHaveLength(25);
    expect(requests()).toHaveLength(count);
  });

  it('is asked for more where the server gives less than the size that was asked for', async () => {
    const answer = listing({ total: 25, most: 10 });
    const { list } = await worldOf(answer, { style: 'offset', defaultSize: 10 });
    expect(await paginate(list, { limit: 1_000 }).toArray(all)).toHaveLength(25);
  });
});

describe('a pager', () => {
  const paging: Paging = { style: 'offset', defaultSize: 10 };

  it('asks for nothing before it is read, and for no page more than is read', async () => {
    const { list, requests } = await worldOf(listing({ total: 100 }), paging);
    const pager = paginate(list);
    expect(requests()).toEqual([]);
    for await (const { id } of pager) if (id === 't-12') break;
    expect(requests()).toHaveLength(2);
    expect(await pager.toArray({ limit: 20 })).toHaveLength(20);
    expect(requests()).toHaveLength(4);
    expect(await pager.toArray({ limit: 0 })).toEqual([]);
    expect(requests()).toHaveLength(4);
  });

  it('gives the pages, each with the parameters of the next: a place to go on from', async () => {
    const { list } = await worldOf(listing({ total: 25 }), paging);
    const pages: Page<Params, List>[] = [];
    for await (const page of paginate(list, { limit: 10 }).pages()) pages.push(page);
    expect(pages.map(({ items, next }) => [items.length, next])).toEqual([
      [10, { limit: 10, offset: 10 }],
      [10, { limit: 10, offset: 20 }],
      [5, undefined],
    ]);
    expect(pages[2]?.data).toEqual({ data: things(20, 25) });
    const rest = await paginate(list, pages[0]?.next).toArray(all);
    expect(ids(rest)).toEqual(ids(things(10, 25)));
  });

  it('ends with its signal, between two pages as within one', async () => {
    const { list, requests } = await worldOf(listing({ total: 100 }), paging);
    const controller = new AbortController();
    const read = async (): Promise<void> => {
      for await (const { id } of paginate(list, {}, { signal: controller.signal }))
        if (id === 't-9') controller.abort(new Error('enough'));
    };
    await expect(read()).rejects.toThrow('enough');
    expect(requests()).toHaveLength(1);
  });

  it('loses and repeats nothing when a token ends between two pages', async () => {
    const answer = listing({ total: 25 });
    const { client, apiCalls, tokenCalls } = await setUp((seen, response, call) =>
      call === 1 ? json(response, 401, {}) : json(response, 200, answer(seen)),
    );
    const { listThings } = new ThingApi(client, paging);
    expect(ids(await paginate(listThings).toArray(all))).toEqual(ids(things(0, 25)));
    expect(apiCalls().map(asked)).toEqual([{}, { offset: 10 }, { offset: 10 }, { offset: 20 }]);
    expect(tokenCalls()).toHaveLength(2);
  });

  it('leaves out what an earlier page had: lists grow while they are read', async () => {
    const pages = [things(0, 10), things(8, 18), things(18, 20)];
    const { list } = await worldOf((_seen, call) => ({ data: pages[call] ?? [] }), paging);
    expect(ids(await paginate(list).toArray(all))).toEqual(ids(things(0, 20)));
  });

  it.each([[{ data: [] }], [{ data: null }], [{}]])('lists nothing for %j', async (body) => {
    const { list, requests } = await worldOf(() => body, paging);
    expect(await paginate(list).toArray(all)).toEqual([]);
    expect(requests()).toHaveLength(1);
  });
});

describe('a pager that would not end', () => {
  const paging: Paging = { style: 'offset', defaultSize: 10 };

  it('fails where a page is the same as the one before', async () => {
    const nameless = Array.from({ length: 10 }, (_, at) => ({ id: null, at }));
    const { list, requests } = await worldOf(() => ({ data: nameless }), paging);
    const error = await fails(paginate(list).toArray(all));
    expect(error).toBeInstanceOf(ResponseError);
    expect(error).toMatchObject({
      message: 'listThings failed: a page was the same as the one before.',
      operation: 'listThings',
      reason: 'repeated-page',
    });
    expect(requests()).toHaveLength(2);
  });

  it('fails where a page has nothing that is new', async () => {
    const pages = [things(0, 10), things(10, 20), things(0, 10)];
    const { list } = await worldOf((_seen, call) => ({ data: pages[call % 3] }), paging);
    expect(await fails(paginate(list).toArray(all))).toMatchObject({
      message: 'listThings failed: a page brought nothing but items of earlier pages.',
      reason: 'repeated-page',
    });
  });

  it('fails behind the most pages that it may read', async () => {
    const { list, requests } = await worldOf(listing({ total: 1e6 }), paging);
    expect(await fails(paginate(list, {}, { maxPages: 3 }).toArray(all))).toMatchObject({
      message: 'listThings failed: there are more than 3 pages.',
      reason: 'too-many-pages',
      hint: 'Pass maxPages for more, or narrow what is listed.',
    });
    expect(requests()).toHaveLength(3);
  });

  it('is refused before anything is sent: a size of 0', async () => {
    const { list, requests } = await worldOf(listing({ total: 1 }), paging);
    for (const limit of [0, -1, Number.NaN]) {
      const make = () => paginate(list, { limit });
      expect(make).toThrow(ConfigError);
      expect(make).toThrow("listThings: 'limit' must be at least 1: pages of none have no end.");
    }
    expect(requests()).toEqual([]);
  });

  it('fails for an answer that is no list', async () => {
    const { list } = await worldOf(() => ({ data: { id: 1 } }), paging);
    expect(await fails(paginate(list).toArray(all))).toMatchObject({ reason: 'unreadable' });
  });

  it('takes no limit that is no number', async () => {
    const { list } = await worldOf(listing({ total: 1 }), paging);
    for (const limit of [Number.NaN, -1, undefined as never])
      expect(await fails(paginate(list).toArray({ limit }))).toBeInstanceOf(ConfigError);
  });

  it('never follows the address of a next page: it is built from the parameters', async () => {
    const say = () => ({ metadata: { nextPage: 'https://evil.example/?pageIndex=1' } });
    const { list, requests } = await worldOf(listing({ total: 15, say }), paging);
    expect(await paginate(list).toArray(all)).toHaveLength(15);
    expect(requests()).toEqual([{}, { offset: 10 }]);
  });
});
