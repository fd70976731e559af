import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Sandbox, startSandbox } from '../src/index.js';
import {
  consentTo,
  formOf,
  get,
  getToken,
  type RawAnswer,
  raw,
  SHARED,
  start,
  V1,
  VERSIONS,
} from './helpers.js';
import { findOperations, readDocuments, requestOf, type SampledOperation } from './sample.js';

/*
 * RFC 9110 12.5.1: an answer is of a type that its request accepts, or a 406 that says which there are.
 */

const everything = findOperations();
type Found = (typeof everything)[number];

let shared: Sandbox;
let token = '';
beforeAll(async () => {
  shared = await startSandbox();
  token = await getToken(shared);
});
afterAll(() => shared.close());

const STREAM = 'application/x-json-stream';
const JSON_TYPES = ['application/json', 'text/json', 'text/plain'];
const SHEET = 'application/vnd.openxmlformats-officedocument.spreadsheetml.sheet';

/** The format that a request names to have a file of this type. */
const FORMATS: Readonly<Record<string, string>> = {
  'application/json': 'json',
  'text/json': 'json',
  'text/plain': 'json',
  'application/csv': 'csv',
  'text/csv': 'csv',
  'application/xml': 'xml',
  'text/xml': 'xml',
  [STREAM]: 'json-newline',
  'application/octet-stream': 'csv',
  [SHEET]: 'excel',
  'text/html': 'json', // which is no page
};

/** Whether the bytes are what their type says; of other types it is JSON. */
const HOLDS: Readonly<Record<string, (text: string) => boolean>> = {
  'application/csv': (text) => /^\w+[,;]\w+/.test(text),
  'text/csv': (text) => /^\w+[,;]\w+/.test(text),
  'application/xml': (text) => text.startsWith('<?xml'),
  'text/xml': (text) => text.startsWith('<?xml'),
  [STREAM]: isLines,
  'application/octet-stream': (text) => text !== '',
  [SHEET]: (text) => text.startsWith('PK'),
};

describe.each(VERSIONS)('every operation of %s', (version) => {
  const operations = everything.filter(({ file }) => file === version.replace('/', '-'));
  const answering = operations.filter(({ operation }) => declaredBy(operation).length > 0);

  it('gives each declared type that it has when that alone is accepted, and 406 else', async () => {
    const wrong: unknown[] = [];
    for (const found of answering) {
      for (const type of declaredBy(found.operation)) {
        const { status, given, text } = await answerOf(found, type, type);
        const isRight = givesTo(found).includes(type)
          ? status < 300 &&
            given === type &&
            (HOLDS[type] ?? (isFile(found) ? isJsonOrLines : isJson))(text)
          : status === 406;
        if (!isRight) wrong.push([found.name, type, status, given, text.slice(0, 80)]);
      }
    }
    expect(wrong).toEqual([]);
  });

  it('gives the first of them for a wildcard', async () => {
    const wrong: unknown[] = [];
    for (const found of answering) {
      const [usual = ''] = givesTo(found);
      const kind = `${usual.split('/')[0]}/*`;
      const first = givesTo(found).find((type) => type.startsWith(kind.slice(0, -1)));
      for (const [accept, expected] of [
        ['*/*', usual],
        [kind, first],
        ['application/x-nothing, */*;q=0.1', usual],
      ] as const) {
        const { given } = await answerOf(found, accept, usual);
        if (given !== expected) wrong.push([found.name, accept, given]);
      }
    }
    expect(wrong).toEqual([]);
  });

  it('answers 406 to a type that nobody has, in its form of errors', async () => {
    const wrong: unknown[] = [];
    for (const found of answering) {
      const { status, text } = await answerOf(found, 'application/x-nothing', givesTo(found)[0]);
      const { errors } = (text ? JSON.parse(text) : { errors: [] }) as {
        errors: { code: string; detail: string }[];
      };
      const isTold =
        version === 'marketing/v1'
          ? text === ''
          : errors[0]?.code === 'not-acceptable' &&
            errors[0].detail.includes(givesTo(found)[0] ?? '-');
      if (status !== 406 || !isTold) wrong.push([found.name, status, text]);
    }
    expect(wrong).toEqual([]);
  });
});

