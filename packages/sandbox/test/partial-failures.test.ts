import { afterAll, beforeEach, describe, expect, it } from 'vitest';
import { startSandbox } from '../src/index.js';
import { get, getToken } from './helpers.js';
import { createJudge } from './judge.js';
import { findOperations, readDocuments, requestOf } from './sample.js';

interface Body {
  readonly data?: unknown;
  readonly errors?: readonly Readonly<Record<string, string>>[];
}

const operations = findOperations();
const judges = new Map(
  readDocuments().map(({ file, document }) => [file, createJudge(document)] as const),
);

const sandbox = await startSandbox();
let token = '';
beforeEach(async () => {
  sandbox.reset();
  token = await getToken(sandbox);
});
afterAll(() => sandbox.close());

const ACCOUNTS = '/2026-07/retail-media/accounts';
const read = async (path: string): Promise<Body> =>
  (await (await get(sandbox, path, token)).json()) as Body;

/** Of all operations that may be told to fail in part, because the answer of one of that name has a list. */
const telling: readonly string[] = [...new Set(operations.map(({ name }) => name))].filter(
  (name) => {
    try {
      sandbox.failPart(name);
      return true;
    } catch {
      return false;
    }
  },
);

describe('an operation that was told to fail in part', () => {
  it('tells of one problem beside its data, until reset', async () => {
    const whole = await read(ACCOUNTS);
    sandbox.failPart('getAccounts', 'searchCampaigns');
    const { errors = [], ...others } = await read(ACCOUNTS);
    expect(errors).toEqual([
      {
        type: 'validation',
        code: 'invalid',
        title: 'invalid',
        detail: 'A part was told to fail.',
        instance: ACCOUNTS,
        traceId: expect.stringMatching(/^[0-9a-f-]{36}$/),
      },
    ]);
    const { errors: none, ...same } = whole;
    expect([none, others]).toEqual([[], same]);
    sandbox.reset();
    token = await getToken(sandbox);
    expect((await read(ACCOUNTS)).errors).toEqual([]);
  });

  it.each([...judges.keys()])('answers by its schema in %s', async (file) => {
    sandbox.failPart(...telling);
    const wrong: unknown[] = [];
    let count = 0;
    for (const found of operations.filter((operation) => operation.file === file)) {
      const { path, init } = requestOf(found, true);
      const headers = { ...init.headers, authorization: `Bearer ${token}` };
      const response = await fetch(sandbox.url + path, { ...init, headers });
      const text = await response.clone().text();
      const { file: judgedAs, operation } = found.same ?? found;
      const verdict = await judges.get(judgedAs)?.(operation, response);
      const told = /"errors":\[\{/.test(text);
      const declared = declaresErrors(found);
      if (verdict !== undefined || told !== declared) wrong.push([found.name, told, verdict]);
      if (told) count += 1;
    }
    expect(wrong).toEqual([]);
    expect(count > 0).toBe(file !== 'marketing-v1');
  });

  it('is refused as ever when it is refused as a whole', async () => {
    sandbox.failPart('getAccounts');
    sandbox.forbid('getAccounts');
    expect((await get(sandbox, ACCOUNTS, token)).status).toBe(403);
  });

  it('leaves the others as they are', async () => {
    sandbox.failPart('searchCampaigns');
    expect((await read(ACCOUNTS)).errors).toEqual([]);
  });

  it.each(['getAsyncExportOutput', 'getToken', 'getPortfolio'])(
    'cannot be %s, whose answer has no list for it',
    async (name) => {
      expect(() => sandbox.failPart('getAccounts', name)).toThrow(
        new TypeError(`failPart: the answer of '${name}' has no list of errors`),
      );
      expect((await read(ACCOUNTS)).errors).toEqual([]);
    },
  );

  it.each(['getNothing', ''])('must exist, and %j does not', (name) => {
    const message = `no operation is named '${name}'`;
    expect(() => sandbox.failPart(name)).toThrow(new TypeError(`failPart: ${message}`));
    expect(() => sandbox.forbid(name)).toThrow(new TypeError(`forbid: ${message}`));
  });
});

/** The first success with a body decides. */
function declaresErrors({
  operation: { responses },
  sampler,
}: (typeof operations)[number]): boolean {
  const bodies = Object.entries(responses)
    .filter(([status]) => status.startsWith('2'))
    .flatMap(
      ([, { content = {} }]) => content['application/json'] ?? Object.values(content)[0] ?? [],
    );
  return 'errors' in (sampler.resolve(bodies[0]?.schema ?? {}).properties ?? {});
}
