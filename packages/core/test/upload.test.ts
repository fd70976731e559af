import { createReadStream } from 'node:fs';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { ConfigError, SdkError } from '../src/errors.js';
import type { Operation } from '../src/operation.js';
import { fileFrom, type UploadOptions, type UploadSource } from '../src/upload.js';
import { fails, ok, perTest } from './api.js';
import { json } from './server.js';

/** Every byte there is: what is read as text on the way does not come back. */
const BYTES = Uint8Array.from({ length: 256 }, (_, at) => at);

const bytesOf = async (file: Blob): Promise<Uint8Array> => new Uint8Array(await file.arrayBuffer());

let folder = '';
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'upload-'));
  await writeFile(join(folder, 'logo.png'), BYTES);
});
afterEach(() => rm(folder, { recursive: true, force: true }));

const logo = (): string => join(folder, 'logo.png');

async function* chunks(): AsyncGenerator<Uint8Array, void, undefined> {
  yield BYTES.subarray(0, 100);
  yield new Uint8Array();
  yield BYTES.subarray(100);
}

/** A view into the middle of a larger buffer. */
const view = (): Uint8Array => {
  const larger = new Uint8Array(1_000).fill(7);
  larger.set(BYTES, 500);
  return larger.subarray(500, 756);
};

const SOURCES: readonly (readonly [string, () => UploadSource, string])[] = [
  ['a path', logo, 'logo.png'],
  ['a Buffer', () => Buffer.from(BYTES), 'file'],
  [
    'a Buffer out of the pool',
    () => Buffer.from(Buffer.from(BYTES).toString('base64'), 'base64'),
    'file',
  ],
  ['bytes', () => BYTES, 'file'],
  ['a view', view, 'file'],
  ['an ArrayBuffer', () => BYTES.slice().buffer, 'file'],
  ['a Blob', () => new Blob([BYTES]), 'file'],
  ['a File', () => new File([BYTES], 'own.png'), 'own.png'],
  ['a stream of the web', () => new Blob([BYTES]).stream(), 'file'],
  ['a stream of Node', () => createReadStream(logo(), { highWaterMark: 100 }), 'file'],
  ['chunks', chunks, 'file'],
];

describe.each(SOURCES)('a file from %s', (_what, source, name) => {
  it('has its bytes, and is called by what it is', async () => {
    const file = await fileFrom(source());
    expect(file).toBeInstanceOf(File);
    expect(await bytesOf(file)).toEqual(BYTES);
    expect([file.name, file.type]).toEqual([name, '']);
  });

  it('is called as the caller says', async () => {
    const file = await fileFrom(source(), { name: 'a b.png', type: 'image/png' });
    expect(await bytesOf(file)).toEqual(BYTES);
    expect([file.name, file.type]).toEqual(['a b.png', 'image/png']);
  });
});

describe('the name and the type of a file', () => {
  it.each<[string, () => UploadSource, UploadOptions, [string, string]]>([
    [
      'are those of a File',
      () => new File([], 'a.png', { type: 'image/png' }),
      {},
      ['a.png', 'image/png'],
    ],
    [
      'may be said of a File',
      () => new File([], 'a.png', { type: 'image/png' }),
      { type: 'image/gif' },
      ['a.png', 'image/gif'],
    ],
    [
      'are said of a File one by one',
      () => new File([], 'a.png', { type: 'image/png' }),
      { name: 'b' },
      ['b', 'image/png'],
    ],
    [
      'are the type alone of a Blob',
      () => new Blob([], { type: 'text/csv' }),
      {},
      ['file', 'text/csv'],
    ],
    ['are never guessed from a path', logo, {}, ['logo.png', '']],
  ])('%s', async (_what, source, options, expected) => {
    const { name, type } = await fileFrom(source(), options);
    expect([name, type]).toEqual(expected);
  });
});

