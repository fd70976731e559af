import { type PagedMethod, type Pager, paginate } from '@criteo-sdk/retailmedia';
import { startSandbox } from '@criteo-sdk/sandbox';
import { afterAll, describe, expect, it } from 'vitest';
import type { Described } from '../wire/document.js';
import { clientOf, methodsOf, operationsOf, paramsOf, VERSIONS } from './clients.js';

/*
 * Every operation that a document lets page, by its parameters, walked to its end on the sandbox. The
 * documents are read by this folder's neighbour, which shares nothing with tools/spec.
 */

const STYLES = [
  ['pageIndex', 'pageSize'],
  ['offset', 'limit'],
];
const SIZE = 10;
/** What the sandbox's lists hold: no round number. */
const ITEMS = 57;

const isPaged = ({ parameters }: Described): boolean =>
  STYLES.some((style) => style.every((one) => parameters.some(({ name }) => name === one)));

const sandbox = await startSandbox();
afterAll(() => sandbox.close());

describe.each(VERSIONS)('%s', async (version) => {
  const client = await clientOf(sandbox, version);
  const methods = methodsOf(client) as PagedMethod<object, { data: { id?: unknown }[] }>[];
  const paged = operationsOf(version).filter(isPaged);

  it('says of each list that it is one, and of nothing else', () => {
    const known = methods.filter(({ operation }) => 'paging' in operation);
    expect(known.map(({ operation }) => operation.id).sort()).toEqual(
      paged.map(({ name }) => name).sort(),
    );
  });

  it.each(paged)('$name gives every item once, with one request a page', async (operation) => {
    const method = methods.find((one) => one.operation.id === operation.name);
    if (!method) throw new Error(`${version} has no ${operation.name}`);
    const isByPage = operation.parameters.some(({ name }) => name === 'pageIndex');
    const params = {
      ...paramsOf(operation),
      [isByPage ? 'pageSize' : 'limit']: SIZE,
    };
    const before = sandbox.calls().length;
    const listed = paginate(method, params) as Pager<object, { data: { id?: unknown }[] }>;
    const ids = (await listed.toArray({ limit: Number.POSITIVE_INFINITY })).map(idOf);
    expect(new Set(ids).size).toBe(ITEMS);
    expect(ids).toHaveLength(ITEMS);
    expect(
      sandbox
        .calls()
        .slice(before)
        .filter((call) => !call.tokenRequest),
    ).toHaveLength(6);
  });
});

// Two models have an id of another name, or none.
const idOf = (item: { id?: unknown }): unknown => item.id ?? JSON.stringify(item);

it('counts what the documents hold', () => {
  const counts = Object.fromEntries(
    VERSIONS.map((version) => [version, operationsOf(version).filter(isPaged).length]),
  );
  expect(counts).toEqual({
    'commercegrid/2026-01': 1,
    'commercegrid/2026-07': 1,
    'marketing/v1': 0,
    'marketingsolutions/2020-10': 0,
    'marketingsolutions/2026-01': 5,
    'marketingsolutions/2026-07': 5,
    'retailmedia/2022-10': 12,
    'retailmedia/2026-01': 19,
    'retailmedia/2026-07': 19,
  });
});
