import { afterEach, describe, expect, it } from 'vitest';
import { Api } from '../src/api.js';
import { createTransport, download } from '../src/index.js';
import type { Bound, Operation } from '../src/operation.js';
import { createAxios } from '../src/transport-web.js';
import { type Handler, json, serve } from './server.js';

/*
 * The transport of browsers and workers, run here on Node's fetch: what a stream needs, that axios does not give
 * on each of them.
 */

const getFile: Operation<Record<string, never>, Uint8Array> = {
  id: 'getFile',
  method: 'GET',
  path: '/file',
  response: 'bytes',
};
const postFile = { ...getFile, id: 'postFile', method: 'POST', path: '/file', body: true } as const;

class FileApi extends Api {
  declare readonly getFile: Bound<typeof getFile>;
  declare readonly postFile: Bound<Operation<{ body?: unknown }, Uint8Array>>;
}

const closing: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const close of closing.splice(0)) await close();
});

const apiOf = async (handler: Handler) => {
  const server = await serve(handler);
  closing.push(() => server.close());
  const { instance } = createAxios(undefined, server.url);
  const transport = createTransport({
    baseUrl: server.url,
    allowLoopbackHttp: true,
    axios: instance,
    retry: { limit: 0 },
  });
  return { server, api: new FileApi(transport, [getFile, postFile]) };
};

const textOf = async (stream: ReadableStream<Uint8Array>): Promise<string> =>
  new Response(stream).text();

describe('a file over fetch', () => {
  it('comes as a stream, and as rows', async () => {
    const { api } = await apiOf((_seen, response) => void response.end('a,b\n1,2\n'));
    expect(await textOf(download(api.getFile).stream())).toBe('a,b\n1,2\n');
    const rows: object[] = [];
    for await (const row of download(api.getFile).rows()) rows.push(row);
    expect(rows).toEqual([{ a: '1', b: '2' }]);
  });

  it('is asked for with headers and body, as any call', async () => {
    const { api, server } = await apiOf((_seen, response) => void response.end('x'));
    const file = download(api.postFile, { body: { a: 1 } }, { headers: { 'x-own': 'yes' } });
    await textOf(file.stream());
    expect(server.seen).toMatchObject([
      {
        method: 'POST',
        body: '{"a":1}',
        headers: { 'content-type': 'application/json', 'x-own': 'yes' },
      },
    ]);
  });

  it('that is an error is one', async () => {
    const { api } = await apiOf((_seen, response) =>
      json(response, 404, { errors: [{ code: 'no-file' }] }),
    );
    await expect(textOf(download(api.getFile).stream())).rejects.toMatchObject({
      name: 'ApiError',
      status: 404,
      code: 'no-file',
    });
  });

  it('is not sought elsewhere', async () => {
    const { api, server } = await apiOf(
      (_seen, response) => void response.writeHead(302, { location: '/elsewhere' }).end(),
    );
    await expect(textOf(download(api.getFile).stream())).rejects.toMatchObject({
      reason: 'redirected',
    });
    expect(server.seen).toHaveLength(1);
  });

  it('that nobody wants any more closes its connection', async () => {
    let closed: Promise<unknown> = Promise.resolve();
    const { api } = await apiOf((_seen, response) => {
      closed = new Promise((resolve) => response.once('close', resolve));
      response.write('a,b\n1,2\n');
    });
    for await (const row of download(api.getFile).rows()) {
      expect(row).toEqual({ a: '1', b: '2' });
      break;
    }
    await closed;
  });
});
