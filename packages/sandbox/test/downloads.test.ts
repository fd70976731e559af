import { afterAll, beforeEach, describe, expect, it } from 'vitest';
import { startSandbox } from '../src/index.js';
import { get, getToken, postJson, start } from './helpers.js';
import { findOperations, requestOf } from './sample.js';

type Row = Readonly<Record<string, unknown>>;

const shared = await startSandbox();
let token = '';
beforeEach(async () => {
  shared.reset();
  token = await getToken(shared);
});
afterAll(() => shared.close());

const DATES = { startDate: '2026-03-01T00:00:00Z', endDate: '2026-03-31T00:00:00Z' };
const NAMES = ['date', 'campaignId', 'campaignName', 'impressions', 'clicks', 'currency'];
const DIFFICULT = 'Été, "Soldes" & <more>\nParis';
const SHEET = 'application/vnd.openxmlformats-officedocument.spreadsheetml.sheet';

interface Seen {
  readonly type: string | null;
  readonly name: string | null;
  readonly bytes: Buffer;
}

const seen = async (response: Response): Promise<Seen> => {
  expect(response.status).toBe(200);
  const { headers } = response;
  const [, name = null] =
    /^attachment; filename="(.+)"$/.exec(`${headers.get('content-disposition')}`) ?? [];
  return {
    type: headers.get('content-type'),
    name,
    bytes: Buffer.from(await response.arrayBuffer()),
  };
};

/** Creates a job and fetches its file. */
async function outputOf(creation: string, output: string, attributes: object): Promise<Seen> {
  const body = { data: { type: 'Any', attributes } };
  const answer = await postJson(shared, creation, token, body);
  const { data } = (await answer.json()) as { data: { id: string } };
  return seen(await get(shared, output.replace('{}', data.id), token));
}

const revenue = (format?: string): Promise<Seen> =>
  outputOf('/2026-07/retail-media/reports/revenue', '/2026-07/retail-media/reports/{}/output', {
    ...DATES,
    format,
  });

describe('the output of a job', () => {
  it('is an array of objects in JSON, which is the default of most', async () => {
    for (const format of ['json', undefined]) {
      const { type, name, bytes } = await revenue(format);
      const rows = JSON.parse(bytes.toString()) as Row[];
      expect([type, name, rows.length]).toEqual(['application/json', 'report.json', 57]);
      expect(Object.keys(rows[0] ?? {})).toEqual(NAMES);
      expect(rows[0]?.campaignName).toBe(DIFFICULT);
    }
  });

  it('is the same rows in each format', async () => {
    const rows = async (format: string, read: (text: string) => unknown[]): Promise<unknown[]> => {
      shared.reset();
      token = await getToken(shared);
      return read((await revenue(format)).bytes.toString());
    };
    const objects = (await rows('json', JSON.parse)) as Row[];
    const lines = await rows('json-newline', (text) =>
      text
        .trimEnd()
        .split('\n')
        .map((line) => JSON.parse(line)),
    );
    expect(lines).toEqual(objects);
    const compact = await rows('json-compact', (text) => {
      const { columns, rows: values } = JSON.parse(text) as { columns: unknown; rows: unknown[] };
      return [columns, ...values];
    });
    const table = [NAMES, ...objects.map((row) => Object.values(row))];
    expect(compact).toEqual(table);
    expect(await rows('csv', (text) => readCsv(text, '\n'))).toEqual(
      table.map((line) => line.map(String)),
    );
  });

  it.each([
    ['csv', 'text/csv', 'report.csv'],
    ['json-compact', 'application/json', 'report.json'],
    ['json-newline', 'application/json', 'report.jsonl'],
  ])('of format %s is %s', async (format, type, name) => {
    expect(await revenue(format)).toMatchObject({ type, name });
  });

  it('is lines in the stream of a catalog', async () => {
    for (const version of ['2022-10', '2026-01', '2026-07']) {
      const at = `/${version}/retail-media`;
      const { type, bytes } = await outputOf(
        `${at}/accounts/1/catalogs`,
        `${at}/catalogs/{}/output`,
        {},
      );
      expect(type).toBe('application/x-json-stream');
      const lines = bytes.toString().trimEnd().split('\n');
      expect(lines).toHaveLength(57);
      expect(JSON.parse(lines[1] ?? '')).toEqual({
        id: expect.stringMatching(/^\d+$/),
        name: expect.stringMatching(/^Name \d+$/),
        category: expect.any(String),
        brandId: expect.stringMatching(/^\d+$/),
        brandName: expect.stringMatching(/^Brand \d+$/),
        retailerId: expect.stringMatching(/^\d+$/),
        retailerName: expect.any(String),
        price: expect.any(Number),
      });
    }
  });

  it('is of unnamed bytes in reports of 2022-10, and JSON unless asked for', async () => {
    const at = '/2022-10/retail-media/reports';
    const days = { startDate: '2026-03-01', endDate: '2026-03-31' };
    const attributes = { ...days, id: '1', reportType: 'summary' };
    const json = await outputOf(`${at}/campaigns`, `${at}/{}/output`, attributes);
    const csv = await outputOf(`${at}/campaigns`, `${at}/{}/output`, {
      ...attributes,
      format: 'csv',
    });
    expect([json.type, csv.type]).toEqual(Array(2).fill('application/octet-stream'));
    expect(JSON.parse(json.bytes.toString())).toHaveLength(57);
    expect(readCsv(csv.bytes.toString(), '\n')).toHaveLength(58);
  });

  it('is compact where that is the default', async () => {
    const at = '/2026-01/retail-media/reports';
    const { bytes } = await outputOf(`${at}/accounts`, `${at}/{}/output`, {
      ...DATES,
      accountIds: ['1'],
    });
    expect(JSON.parse(bytes.toString())).toMatchObject({ columns: NAMES });
  });

  it('is CSV of another type in billing', async () => {
    const at = '/2026-07/retail-media/billing/partner-report';
    const { type } = await outputOf(at, `${at}/{}/output`, {
      startDate: '2026-03-01',
      endDate: '2026-03-31',
      format: 'csv',
    });
    expect(type).toBe('application/csv');
  });
});

