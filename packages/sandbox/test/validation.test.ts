import { afterAll, describe, expect, it } from 'vitest';
import { startSandbox } from '../src/index.js';
import { toJsonSchema } from '../src/json-schema.js';
import { getToken, raw, start } from './helpers.js';
import { asJson, type Described, findOperations, requestOf } from './sample.js';

const operations = findOperations();

const shared = await startSandbox();
const token = await getToken(shared);
afterAll(() => shared.close());

interface Sent {
  readonly method?: string;
  readonly headers?: Record<string, string>;
  readonly body?: string;
}

interface Verdict {
  readonly status: number;
  /** Undefined for an empty body. */
  readonly problem: Record<string, string> | undefined;
}

async function send(path: string, { headers, ...init }: Sent = {}): Promise<Verdict> {
  const authorization = `Bearer ${token}`;
  const response = await fetch(shared.url + path, {
    ...init,
    headers: { ...headers, authorization },
  });
  const text = await response.text();
  const isProblem = response.status >= 400 && text !== '';
  return {
    status: response.status,
    problem: isProblem ? JSON.parse(text).errors[0] : undefined,
  };
}

/** Marketing v1 has no error model, so it cannot name anything. */
const isMute = ({ template }: Described): boolean => template.startsWith('/marketing/');

it.each(operations.filter(({ same }) => same))(
  '$file $name takes what $same.file takes',
  async (described) => {
    const { path, init } = requestOf(described, true);
    const { status, problem } = await send(path, init);
    expect(problem).toBeUndefined();
    expect(status).toBeLessThan(300);
  },
);

describe.each(operations.filter(({ same }) => !same))('$file $name', (described) => {
  it.each([true, false])('takes a request with everything: %s', async (all) => {
    const { path, init } = requestOf(described, all);
    const { status, problem } = await send(path, init);
    expect(problem).toBeUndefined();
    expect(status).toBeLessThan(300);
  });

  it('refuses each mistake that can be made in its body, and names it', async () => {
    const { json, sampler } = described;
    const { path, init } = requestOf(described, true);
    const mistakes = json ? [...sampler.mistakesIn(json, sampler.make(json, true))] : [];
    for (const { kind, names, body } of mistakes) {
      const { status, problem } = await send(path, { ...init, ...asJson(body) });
      expect([kind, names, status]).toEqual([kind, names, 400]);
      if (isMute(described)) continue;
      expect(problem).toMatchObject({
        type: 'validation',
        code: `validation-${kind}`,
        detail: expect.stringContaining(names),
      });
    }
  });

  it('refuses each wrong parameter, and names it', async () => {
    const { path, init } = requestOf(described, true);
    const { parameters = [] } = described.operation;
    const { pathname, searchParams } = new URL(path, shared.url);
    for (const { in: place, name, schema, required } of parameters) {
      const isText = schema.type === 'string' && !schema.enum && schema.format === undefined;
      if (isText || schema.type === 'array') continue;
      const query = new URLSearchParams(searchParams);
      for (const [bound, beyond] of [
        ['minimum', -1],
        ['maximum', 1],
      ] as const) {
        const { [bound]: limit } = schema;
        if (place !== 'query' || limit === undefined) continue;
        query.set(name, String(limit + beyond));
        expect([name, (await send(`${pathname}?${query}`, init)).status]).toEqual([name, 400]);
        query.set(name, String(limit));
        expect([name, (await send(`${pathname}?${query}`, init)).status < 300]).toEqual([
          name,
          true,
        ]);
      }
      if (place === 'query') query.set(name, 'wr-ong');
      const index = described.template.split('/').indexOf(`{${name}}`);
      const segments = pathname.split('/').map((s, i) => (i === index ? 'wr-ong' : s));
      const wrong = await send(`${segments.join('/')}?${query}`, init);
      expect([name, wrong.status]).toEqual([name, 400]);
      if (!isMute(described)) expect(wrong.problem?.detail).toContain(name);
      if (place !== 'query' || !required) continue;
      query.delete(name);
      expect((await send(`${pathname}?${query}`, init)).status).toBe(400);
    }
  });

  it('refuses a body that it cannot read', async () => {
    const { requestBody, responses } = described.operation;
    if (!requestBody?.content) return;
    const { path, init } = requestOf(described, true);
    const unsupported = responses[415] ? 415 : 400;
    const headers = { 'content-type': 'text/csv' };
    expect((await send(path, { ...init, headers })).status).toBe(unsupported);
    expect((await send(path, { ...init, headers: {}, body: 'a=b' })).status).toBe(unsupported);
    const { body: _body, ...bare } = init;
    expect((await send(path, bare)).status < 300).toBe(!requestBody.required);
    if (!described.json) return;
    const broken = await send(path, { ...init, body: '{"data":' });
    expect(broken.status).toBe(400);
    if (!isMute(described)) expect(broken.problem?.code).toBe('validation-json');
  });
});

const ACCOUNTS = '/2022-10/retail-media/accounts';

