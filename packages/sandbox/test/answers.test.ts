import { afterAll, describe, expect, it } from 'vitest';
import { type Sandbox, startSandbox } from '../src/index.js';
import { get, getToken, start } from './helpers.js';
import { createJudge } from './judge.js';
import { type Described, findOperations, readDocuments, requestOf } from './sample.js';

const operations = findOperations();
const judges = new Map(
  readDocuments().map(({ file, document }) => [file, createJudge(document)] as const),
);
const SEEDS = [3, 7, 11];
const seeded = new Map<number, Sandbox>();
for (const seed of SEEDS) seeded.set(seed, await startSandbox({ seed }));
afterAll(() => Promise.all([...seeded.values()].map((sandbox) => sandbox.close())));

const ACCOUNTS = '/2022-10/retail-media/accounts';

interface Paged {
  data: { id: string; attributes?: { name?: string } }[];
  metadata: Record<string, string | number | null>;
}

describe.each([...judges.keys()])('every operation of %s', (file) => {
  it.each(SEEDS)('answers by its schema with seed %i', async (seed) => {
    const sandbox = seeded.get(seed) as Sandbox;
    const token = await tokenOf(sandbox);
    const wrong: unknown[] = [];
    for (const found of operations.filter((operation) => operation.file === file)) {
      const { path, init } = requestOf(found, true);
      const headers = { ...init.headers, authorization: `Bearer ${token}` };
      const response = await fetch(sandbox.url + path, { ...init, headers });
      const { file: judgedAs, operation } = found.same ?? found;
      const verdict = await judges.get(judgedAs)?.(operation, response);
      if (verdict !== undefined) wrong.push([found.name, verdict]);
    }
    expect(wrong).toEqual([]);
  });
});

it('is judged by a judge that finds mistakes', async () => {
  const schema = { type: 'object', properties: { id: { type: 'integer', format: 'int32' } } };
  const responses = { 200: { content: { 'application/json': { schema } } } };
  const judge = createJudge({ servers: [], paths: {}, components: {} });
  const headers = { 'content-type': 'application/json' };
  const verdict = (id: unknown): Promise<unknown> =>
    judge({ responses }, new Response(JSON.stringify({ id }), { headers }));
  expect(await verdict(1)).toBeUndefined();
  expect(await verdict(2 ** 31)).toBeDefined();
  expect(await verdict(null)).toBeDefined();
});

describe('values', () => {
  it('are the same for the same seed, and others for another', async () => {
    const textOf = async (seed: number, path: string): Promise<string> => {
      const sandbox = await start({ seed });
      return (await get(sandbox, path, await getToken(sandbox))).text();
    };
    for (const path of [
      `${ACCOUNTS}/1/creatives`,
      '/marketing/v1/portfolio',
      '/2022-10/retail-media/reports/9/output',
    ]) {
      const [first, again, other] = [
        await textOf(7, path),
        await textOf(7, path),
        await textOf(8, path),
      ];
      expect(again).toBe(first);
      expect(other).not.toBe(first);
    }
  });

  it('echo the id of the path', async () => {
    const sandbox = await start();
    const token = await getToken(sandbox);
    const campaign = await (
      await get(sandbox, '/2022-10/retail-media/campaigns/4711', token)
    ).json();
    expect(campaign).toHaveProperty('data.id', '4711');
    const v1 = await (await get(sandbox, '/marketing/v1/campaigns/4711', token)).json();
    expect(v1).toHaveProperty('campaignId', 4711);
    const status = await (
      await get(sandbox, '/2022-10/retail-media/reports/r%2D1/status', token)
    ).json();
    expect(status).toHaveProperty('data.id', 'r-1');
  });

  it('name a campaign alike in a list and alone', async () => {
    const sandbox = await start();
    const token = await getToken(sandbox);
    const list = (await (await get(sandbox, `${ACCOUNTS}/1/campaigns`, token)).json()) as Paged;
    const first = list.data[0];
    const alone = await (
      await get(sandbox, `/2022-10/retail-media/campaigns/${first?.id}`, token)
    ).json();
    expect(alone).toHaveProperty('data.attributes.name', first?.attributes?.name);
  });

  it('come three to a list', async () => {
    const sandbox = await start();
    const portfolio = await (
      await get(sandbox, '/marketing/v1/portfolio', await getToken(sandbox))
    ).json();
    expect(portfolio).toHaveLength(3);
  });

  it('hold no errors in a success', async () => {
    const sandbox = await start();
    const body = await (
      await get(sandbox, '/2021-04/advertisers/me', await getToken(sandbox))
    ).json();
    expect(body).toMatchObject({ errors: [], warnings: [] });
  });
});