describe('the columns of a file', () => {
  const PERFORMANCE = '/2026-07/retail-media/reports/performance';
  const rowsOf = async (lists: object): Promise<Row[]> => {
    const asked = { ...DATES, filters: {}, format: 'json', dimensions: [], metrics: [], ...lists };
    const output = '/2026-07/retail-media/reports/{}/output';
    return JSON.parse((await outputOf(PERFORMANCE, output, asked)).bytes.toString()) as Row[];
  };
  const lists = {
    dimensions: ['campaignId', 'date', 'campaignName', 'hour', 'environment'],
    metrics: ['spend', 'clicks'],
  };

  it.each([
    { ...lists },
    { ...lists, metrics: [] },
    { metrics: ['clicks', 'spend'] },
    { dimensions: ['date'] },
    { dimensions: ['hour'] },
    { dimensions: ['campaignId'] },
    { dimensions: ['campaignName'] },
  ])('are those of %j, dimensions first, in 57 rows that differ', async (asked) => {
    const rows = await rowsOf(asked);
    const { dimensions = [], metrics = [] } = asked as Partial<typeof lists>;
    for (const row of rows) expect(Object.keys(row)).toEqual([...dimensions, ...metrics]);
    expect(new Set(rows.map((row) => JSON.stringify(row))).size).toBe(57);
  });

  it('hold what their names say', async () => {
    const [first, ...others] = await rowsOf(lists);
    expect([first?.campaignName, first?.environment]).toEqual([DIFFICULT, DIFFICULT]);
    for (const row of others)
      expect(row).toEqual({
        campaignId: expect.stringMatching(/^\d+$/),
        date: expect.stringMatching(/^2026-\d\d-\d\d$/),
        campaignName: expect.stringMatching(/^Campaign \d+$/),
        hour: expect.stringMatching(/^2026-\d\d-\d\dT\d\d:00$/),
        environment: expect.stringMatching(/^Environment \d+$/),
        spend: expect.any(Number),
        clicks: expect.any(Number),
      });
  });

  it('hold the same for the same seed, and other numbers for another', async () => {
    const path = '/2026-07/statistics/report';
    const of = async (seed: number): Promise<string> => {
      const sandbox = await start({ seed });
      const asked = { currency: 'EUR', advertiserIds: '1', format: 'csv' };
      const body = { ...DATES, ...asked, dimensions: ['AdsetId'], metrics: ['Clicks'] };
      return (await postJson(sandbox, path, await getToken(sandbox), body)).text();
    };
    expect(await of(3)).toBe(await of(3));
    expect(await of(3)).not.toBe(await of(4));
  });

  it.each([{}, { dimensions: [], metrics: [] }])('are the usual ones with %j', async (asked) => {
    const [row = {}] = await rowsOf(asked);
    expect(Object.keys(row)).toEqual(NAMES);
  });

  it.each([
    { dimensions: 'Day' },
    { dimensions: [1] },
    { a: { b: { c: { d: { metrics: ['x'] } } } } },
  ])('are the usual ones with %j in a body that is not looked at', async (asked) => {
    // No document says what a body in XML holds, and so nothing of it is checked.
    const headers = { authorization: `Bearer ${token}`, 'content-type': 'text/xml' };
    const body = JSON.stringify(asked);
    const init = { method: 'POST', headers, body };
    const { bytes } = await seen(await fetch(`${shared.url}/marketing/v1/statistics`, init));
    expect(columnsIn(bytes.toString())).toEqual(NAMES);
  });

  it('of a list of requests are those of all', async () => {
    const request = (dimensions: string[]): object => ({
      type: 'Any',
      attributes: {
        ...DATES,
        currency: 'EUR',
        advertiserIds: '1',
        format: 'json',
        dimensions,
        metrics: ['Clicks'],
      },
    });
    const body = { data: [request(['CampaignId']), request(['AdsetId', 'CampaignId'])] };
    const answer = await postJson(shared, '/2026-07/placements/report', token, body);
    const { bytes } = await seen(answer);
    expect(columnsIn(bytes.toString())).toEqual(['CampaignId', 'AdsetId', 'Clicks']);
  });

  it('are written as names in XML whatever they are', async () => {
    const body = {
      reportType: 'any',
      ...DATES,
      format: 'Xml',
      metrics: ['a <b>', '1st', 'Clicks'],
    };
    const { bytes } = await seen(
      await postJson(shared, '/marketing/v1/statistics/report', token, body),
    );
    expect(bytes.toString()).toMatch(/<row><a__b_>\d+<\/a__b_><_st>\d+<\/_st><Clicks>/);
  });

  const withLists = findOperations().filter((found) => {
    const { body = '' } = requestOf(found, true).init;
    const { operation } = found;
    const isFile = /"format":"binary"/.test(JSON.stringify(operation.responses));
    return body.includes('"dimensions"') && (isFile || operation['x-job']);
  });

  it.each(withLists)('are those that a request of $file $name lists', async (found) => {
    const { path, init } = requestOf(found, true);
    const headers = { ...init.headers, authorization: `Bearer ${token}` };
    const answer = await fetch(shared.url + path, { ...init, headers });
    const [, version = ''] = found.file.split(/-(.*)/);
    const isJob = found.operation['x-job'] !== undefined;
    const { data = { id: '' } } = isJob ? ((await answer.json()) as { data?: { id: string } }) : {};
    const output = `/${version}/retail-media/reports/${data.id}/output`;
    const { bytes } = await seen(isJob ? await get(shared, output, token) : answer);
    const listed = [...`${init.body}`.matchAll(/"(?:dimensions|metrics)":\["(\w+)"\]/g)];
    expect(listed).toHaveLength(2);
    expect(columnsIn(bytes.toString())).toEqual(listed.map(([, name]) => name));
  });

  it('are looked at in each version that has such requests', () => {
    expect([...new Set(withLists.map(({ file }) => file))]).toEqual([
      'marketing-v1',
      'marketingsolutions-2020-10',
      'marketingsolutions-2026-01',
      'marketingsolutions-2026-07',
      'retailmedia-2026-01',
      'retailmedia-2026-07',
    ]);
  });
});

