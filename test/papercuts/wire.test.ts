import { ApiError, type Operation } from '@criteo-sdk/retailmedia';
import { createClient } from '@criteo-sdk/retailmedia/2026-07';
import { type SandboxCredentials, startSandbox } from '@criteo-sdk/sandbox';
import { afterAll, beforeEach, describe, expect, it } from 'vitest';
import { resolveRef } from '../../tools/spec/document.ts';
import { camelCase } from '../wire/document.js';
import { type Exchange, startTap } from '../wire/tap.js';
import { serveApi } from './failures.js';
import { type Called, everyOperation, VERSIONS } from './operations.js';

const sandbox = await startSandbox();
const surprising = await startSandbox({ flip: ['extra-fields'] });
const tap = await startTap(sandbox.url);
const operations = await everyOperation((version) => tap.through(sandbox.credentials(version)));

beforeEach(() => sandbox.reset());
afterAll(async () => {
  tap.close();
  await Promise.all([sandbox.close(), surprising.close()]);
});

describe('answers of tomorrow', () => {
  it('3: unknown values and fields arrive as they are, in every version', async () => {
    const later = await everyOperation((version) => surprising.credentials(version));
    const reads = VERSIONS.flatMap(({ name }) =>
      later.filter((one) => one.version === name && isRead(one)).slice(0, 10),
    );
    const outcomes = await Promise.all(
      reads.map(async (one) => [one, await settled(one)] as const),
    );
    const refused = outcomes.filter(([, outcome]) => outcome instanceof Error);
    expect(refused.filter(([, error]) => !(error instanceof ApiError))).toEqual([]);
    const answers = outcomes.map(([{ version }, outcome]) => ({
      version,
      text: JSON.stringify(outcome),
    }));
    const having = (text: string): readonly string[] =>
      answers.filter((answer) => answer.text?.includes(text)).map(({ version }) => version);
    expect(having('"value-of-tomorrow"').length).toBeGreaterThan(20);
    expect(new Set(having('"sandboxExtra"')).size).toBe(VERSIONS.length);
  });
});

describe('query arrays', () => {
  it('8: each of the documents is sent as its document says', async () => {
    const arrays = operations.flatMap((one) =>
      queryArraysOf(one).map((parameter) => ({ one, parameter })),
    );
    expect(arrays.length).toBeGreaterThanOrEqual(32);
    for (const { one, parameter } of arrays) {
      await settled(one, { [camelCase(parameter.name)]: ['a b', 'c,d'] });
      const query = new URLSearchParams(tap.exchanges.at(-1)?.query);
      expect(query.getAll(parameter.name), `${one.version} ${one.model.name}`).toEqual(
        isRepeated(parameter) ? ['a b', 'c,d'] : ['a b,c,d'],
      );
    }
  });

  it('8: one that is joined goes as one value, and a comma in it stays its own', async () => {
    const client = createClient(tap.through(sandbox.clientOptions));
    await client.call(joined, { ids: ['a b', 'c,d'] }).catch(() => {});
    client.close();
    expect(tap.exchanges.at(-1)?.query).toBe('ids=a%20b,c%2Cd');
  });
});

describe('files', () => {
  it('9: an upload carries the boundary that parts it, and the server can read it', async () => {
    const uploads = operations.filter(({ operation }) => operation.multipart);
    expect(uploads.length).toBeGreaterThan(2);
    for (const upload of uploads) {
      await upload.call();
      const { headers, body, status } = tap.exchanges.at(-1) as Exchange;
      const type = headers['content-type'] ?? '';
      const [, boundary] = /^multipart\/form-data; boundary=(\S+)$/.exec(type) ?? [];
      expect(status).toBeLessThan(300);
      expect(body.toString('latin1')).toContain(`--${boundary}--`);
      const [part] = await partsOf(type, body);
      expect(part).toBeInstanceOf(File);
      await expect(partsOf('multipart/form-data', body)).rejects.toThrow();
    }
  });

  it('9: a header set by hand cannot take the boundary away', async () => {
    const upload = operations.find(({ operation }) => operation.multipart) as Called;
    const sent = tap.exchanges.length;
    const headers = { 'Content-Type': 'multipart/form-data' };
    await expect(upload.call({}, { headers })).rejects.toMatchObject({
      name: 'ConfigError',
      hint: expect.stringContaining('boundary'),
    });
    expect(tap.exchanges.length).toBe(sent);
  });

  it('10: each download of the documents is the bytes that were sent', async () => {
    const bytes = new Uint8Array([0xff, 0xfe, 0x00, 0x2c, 0x31]);
    const server = await serveApi((_seen, answer) =>
      answer.writeHead(200, { 'content-type': 'text/csv' }).end(bytes),
    );
    const credentials = (version: string): SandboxCredentials => ({
      ...sandbox.credentials(version),
      baseUrl: server.url,
    });
    const all = await everyOperation(credentials);
    const downloads = all.filter(({ model }) => model.result.kind === 'bytes');
    expect(downloads.length).toBeGreaterThan(10);
    for (const download of downloads) {
      const read = await download.call();
      expect(read, download.model.name).toBeInstanceOf(Uint8Array);
      expect([...(read as Uint8Array)]).toEqual([...bytes]);
    }
    await server.close();
  });

  it.each(['{"a": 1}\r\n', '12345678901234567890'])(
    '10: a text that could be read as JSON stays that text: %j',
    async (sent) => {
      const server = await serveApi((_seen, answer) =>
        answer.writeHead(200, { 'content-type': 'text/csv' }).end(sent),
      );
      const client = createClient({ ...sandbox.clientOptions, baseUrl: server.url });
      expect(await client.call(download, {})).toBe(sent);
      client.close();
      await server.close();
    },
  );
});

// No document has one so far.
const download: Operation<object> = {
  id: 'download',
  method: 'GET',
  path: '/file',
  response: 'text',
};
const joined: Operation<{ readonly ids: readonly string[] }> = {
  id: 'joined',
  method: 'GET',
  path: '/joined',
  query: [{ name: 'ids', style: 'comma' }],
};

const isRead = ({ model }: Called): boolean =>
  model.method === 'GET' && model.result.kind === 'json';

const settled = (one: Called, params?: object): Promise<unknown> =>
  one.call(params).catch((error: unknown) => error);

interface QueryParameter {
  readonly name: string;
  readonly in: string;
  readonly schema: { readonly type?: string; readonly $ref?: string };
  readonly style?: string;
  readonly explode?: boolean;
}

/** As the document writes them, without what our reader makes of it. */
const queryArraysOf = ({ model, document }: Called): readonly QueryParameter[] => {
  const parameters = (model.source.parameters ?? []) as unknown as readonly QueryParameter[];
  return parameters.filter(({ in: place, schema }) => {
    const { type } = schema.$ref ? resolveRef(document, schema.$ref) : schema;
    return place === 'query' && type === 'array';
  });
};

// OpenAPI 3.0: the style of a query is `form`, and `form` explodes, unless it is said otherwise.
const isRepeated = ({ style = 'form', explode = style === 'form' }: QueryParameter): boolean => {
  if (style !== 'form') throw new Error(`${style}: a style that no document had so far`);
  return explode;
};

const partsOf = async (type: string, body: Uint8Array): Promise<readonly FormDataEntryValue[]> => {
  const headers = { 'content-type': type };
  const form = await new Response(new Uint8Array(body), { headers }).formData();
  return [...form.values()];
};
