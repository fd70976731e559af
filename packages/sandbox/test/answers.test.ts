import { readdirSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { get, getToken, start } from './helpers.js';
import { createJudge, type Document } from './judge.js';
import { operationsOf, requestOf } from './sample.js';

const folder = new URL('../generated/', import.meta.url);
const documents = readdirSync(folder).map((file) => ({
  file,
  document: JSON.parse(readFileSync(new URL(file, folder), 'utf8')) as Document,
}));

const ACCOUNTS = '/2022-10/retail-media/accounts';

interface Paged {
  data: { id: string; attributes?: { name?: string } }[];
  metadata: Record<string, string | number | null>;
}

describe.each(documents)('every operation of $file', ({ document }) => {
  it.each([3, 7, 11])('answers by its schema with seed %i', async (seed) => {
    const judge = createJudge(document);
    const sandbox = await start({ seed });
    const token = await getToken(sandbox);
    const wrong: unknown[] = [];
    for (const described of operationsOf(document)) {
      const { path, init } = requestOf(described, true);
      const headers = { ...init.headers, authorization: `Bearer ${token}` };
      const verdict = await judge(
        described.operation,
        await fetch(sandbox.url + path, { ...init, headers }),
      );
      if (verdict !== undefined) wrong.push([described.name, verdict]);
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