describe('a file', () => {
  it('is what the bytes were when it was made', async () => {
    const bytes = Buffer.from('before');
    const file = await fileFrom(bytes);
    bytes.fill(0);
    expect(await file.text()).toBe('before');
  });

  it.each<[string, () => UploadSource]>([
    ['bytes', () => new Uint8Array()],
    ['a Blob', () => new Blob([])],
    ['a stream', () => Readable.from([])],
  ])('may have no bytes: %s', async (_what, source) => {
    expect((await fileFrom(source())).size).toBe(0);
  });

  it('that is not there is told by its path', async () => {
    const missing = join(folder, 'missing.png');
    const error = await fails(fileFrom(missing));
    expect(error).toBeInstanceOf(SdkError);
    expect(error).toMatchObject({
      message: `fileFrom failed: '${missing}' cannot be read (ENOENT).`,
      hint: 'Is it there, and may it be read?',
    });
  });

  it('that is a folder is told', async () => {
    expect(String(await fails(fileFrom(folder)))).toContain('cannot be read (EISDIR).');
  });

  it('fails as the stream fails that it comes from', async () => {
    const own = new Error('of the stream');
    async function* failing(): AsyncGenerator<Uint8Array, void, undefined> {
      yield BYTES;
      throw own;
    }
    expect(await fails(fileFrom(failing()))).toBe(own);
    expect(await fails(fileFrom(Readable.from(failing())))).toBe(own);
  });

  it('is never made of a stream of texts: without a word their characters would become zeros', async () => {
    await writeFile(join(folder, 'a.csv'), 'a,b\n');
    const texts = [
      createReadStream(join(folder, 'a.csv'), 'utf8'),
      Readable.from(['a,b\n']),
      Readable.toWeb(Readable.from(['a,b\n'])),
    ];
    for (const source of texts) {
      const error = await fails(fileFrom(source as UploadSource));
      expect(error).toBeInstanceOf(ConfigError);
    }
  });

  it.each([
    ['nothing', undefined],
    ['null', null],
    ['a number', 7],
    ['a list', [1, 2]],
    ['an address', new URL('file:///logo.png')],
  ])('is never made of %s', async (_what, source) => {
    expect(await fails(fileFrom(source as never))).toBeInstanceOf(ConfigError);
  });
});

const upload: Operation<{ readonly assetFile: Blob; readonly title?: string }, { name: string }> = {
  id: 'createAsset',
  method: 'POST',
  path: '/assets',
  multipart: [
    { name: 'assetFile', as: 'AssetFile' },
    { name: 'title', as: 'Title' },
  ],
};

describe('a call with a file', () => {
  const setUp = perTest();

  it.each(SOURCES)('sends its bytes, name and type: %s', async (_what, source) => {
    const parts: FormData[] = [];
    const server = createServer(async (request, response) => {
      const received: Uint8Array[] = [];
      for await (const chunk of request) received.push(chunk as Uint8Array);
      const type = request.headers['content-type'] ?? '';
      const body = new Response(Buffer.concat(received), { headers: { 'content-type': type } });
      parts.push(await body.formData());
      json(response, 200, { name: 'thing' });
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    try {
      const { client, connect } = await setUp(ok);
      const { port } = server.address() as AddressInfo;
      const own = connect({ baseUrl: `http://127.0.0.1:${port}`, tokens: client.tokens });
      const assetFile = await fileFrom(source(), { name: 'lögo "1".png', type: 'image/png' });
      await own.call(upload, { assetFile, title: 'Größe' });
    } finally {
      server.closeAllConnections();
      server.close();
    }
    const file = parts[0]?.get('AssetFile');
    expect(file).toBeInstanceOf(File);
    expect(file).toMatchObject({ name: 'lögo "1".png', type: 'image/png' });
    expect(await bytesOf(file as File)).toEqual(BYTES);
    expect(parts[0]?.get('Title')).toBe('Größe');
  });

  it('sends the same file again where it is repeated', async () => {
    const { client, apiCalls } = await setUp((_seen, response, before) =>
      before === 0
        ? json(response, 429, {}, { 'retry-after-ms': '1' })
        : json(response, 200, { name: 'thing' }),
    );
    await client.call(upload, { assetFile: await fileFrom(Readable.from([Buffer.from('once')])) });
    const [first, second] = apiCalls().map(({ body }) => body);
    expect(first).toContain('once');
    expect(second).toBe(first);
  });
});
