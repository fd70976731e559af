import { createHash } from 'node:crypto';
import { afterAll, beforeEach, describe, expect, it } from 'vitest';
import { type JobEnd, type Sandbox, startSandbox } from '../src/index.js';
import { get, getToken, postJson, start } from './helpers.js';
import { createJudge } from './judge.js';
import { type Described, findOperations, readDocuments, requestOf } from './sample.js';

type Fields = Readonly<Record<string, unknown>>;
type Found = Described & { readonly file: string };

const operations: readonly Found[] = findOperations();
const judges = new Map(
  readDocuments().map(({ file, document }) => [file, createJudge(document)] as const),
);
const creations = operations.filter(({ operation }) => operation['x-job']?.role === 'create');

const shared = await startSandbox();
let token = '';
beforeEach(async () => {
  shared.reset();
  token = await getToken(shared);
});
afterAll(() => shared.close());

describe.each(creations)('a job of $file $name', (creation) => {
  const { status, output } = creation.operation['x-job'] ?? {};
  const named = (name?: string): Found =>
    operations.find((each) => each.file === creation.file && each.name === name) as Found;
  const isBilling = creation.name.includes('Billing');
  const word = (lower: string): string =>
    creation.file === 'retailmedia-2022-10' && creation.name === 'createCatalog'
      ? lower.replace(/^./, (letter) => letter.toUpperCase())
      : lower;

  /** Each answer is judged by the document. */
  const begin = async (): Promise<{ first: Fields; ask: () => Promise<Fields>; at: string }> => {
    const { path, init } = requestOf(creation, true);
    const authorization = `Bearer ${token}`;
    const headers = { ...init.headers, authorization };
    const answer = await fetch(shared.url + path, { ...init, headers });
    const { id, attributes } = await read(creation, answer);
    const at = (operation: Found): string =>
      operation.template.replace(/\{[^}]*\}(?=\/(status|output)$)/, String(id));
    return {
      first: attributes,
      ask: async () =>
        (await read(named(status), await get(shared, at(named(status)), token))).attributes,
      at: at(named(output)),
    };
  };

  it('is pending when it is created and for two polls, and then has a file that is as told', async () => {
    const { first, ask, at } = await begin();
    const told = [first, await ask(), await ask(), await ask(), await ask()];
    expect(told.map((each) => each.status)).toEqual(
      ['pending', 'pending', 'pending', 'success', 'success'].map(word),
    );
    for (const { createdAt } of told) expect(createdAt).toBe(first.createdAt);
    for (const pending of told.slice(0, 3)) expect(figuresIn(pending)).toEqual([]);
    const bytes = Buffer.from(await (await get(shared, at, token)).arrayBuffer());
    const figures = [bytes.length, md5Of(bytes), 57];
    expect(figuresIn(told[3])).toEqual(isBilling ? [] : figures);
  });

  it.each<[JobEnd, string]>([
    ['failure', isBilling ? 'failed' : 'failure'],
    ['expired', 'expired'],
  ])('ends with %s when it was told to', async (end, spelled) => {
    shared.nextJob(end);
    const { ask } = await begin();
    const told = [await ask(), await ask(), await ask()];
    expect(told.map((each) => each.status)).toEqual(['pending', 'pending', spelled].map(word));
    expect(figuresIn(told[2])).toEqual([]);
    const message = told[2]?.message ?? told[2]?.errorMessage;
    expect(Boolean(message)).toBe(end === 'failure');
  });

  it('has the checksum of another file when it was told to', async () => {
    shared.nextJob('wrong-checksum');
    const { ask, at } = await begin();
    const [, , done] = [await ask(), await ask(), await ask()];
    const bytes = Buffer.from(await (await get(shared, at, token)).arrayBuffer());
    expect(done?.status).toBe(word('success'));
    if (isBilling) return;
    const [length, checksum, count] = figuresIn(done);
    expect([length, count]).toEqual([bytes.length, 57]);
    expect(checksum).toMatch(/^[0-9a-f]{32}$/);
    expect(checksum).not.toBe(md5Of(bytes));
  });
});

it('finds the creations of each version that has jobs', () => {
  const counts: Record<string, number> = {};
  for (const { file } of creations) counts[file] = (counts[file] ?? 0) + 1;
  expect(counts).toEqual({
    'retailmedia-2022-10': 3,
    'retailmedia-2026-01': 11,
    'retailmedia-2026-07': 11,
  });
});

const REPORTS = '/2026-07/retail-media/reports';