it('is not asked for where there is nothing to send', async () => {
  const silent = everything.filter(
    (found) => declaredBy(found.operation).length === 0 && !isFile(found),
  );
  expect(silent.length).toBeGreaterThan(20);
  for (const found of silent)
    expect((await answerOf(found, 'application/x-nothing')).status).toBeLessThan(300);
});

/** What this header brings where the file, if it is one, was asked for in the format of a type. */
async function answerOf(
  found: Found,
  accept: string,
  type = '',
): Promise<{ status: number; given: string | null; text: string }> {
  const { name, file, template, operation } = found;
  const creation = everything.find(
    (other) => other.file === file && other.operation['x-job']?.output === name,
  );
  if (operation['x-job']?.role !== 'output' || !creation)
    return send(found, accept, isFile(found) ? type : '');
  // A catalog has one format, and two types.
  const wanted = template.includes('/catalogs/') ? '' : type;
  const { data } = JSON.parse((await send(creation, '*/*', wanted)).text) as {
    data: { id: string };
  };
  return send(found, accept, '', template.replace(/\{\w+\}/, data.id));
}

async function send(found: Found, accept: string, type: string, address?: string) {
  const { path, init } = requestOf(found, true);
  const format = FORMATS[type] ?? '';
  const body = init.body?.replace(/"format":"(\w)[\w-]*"/g, (all, initial: string) => {
    // Marketing v1 writes formats with a capital.
    const first = /[A-Z]/.test(initial) ? format.slice(0, 1).toUpperCase() : format.slice(0, 1);
    return format === '' ? all : `"format":"${first}${format.slice(1)}"`;
  });
  const headers = { ...init.headers, authorization: `Bearer ${token}`, accept };
  const sent = { ...init, headers, ...(body && { body }) };
  const response = await fetch(shared.url + (address ?? path), sent);
  const given = response.headers.get('content-type');
  return { status: response.status, given, text: await response.text() };
}

function declaredBy({ responses }: SampledOperation): readonly string[] {
  const successes = Object.entries(responses).filter(([status]) => status.startsWith('2'));
  return (
    successes.map(([, { content }]) => Object.keys(content ?? {})).find((all) => all.length > 0) ??
    []
  );
}

function isFile({ operation }: Found): boolean {
  const isUndeclared = operation['x-response-kind'] === 'bytes';
  return isUndeclared || /"format":"binary"/.test(JSON.stringify(operation.responses));
}

/** Declared types that the sandbox has, the usual one first: of files all but a page, of anything else those of JSON. */
function givesTo(found: Found): readonly string[] {
  const declared = declaredBy(found.operation);
  return isFile(found)
    ? [STREAM, ...declared].filter((type) => type !== 'text/html' && declared.includes(type))
    : declared.filter((type) => JSON_TYPES.includes(type));
}

function isJson(text: string): boolean {
  try {
    return JSON.parse(text) !== undefined;
  } catch {
    return false;
  }
}

const ME = '/2021-04/advertisers/me';