interface Style {
  readonly size: string;
  readonly start: string;
  /** What `start` is for a page. */
  readonly startOf: (page: number, size: number) => number;
}

const STYLES: readonly Style[] = [
  { size: 'pageSize', start: 'pageIndex', startOf: (page) => page },
  { size: 'limit', start: 'offset', startOf: (page, size) => page * size },
];

const paged = operations.flatMap((found) =>
  STYLES.filter(({ size, start }) => {
    const names = found.operation.parameters?.map(({ name }) => name) ?? [];
    return names.includes(size) && names.includes(start);
  }).map((style) => ({ ...found, style })),
);

describe.each(paged)('the pages of $file $name', ({ style, ...found }) => {
  const { schema } = found.operation.parameters?.find(({ name }) => name === style.size) ?? {};
  const size = Math.min(25, schema?.maximum ?? 25);

  it('hold 57 items, each once, in the order of the whole', async () => {
    const pages: unknown[][] = [];
    for (let page = 0; pages.flat().length < 57; page += 1) {
      const { data, said } = await readPage(found, style, size, page);
      expect(said).toEqual(saysOf(said, style.startOf(page, size), size, data.length));
      expect(data).toHaveLength(Math.min(size, 57 - page * size));
      pages.push(data);
    }
    const names = pages.flat().map((item) => (item as { id?: unknown }).id ?? JSON.stringify(item));
    expect(new Set(names).size).toBe(57);
    const { data } = await readPage(found, style, 7, 3);
    expect(data).toEqual(pages.flat().slice(21, 28));
  });

  it('are empty beyond the end and of size 0', async () => {
    const beyond = await readPage(found, style, size, 99);
    expect(beyond.data).toEqual([]);
    expect(beyond.said).toEqual(saysOf(beyond.said, style.startOf(99, size), size, 0));
    if (style.size !== 'limit' || (schema?.minimum ?? 0) > 0) return;
    const nothing = await readPage(found, style, 0, 0);
    expect(nothing.data).toEqual([]);
    expect(nothing.said).toEqual(saysOf(nothing.said, 0, 0, 0));
  });

  it('have their own size if none is asked for', async () => {
    const usual = (schema as { default?: number }).default ?? (style.size === 'limit' ? 50 : 25);
    const { data } = await readPage(found, style);
    expect(data).toHaveLength(Math.min(usual, 57));
  });
});

/** What an answer says about its page; links aside. */
type Said = Readonly<Record<string, unknown>>;

/** Each of the fields that an answer has, as it must be. */
function saysOf(said: Said, start: number, size: number, length: number): Said {
  const all: Said = {
    totalItemsAcrossAllPages: 57,
    totalItems: 57,
    count: 57,
    responseCount: length,
    currentPageSize: size,
    limit: size,
    currentPageIndex: start,
    offset: start,
    totalPages: Math.ceil(57 / size),
  };
  return Object.fromEntries(Object.keys(said).map((name) => [name, all[name]]));
}

async function readPage(
  found: Described,
  style: Style,
  size?: number,
  page = 0,
): Promise<{ data: unknown[]; said: Said }> {
  const sandbox = seeded.get(7) as Sandbox;
  const { path, init } = requestOf(found, false);
  const { pathname, searchParams } = new URL(path, sandbox.url);
  if (size !== undefined) {
    searchParams.set(style.size, String(size));
    searchParams.set(style.start, String(style.startOf(page, size)));
  }
  const headers = { ...init.headers, authorization: `Bearer ${await tokenOf(sandbox)}` };
  const response = await fetch(`${sandbox.url}${pathname}?${searchParams}`, { ...init, headers });
  expect(response.status).toBe(200);
  const body = (await response.json()) as { data: unknown[]; meta?: Said; metadata?: Said };
  const { nextPage: _next, previousPage: _previous, ...said } = body.meta ?? body.metadata ?? {};
  return { data: body.data, said };
}

