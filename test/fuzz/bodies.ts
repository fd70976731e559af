/* What answers hold before they are compressed and framed. */

export const BODIES = {
  json: (mark) => json({ data: { id: mark, attributes: { name: 'a thing' } }, warnings: [] }),
  problem: (mark) =>
    json({
      traceId: mark,
      errors: [{ code: 'a-code', title: 'A title', detail: mark, traceId: mark }],
    }),
  csv: (mark) => text(`id,name\r\n${mark},"a, b"\r\n${mark},c\r\n`, 'text/csv'),
  ndjson: (mark) => text(`{"id":"${mark}"}\n{"id":"${mark}"}\n`, 'application/x-json-stream'),
  array: (mark) => json([{ id: mark }, { id: mark }]),
  text: (mark) => text(`just a text, ${mark}`, 'text/plain'),
  large: (mark) =>
    text(`id,name\r\n${`${mark},a name of some length\r\n`.repeat(6_000)}`, 'text/csv'),
  empty: () => text('', 'application/json'),
  html: (mark) => text(`<!doctype html><title>Sign in</title><p>${mark}`, 'text/html'),
  null: () => text('null', 'application/json'),
  deep: (mark) => text(`${'['.repeat(30_000)}"${mark}"${']'.repeat(30_000)}`, 'application/json'),
  unsafe: (mark) => text(`{"data":{"id":"${mark}","n":12345678901234567890}}`, 'application/json'),
  proto: (mark) =>
    text(
      `{"__proto__":{"polluted":1},"constructor":{"prototype":{"polluted":1}},"data":{"id":"${mark}","__proto__":{"polluted":1}}}`,
      'application/json',
    ),
  duplicates: (mark) =>
    text(
      `{"data":{"id":"x"},"data":{"id":"${mark}"},"errors":5,"warnings":{"length":9}}`,
      'application/json',
    ),
  problems: (mark) =>
    json({
      errors: [null, 1, 'text', [], { code: {}, detail: [mark], __proto__: null }],
      traceId: 7,
    }),
  broken: (mark) => text(`{"data":{"id":"${mark}","list":[1,2`, 'application/json'),
  lines: (mark) => text(`{"id":"${mark}"}\n{"id":\n\n\u0000`, 'application/x-json-stream'),
  quotes: (mark) => text(`id,name\r\n"${mark},"a"b,\r\n"`, 'text/csv'),
  bytes: (mark) => ({
    bytes: Buffer.concat([Buffer.from([0xff, 0xfe, 0, 0x80, 0xc3]), Buffer.from(mark)]),
    type: 'application/octet-stream',
  }),
  /** It is small on the wire. */
  bomb: () => ({ bytes: BOMB, type: 'application/json' }),
  token: (mark) =>
    json({ access_token: `${TOKEN}-${mark}`, token_type: 'Bearer', expires_in: 900 }),
} as const satisfies Record<string, (mark: string) => Body>;

export type BodyKind = keyof typeof BODIES;

export interface Body {
  readonly bytes: Buffer;
  readonly type: string;
}

/** What every token begins with: it may show up in no error. */
export const TOKEN = 'token-secret';

const text = (body: string, type: string): Body => ({ bytes: Buffer.from(body), type });

const json = (body: unknown): Body => text(JSON.stringify(body), 'application/json');

const BOMB: Buffer = Buffer.alloc(4 * 1024 * 1024, ' ');