describe('a report that is answered at once', () => {
  const V1 = '/marketing/v1/statistics/report';
  const COLUMNS = { dimensions: ['Day', 'Advertiser'], metrics: ['Clicks'] };
  const LIST = { currency: 'EUR', advertiserIds: '1', ...COLUMNS };
  const ask = async (path: string, body: object): Promise<Seen> =>
    seen(await postJson(shared, path, token, body));

  it.each([
    ['/2021-04/statistics/report', 'CSV', ''],
    ['/2026-07/statistics/report', 'csv', ''],
    [V1, 'Csv', '\ufeff'],
  ])('is CSV at %s', async (path, format, mark) => {
    const { type, name, bytes } = await ask(path, { ...DATES, ...LIST, format });
    const text = bytes.toString();
    expect([type, name]).toEqual(['text/csv', 'report.csv']);
    expect(text.startsWith('\ufeff')).toBe(mark !== '');
    expect(text.split('\n')[0]).toContain('Day;Advertiser;Clicks');
    const [header, first, ...others] = readCsv(text.slice(mark.length), mark ? '\r\n' : '\n');
    expect(header).toEqual(['Day', 'Advertiser', 'Clicks']);
    expect(first?.[1]).toBe(DIFFICULT);
    expect(others).toHaveLength(56);
  });

  it.each([V1, '/2026-07/statistics/report'])('is well-formed XML at %s', async (path) => {
    const format = path === V1 ? 'Xml' : 'xml';
    const { type, bytes } = await ask(path, { ...DATES, ...LIST, format });
    const text = bytes.toString();
    expect(type).toBe('text/xml');
    expect(text.match(/<row>/g)).toHaveLength(57);
    expect(text).toContain('Été, "Soldes" &amp; &lt;more&gt;\nParis');
    const open: string[] = [];
    for (const [, slash, name = ''] of text.matchAll(/<(\/?)(\w+)>/g))
      if (slash) expect(open.pop()).toBe(name);
      else open.push(name);
    expect(open).toEqual([]);
  });

  it.each([V1, '/2026-07/statistics/report'])('is a sheet, and no text, at %s', async (path) => {
    const format = path === V1 ? 'Excel' : 'excel';
    const { type, name, bytes } = await ask(path, { ...DATES, ...LIST, format });
    expect([type, name]).toEqual([SHEET, 'report.xlsx']);
    expect(bytes.subarray(0, 4).toString()).toBe('PK\x05\x06');
    expect(() => new TextDecoder('utf-8', { fatal: true }).decode(bytes)).toThrow(TypeError);
  });

  it('finds the format in a list of requests, and in a form', async () => {
    const attributes = { ...DATES, currency: 'EUR', format: 'csv' };
    const list = await ask('/2021-04/transactions/report', {
      data: [{ type: 'Any', attributes }],
    });
    const headers = { authorization: `Bearer ${token}` };
    const body = new URLSearchParams({ format: 'Csv' });
    const form = await fetch(shared.url + V1, { method: 'POST', headers, body });
    expect([list.type, (await seen(form)).type]).toEqual(['text/csv', 'text/csv']);
  });

  it.each(['Parquet', 'constructor', ''])('is as declared for the format %j', async (format) => {
    const { type, bytes } = await ask('/2021-04/statistics/report', { ...DATES, ...LIST, format });
    expect(type).toBe('application/json');
    expect(JSON.parse(bytes.toString())).toHaveLength(57);
  });

  it('says what is left of a budget beside the name of the file', async () => {
    shared.setBudget({ limit: 2, windowMs: 60_000 });
    const { headers } = await get(shared, '/marketing/v2/crp/stats/sellers', token);
    expect(headers.get('x-ratelimit-remaining')).toBe('1');
    expect(headers.get('content-disposition')).toContain('report.json');
  });
});

