import { afterEach, describe, expect, it, vi } from 'vitest';
import { writeBody } from '../src/body.js';

const upload = {
  id: 'upload',
  method: 'POST',
  path: '/files',
  multipart: [{ name: 'file', as: 'File' }],
} as const;

describe('parts', () => {
  afterEach(() => vi.unstubAllGlobals());

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