describe('jobs', () => {
  it('have an id each, the same ones for the same seed', async () => {
    const idsOf = async (seed: number): Promise<string[]> => {
      const sandbox = await start({ seed });
      const bearer = await getToken(sandbox);
      return [await createRevenue(sandbox, bearer), await createRevenue(sandbox, bearer)];
    };
    const ids = await idsOf(7);
    expect(new Set(ids).size).toBe(2);
    expect(await idsOf(7)).toEqual(ids);
    expect(await idsOf(8)).not.toEqual(ids);
  });

  it('are pending each for itself', async () => {
    const [one, two] = [await createRevenue(shared, token), await createRevenue(shared, token)];
    for (const expected of ['pending', 'pending', 'success'])
      expect(await statusOf(one)).toBe(expected);
    expect(await statusOf(two)).toBe('pending');
  });

  it('that nobody created are done, and told of as their output is', async () => {
    const { attributes } = await readData(await get(shared, `${REPORTS}/r-1/status`, token));
    const output = await get(shared, `${REPORTS}/r-1/output`, token);
    const bytes = Buffer.from(await output.arrayBuffer());
    expect(attributes).toMatchObject({
      id: 'r-1',
      status: 'success',
      fileSizeBytes: bytes.length,
      md5CheckSum: md5Of(bytes),
      rowCount: 57,
    });
  });

  it('are not created by a call that is refused', async () => {
    shared.nextJob('failure');
    shared.forbid('requestRevenueReport');
    expect((await postJson(shared, `${REPORTS}/revenue`, token, {})).status).toBe(403);
    const { path } = requestOf(
      creations.find(({ name }) => name === 'createCatalog') as Found,
      true,
    );
    const { id } = await readData(await postJson(shared, path.replace(/\?$/, ''), token, {}));
    const statusPath = `/2022-10/retail-media/catalogs/${id}/status`;
    const told = [];
    for (let i = 0; i < 3; i += 1)
      told.push((await readData(await get(shared, statusPath, token))).attributes.status);
    expect(told).toEqual(['Pending', 'Pending', 'Failure']);
  });

  it('end as they were told to, one after the other', async () => {
    shared.nextJob('expired');
    shared.nextJob('failure');
    const ends = [];
    for (let i = 0; i < 3; i += 1) {
      const id = await createRevenue(shared, token);
      ends.push([await statusOf(id), await statusOf(id), await statusOf(id)].at(-1));
    }
    expect(ends).toEqual(['expired', 'failure', 'success']);
  });

  it('and how they were to end are forgotten by a reset', async () => {
    const old = await createRevenue(shared, token);
    shared.nextJob('failure');
    shared.reset();
    token = await getToken(shared);
    expect(await statusOf(old)).toBe('success');
    const id = await createRevenue(shared, token);
    expect([await statusOf(id), await statusOf(id), await statusOf(id)].at(-1)).toBe('success');
  });

  it('cannot be told to end as no job does', () => {
    expect(() => shared.nextJob('done' as JobEnd)).toThrow(
      "nextJob: 'done' is none of failure, expired, wrong-checksum",
    );
  });

  it('tell the truth in a sandbox with fields of tomorrow, too', async () => {
    const sandbox = await start({ flip: ['extra-fields'] });
    const bearer = await getToken(sandbox);
    const id = await createRevenue(sandbox, bearer, 'json-newline');
    const ask = async (): Promise<Fields> =>
      (await readData(await get(sandbox, `${REPORTS}/${id}/status`, bearer))).attributes;
    const [, , { status, md5CheckSum }] = [await ask(), await ask(), await ask()];
    const output = await get(sandbox, `${REPORTS}/${id}/output`, bearer);
    expect([status, md5CheckSum]).toEqual([
      'success',
      md5Of(Buffer.from(await output.arrayBuffer())),
    ]);
  });
});

const statusOf = async (id: string): Promise<unknown> =>
  (await readData(await get(shared, `${REPORTS}/${id}/status`, token))).attributes.status;

async function createRevenue(sandbox: Sandbox, bearer: string, format?: string): Promise<string> {
  const attributes = { startDate: '2026-03-01T00:00:00Z', endDate: '2026-03-31T00:00:00Z', format };
  const body = { data: { type: 'Report', attributes } };
  return (await readData(await postJson(sandbox, `${REPORTS}/revenue`, bearer, body))).id;
}

interface Data {
  readonly id: string;
  readonly attributes: Fields;
}

async function read({ file, operation }: Found, response: Response): Promise<Data> {
  expect(await judges.get(file)?.(operation, response.clone())).toBeUndefined();
  return readData(response);
}

async function readData(response: Response): Promise<Data> {
  return ((await response.json()) as { data: Data }).data;
}

/** Those that are there, whatever their name: size, checksum, rows. */
function figuresIn(told: Fields = {}): unknown[] {
  const { fileSizeBytes, md5Checksum, md5CheckSum, rowCount } = told;
  return [fileSizeBytes, md5Checksum || md5CheckSum, rowCount].filter(Boolean);
}

function md5Of(bytes: Buffer): string {
  return createHash('md5').update(bytes).digest('hex');
}