describe('Accept', () => {
  const typeOf = async (accept: string): Promise<unknown> => {
    const headers = { authorization: `Bearer ${token}`, accept };
    const answer = await raw(shared, ME, { headers });
    return answer.status === 200 ? answer.headers['content-type'] : answer.status;
  };

  it.each([
    ['text/plain, application/json', 'application/json'],
    ['text/plain, application/json;q=0.9', 'text/plain'],
    ['text/*, application/json;q=0.5', 'text/json'],
    ['text/*;q=0.2, text/plain;q=0.3', 'text/plain'],
    ['text/plain;q=0.1, text/*;q=0.9', 'text/json'],
    ['*/*, application/json;q=0', 'text/json'],
    ['application/json;q=0', 406],
    ['TEXT/Plain', 'text/plain'],
    ['text/plain;charset=utf-8', 'text/plain'],
    ['text/plain; charset="UTF-8" ; Q=0.4', 'text/plain'],
    ['text/*;charset=utf-8, text/json;q=0.1, application/json;q=0.2', 'text/plain'],
    ['text/plain;q=0.4;charset=utf-8, application/json;q=0.3', 'text/plain'],
    ['text/plain;charset=latin1', 406],
    ['application/json;version=1', 406],
    ['a/b;c="text/plain, text/json;q=1"', 406],
    ['a/b;c="\\", text/plain, "', 406],
    ['text/html, text/json;q=0.001', 'text/json'],
    ['', 'application/json'],
    [' , ,', 'application/json'],
    ['*/*;q=0', 406],
    ['*, text/plain;q=0.5', 'text/plain'],
    ['text/json;q=2, text/plain;q=high, application/json;q=', 406],
    ['json', 406],
    ['*/json', 406],
    ['"', 406],
  ])('%j brings %s', async (accept, expected) => {
    expect(await typeOf(accept)).toBe(expected);
  });

  it('that is missing takes anything', async () => {
    const { headers } = await raw(shared, ME, { headers: { authorization: `Bearer ${token}` } });
    expect(headers['content-type']).toBe('application/json');
  });

  it('is not looked at before token, permission and parameters are, nor for what they bring', async () => {
    const ask = (path: string, bearer: string): Promise<RawAnswer> =>
      raw(shared, path, { headers: { authorization: `Bearer ${bearer}`, accept: 'text/plain' } });
    for (const { status, headers } of [
      await ask(ME, 'none'),
      await ask('/2021-04/audiences?advertiser-id=x', token),
      await ask('/nowhere', token),
    ])
      expect([status, headers['content-type']]).toEqual([
        expect.toBeOneOf([400, 401, 404]),
        'application/json',
      ]);
  });

  it('that cannot be met creates no job', async () => {
    const sandbox = await start();
    sandbox.nextJob('failure');
    const path = '/2026-07/retail-media/reports/revenue';
    const attributes = { startDate: '2026-03-01T00:00:00Z', endDate: '2026-03-31T00:00:00Z' };
    const authorization = `Bearer ${await getToken(sandbox)}`;
    const create = (accept: string): Promise<RawAnswer> =>
      raw(sandbox, path, {
        method: 'POST',
        headers: { authorization, accept, 'content-type': 'application/json' },
        body: JSON.stringify({ data: { type: 'Any', attributes } }),
      });
    expect((await create('application/xml')).status).toBe(406);
    const { data } = JSON.parse((await create('*/*')).body) as { data: { id: string } };
    const poll = async (): Promise<string> => {
      const bearer = authorization.slice('Bearer '.length);
      return (await get(sandbox, `/2026-07/retail-media/reports/${data.id}/status`, bearer)).text();
    };
    expect([await poll(), await poll(), await poll()].at(-1)).toContain('"failure"');
  });
});

describe('a file', () => {
  const ask = async (path: string, accept: string, body?: object): Promise<RawAnswer> =>
    raw(shared, path, {
      method: body ? 'POST' : 'GET',
      headers: { authorization: `Bearer ${token}`, accept, 'content-type': 'application/json' },
      ...(body && { body: JSON.stringify(body) }),
    });
  const DATES = { startDate: '2026-03-01T00:00:00Z', endDate: '2026-03-31T00:00:00Z' };
  const V1_REPORT = { reportType: 'any', ...DATES };
  const REPORT = {
    ...DATES,
    currency: 'EUR',
    advertiserIds: '1',
    dimensions: ['Day'],
    metrics: ['Clicks'],
  };

  it.each([
    ['/marketing/v2/crp/stats/sellers', 'text/xml', undefined, 'text/xml'],
    ['/marketing/v2/crp/stats/sellers', 'text/html', undefined, 406],
    ['/marketing/v1/statistics/report', 'application/xml', V1_REPORT, 'application/xml'],
    // The format that is asked for stands, whatever else is accepted.
    ['/marketing/v1/statistics/report', 'text/xml', { ...V1_REPORT, format: 'Json' }, 406],
    ['/2026-07/statistics/report', 'text/csv', { ...REPORT, format: 'json' }, 406],
    ['/2026-07/statistics/report', 'text/csv', REPORT, 406], // the document's default is JSON
    ['/2026-07/statistics/report', 'text/xml, text/csv', { ...REPORT, format: 'csv' }, 'text/csv'],
    // A format that the document has no type for comes to who accepts what it declares.
    ['/marketing/v1/statistics/report', 'text/html', { ...V1_REPORT, format: 'Csv' }, 'text/csv'],
    ['/2021-04/statistics/report', 'application/json', { ...REPORT, format: 'csv' }, 'text/csv'],
    ['/2021-04/statistics/report', 'text/plain', { ...REPORT, format: 'csv' }, 'text/plain'],
    ['/2021-04/statistics/report', 'text/csv', { ...REPORT, format: 'csv' }, 'text/csv'],
    ['/marketing/v1/sellers/stats', 'text/csv', {}, 'text/csv'],
    ['/marketing/v1/sellers/stats', 'application/json', { format: 'Csv' }, 406],
    ['/marketing/v1/sellers/stats', 'application/json', { format: 'Json' }, 'application/json'],
  ] as const)('of %s with %s and %j is %s', async (path, accept, body, expected) => {
    const { status, headers } = await ask(path, accept, body);
    expect(status === 200 ? headers['content-type'] : status).toBe(expected);
  });
});