it('the reader of these tests sees a quote that is not doubled', () => {
  expect(() => readCsv('a,"b"c"\n', '\n')).toThrow('CSV');
  expect(() => readCsv('a,b', '\n')).toThrow('CSV');
  expect(() => readCsv('a,b\n', '\r\n')).toThrow('CSV');
});

/** In any format but XML and sheets. */
function columnsIn(text: string): string[] {
  const [line = ''] = text.replace('\ufeff', '').split(/\r?\n/);
  if (!/^[[{]/.test(line)) return line.split(/[,;]/);
  const value = JSON.parse(line) as { columns?: string[] } | object[];
  if (Array.isArray(value)) return Object.keys(value[0] ?? {});
  return value.columns ?? Object.keys(value);
}

/** RFC 4180, with the end of line that is to be there, also behind the last, and what separates the header. */
function readCsv(text: string, end: '\n' | '\r\n'): string[][] {
  const comma = text.split('\n')[0]?.includes(';') ? ';' : ',';
  const rows: string[][] = [[]];
  const cell = /(?:"((?:[^"]|"")*)"|([^",;\r\n]*))([,;]|\r?\n)/y;
  while (cell.lastIndex < text.length) {
    const [, quoted, plain = '', after] = cell.exec(text) ?? [];
    if (after !== comma && after !== end) throw new Error('no CSV');
    rows.at(-1)?.push(quoted?.replaceAll('""', '"') ?? plain);
    if (after === end) rows.push([]);
  }
  return rows.slice(0, -1);
}