describe('a schema of a document', () => {
  const convert = (schema: object): unknown => toJsonSchema(schema, 'doc');

  it.each([
    [{ $ref: '#/a', nullable: true, description: 'beside' }, { $ref: 'doc#/a' }],
    [{ enum: ['a'], nullable: true }, { anyOf: [{ enum: ['a'] }, { type: 'null' }] }],
    [{ type: 'string', nullable: false }, { type: 'string' }],
    [
      { minimum: 1, exclusiveMinimum: true },
      { minimum: 1, exclusiveMinimum: 1 },
    ],
    [{ maximum: 1, exclusiveMaximum: false }, { maximum: 1 }],
    [
      { type: 'string', format: 'int64' },
      { type: 'string', format: 'integer-text' },
    ],
    [
      { type: 'integer', format: 'int64' },
      { type: 'integer', format: 'int64' },
    ],
    [
      { required: ['a', 'b'], properties: { a: { readOnly: true }, b: {} } },
      { required: ['b'], properties: { a: { readOnly: true }, b: {} } },
    ],
    [
      { properties: { nullable: {}, required: {}, format: {}, $ref: {}, exclusiveMinimum: {} } },
      { properties: { nullable: {}, required: {}, format: {}, $ref: {}, exclusiveMinimum: {} } },
    ],
  ])('%j means %j', (schema, meaning) => {
    expect(convert(schema)).toEqual(meaning);
  });
});

describe('a refused request', () => {
  it('is told in the shape of its version', async () => {
    expect((await send(`${ACCOUNTS}?pageSize=0`)).problem).toEqual({
      traceId: expect.any(String),
      traceIdentifier: expect.any(String),
      type: 'validation',
      code: 'validation-minimum',
      instance: ACCOUNTS,
      title: 'validation minimum',
      detail: 'query/pageSize must be >= 1.',
    });
    const { problem } = await send('/2021-04/audiences?advertiser-id=x');
    expect(problem).toHaveProperty('traceIdentifier');
    expect(problem).not.toHaveProperty('traceId');
    expect(await send('/marketing/v1/campaigns/x')).toEqual({ status: 400, problem: undefined });
  });

  it('was first asked for its token, the budget and the permission', async () => {
    const sandbox = await start({ budget: { limit: 2, windowMs: 60_000 } });
    const bad = `${ACCOUNTS}?pageSize=0`;
    const statusOf = async (bearer: string): Promise<number> => {
      const headers = { authorization: `Bearer ${bearer}` };
      return (await fetch(sandbox.url + bad, { headers })).status;
    };
    const fresh = await getToken(sandbox);
    expect(await statusOf('none')).toBe(401);
    expect(await statusOf(fresh)).toBe(400);
    sandbox.forbid('getAccounts');
    expect(await statusOf(fresh)).toBe(403);
    expect(await statusOf(fresh)).toBe(429);
  });
});

describe('parameters', () => {
  it.each([
    ['pageSize=25&pageSize=25', 400],
    ['pageSize=', 400],
    ['pageSize=1.5', 400],
    ['pageIndex=2147483648', 400],
    ['limitToId=1&limitToId=2', 200],
    ['limitToId=1', 200],
    ['limitToId%5B%5D=1', 200],
    ['nobody-knows-this=1', 200],
    ['constructor=1&__proto__=2', 200],
  ])('%s answer %i', async (query, status) => {
    expect((await send(`${ACCOUNTS}?${query}`)).status).toBe(status);
  });
});

describe('offset and limit', () => {
  it.each([
    ['limit=0', 200],
    ['limit=', 200],
    ['limit=-1', 400],
    ['offset=-1', 400],
    ['offset=2147483648', 400],
    ['offset=5&limit=1e1', 200],
    ['offset=5&limit=ten', 400],
  ])('%s answer %i where their document has no bounds', async (query, status) => {
    const path = '/2026-07/marketing-solutions/advertisers/1/ads';
    expect((await send(`${path}?${query}`)).status).toBe(status);
  });
});

describe('bodies', () => {
  const asset = '/2022-10/retail-media/assets';
  const multipart = (name: string): Sent => ({
    method: 'POST',
    headers: { 'content-type': 'multipart/form-data; boundary="a b"' },
    body: `--a b\r\nContent-Disposition: form-data; name="${name}"; filename="name="\r\n\r\nx\r\n--a b--\r\n`,
  });

  it('of several parts hold what is required', async () => {
    expect((await send(asset, multipart('AssetFile'))).status).toBeLessThan(300);
    const { status, problem } = await send(asset, multipart('assetFile'));
    expect([status, problem?.detail]).toEqual([400, 'The body lacks the field AssetFile.']);
  });

  it.each([
    'application/json; charset=utf-8',
    'APPLICATION/JSON',
    'text/json',
    'application/x+json',
  ])('of type %s are read where the document has it', async (type) => {
    const find = operations.find(
      ({ json, operation }) =>
        json && Object.keys(operation.requestBody?.content ?? {}).some((t) => t.includes('*')),
    ) as Described;
    const { path, init } = requestOf(find, true);
    expect((await send(path, { ...init, headers: { 'content-type': type } })).status).toBe(200);
  });

  it('never bring it down', async () => {
    const created = operations.find(({ name }) => name === 'createCatalog') as Described;
    const { path } = requestOf(created, true);
    const deep = '['.repeat(200_000);
    const headers = { 'content-type': 'application/json', authorization: `Bearer ${token}` };
    for (const body of [deep, 'null', '"', '\u0000', '{"__proto__":{"a":1}}', '9e999']) {
      const { status } = await raw(shared, path, { method: created.method, headers, body });
      expect([body.slice(0, 20), status < 500]).toEqual([body.slice(0, 20), true]);
    }
  });
});