describe('token operations', () => {
  const ask = (
    sandbox: Sandbox,
    version: string,
    headers: Record<string, string>,
    more: Record<string, string> = {},
  ): Promise<RawAnswer> => {
    const form = { ...formOf(sandbox.credentials(version)), ...more };
    return raw(sandbox, version === 'marketing/v1' ? V1 : SHARED, {
      method: 'POST',
      headers: { 'content-type': 'application/x-www-form-urlencoded', ...headers },
      body: String(new URLSearchParams(form)),
    });
  };

  it.each(VERSIONS)('of %s give each declared type, and 406 else', async (version) => {
    const { document } =
      readDocuments().find(({ file }) => file === version.replace('/', '-')) ?? {};
    const [, item] =
      Object.entries(document?.paths ?? {}).find(([path]) => path.endsWith('/oauth2/token')) ?? [];
    const declared = declaredBy(item?.post as SampledOperation);
    expect(declared).toContain('application/json');
    for (const type of declared) {
      const { status, headers, body } = await ask(shared, version, { accept: type });
      expect([status, headers['content-type']]).toEqual([200, type]);
      expect(JSON.parse(body)).toHaveProperty('access_token');
    }
    for (const headers of [{}, { accept: '*/*' }, { accept: 'text/plain, application/*' }])
      expect(await ask(shared, version, headers)).toMatchObject({
        status: 200,
        headers: { 'content-type': 'application/json' },
      });
    const refused = await ask(shared, version, { accept: 'application/xml' });
    expect(refused.status).toBe(406);
    if (version === 'marketing/v1') expect(refused.body).toBe('');
    else
      expect(JSON.parse(refused.body)).toMatchObject({
        error: 'invalid_request',
        error_description: expect.stringContaining(declared.join(', ')),
      });
  });

  it('say what is wrong in JSON, whatever is accepted', async () => {
    const { status, headers } = await ask(
      shared,
      'marketingsolutions/2020-10',
      { accept: 'text/plain' },
      { client_secret: 'wrong' },
    );
    expect([status, headers['content-type']]).toEqual([400, 'application/json']);
  });

  it('keep a code whose answer is not accepted', async () => {
    const sandbox = await start();
    const version = 'retailmedia/2022-10';
    const { clientId } = sandbox.credentials(version);
    const redirect = { redirect_uri: 'https://app.example/callback' };
    const { code = '' } = await consentTo(sandbox, { client_id: clientId, ...redirect });
    const grant = { grant_type: 'authorization_code', code, ...redirect };
    expect((await ask(sandbox, version, { accept: 'text/html' }, grant)).status).toBe(406);
    expect((await ask(sandbox, version, { accept: 'text/json' }, grant)).status).toBe(200);
  });
});

function isLines(text: string): boolean {
  const lines = text.split('\n');
  return lines.length > 1 && lines.pop() === '' && lines.every(isJson);
}

function isJsonOrLines(text: string): boolean {
  return isJson(text) || isLines(text);
}