const tokens = new Map<Sandbox, string>();

async function tokenOf(sandbox: Sandbox): Promise<string> {
  const token = tokens.get(sandbox) ?? (await getToken(sandbox));
  tokens.set(sandbox, token);
  return token;
}

it('finds the lists of both styles in each generation that has them', () => {
  const counts: Record<string, number> = {};
  for (const { file, style } of paged)
    counts[`${file} ${style.size}`] = (counts[`${file} ${style.size}`] ?? 0) + 1;
  expect(counts).toEqual({
    'commercegrid-2026-01 limit': 1,
    'commercegrid-2026-07 limit': 1,
    'marketingsolutions-2026-01 limit': 5,
    'marketingsolutions-2026-07 limit': 5,
    'retailmedia-2022-10 pageSize': 12,
    'retailmedia-2026-01 limit': 11,
    'retailmedia-2026-01 pageSize': 8,
    'retailmedia-2026-07 limit': 12,
    'retailmedia-2026-07 pageSize': 7,
  });
});

describe('pages', () => {
  it('hold 57 items, each once, and lead through themselves', async () => {
    const sandbox = await start();
    const token = await getToken(sandbox);
    const pages: Paged[] = [];
    for (
      let next: unknown = `${sandbox.url}${ACCOUNTS}`;
      next;
      next = pages.at(-1)?.metadata.nextPage
    ) {
      const headers = { authorization: `Bearer ${token}` };
      pages.push((await (await fetch(String(next), { headers })).json()) as Paged);
    }
    const ids = pages.flatMap((page) => page.data.map((item) => item.id));
    expect(pages.map((page) => page.data.length)).toEqual([25, 25, 7]);
    expect(new Set(ids).size).toBe(57);
    expect(pages[1]?.metadata).toEqual({
      totalItemsAcrossAllPages: 57,
      currentPageIndex: 1,
      currentPageSize: 25,
      totalPages: 3,
      nextPage: `${sandbox.url}${ACCOUNTS}?pageIndex=2`,
      previousPage: `${sandbox.url}${ACCOUNTS}?pageIndex=0`,
    });
  });

  it('keep the query in their links and may have any size', async () => {
    const sandbox = await start();
    const path = `${ACCOUNTS}?limitToId=1&limitToId=2&pageSize=10&pageIndex=5`;
    const body = (await (await get(sandbox, path, await getToken(sandbox))).json()) as Paged;
    expect(body.data).toHaveLength(7);
    expect(body.metadata.previousPage).toBe(
      `${sandbox.url}${ACCOUNTS}?limitToId=1&limitToId=2&pageSize=10&pageIndex=4`,
    );
    expect(body.metadata).not.toHaveProperty('nextPage');
  });

  it('are empty beyond the end', async () => {
    const sandbox = await start();
    const body = await (
      await get(sandbox, `${ACCOUNTS}?pageIndex=9`, await getToken(sandbox))
    ).json();
    expect(body).toMatchObject({ data: [] });
  });

  it.each(['pageIndex=-1', 'pageSize=0', 'pageSize=x', 'pageIndex=5e9'])(
    'refuse %s',
    async (query) => {
      const sandbox = await start();
      expect((await get(sandbox, `${ACCOUNTS}?${query}`, await getToken(sandbox))).status).toBe(
        400,
      );
    },
  );

  it('without metadata hold 57 items, too', async () => {
    const sandbox = await start();
    const token = await getToken(sandbox);
    const path = '/2022-10/retail-media/categories';
    const body = (await (await get(sandbox, path, token)).json()) as Paged;
    expect(body.data).toHaveLength(57);
  });

  it('of an answer that cannot be paged through are one', async () => {
    const sandbox = await start();
    const path = '/2022-10/retail-media/balances/1/campaigns/append';
    const headers = { authorization: `Bearer ${await getToken(sandbox)}` };
    const body = (await (
      await fetch(sandbox.url + path, { method: 'POST', headers })
    ).json()) as Paged;
    expect(body.metadata).toMatchObject({
      totalItemsAcrossAllPages: body.data.length,
      totalPages: 1,
    });
  });
});
