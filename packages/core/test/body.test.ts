import { afterEach, describe, expect, it, vi } from 'vitest';
import { writeBody } from '../src/body.js';

const upload = {
  id: 'upload',
  method: 'POST',
  path: '/files',
  multipart: [{ name: 'file', as: 'File' }],
} as const;

const create = { id: 'create', method: 'POST', path: '/things', body: true } as const;

describe('JSON', () => {
  it('holds no stream: without a word it would be {}', async () => {
    const streams = [new Blob(['{}']).stream(), (async function* () {})()];
    for (const stream of streams) {
      const written = writeBody(create, { body: { nested: [stream] } });
      await expect(written).rejects.toThrow('it holds a stream; read it first');
    }
    await expect(writeBody(create, { body: { nested: [{}] } })).resolves.toMatchObject({
      body: '{"nested":[{}]}',
    });
  });
});

describe('parts', () => {
  afterEach(() => vi.unstubAllGlobals());

  it.each([
    ['a Buffer', Buffer.from('bytes')],
    ['an object', {}],
    ['half of a character', '\ud800'],
  ])('are none of %s: the error leads to fileFrom', async (_what, file) => {
    await expect(writeBody(upload, { file })).rejects.toMatchObject({
      message: "upload: 'file' must be a Blob, a File or a text.",
      hint: 'fileFrom makes a File of bytes, a stream or a path.',
    });
  });

  it('go with their boundary where a runtime forgets it once the body is read, as Bun does', async () => {
    vi.stubGlobal(
      'Response',
      class extends Response {
        override async arrayBuffer(): Promise<ArrayBuffer> {
          this.headers.delete('content-type');
          return super.arrayBuffer();
        }
      },
    );
    const file = new File(['bytes'], 'a.png', { type: 'image/png' });
    const { body, type = '' } = await writeBody(upload, { file });
    const [, boundary = '?'] = type.split('boundary=');
    expect(type).toMatch(/^multipart\/form-data; ?boundary=/);
    expect(new TextDecoder().decode(body as ArrayBuffer)).toContain(`--${boundary}\r\n`);
  });
});
