import { execFile, execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, truncateSync, writeFileSync } from 'node:fs';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { createServer, type Server } from 'node:https';
import { type AddressInfo, createServer as createTcpServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { SpecError } from '../errors.ts';
import { isPublicAddress, readSource, type Source, type SourceOptions } from '../intake/source.ts';
import { selfSigned } from './certificate.ts';

const TEXT = '{"openapi":"3.0.3"}';
const MIB = 1024 * 1024;

const refusal = async (work: Promise<unknown>): Promise<string> => {
  const error = await work.then(
    () => undefined,
    (error: unknown) => error,
  );
  expect(error).toBeInstanceOf(SpecError);
  return (error as SpecError).message;
};

describe('a file', () => {
  let folder: string;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'source-test-'));
  });
  afterEach(() => rmSync(folder, { recursive: true, force: true }));

  const file = (name: string, content: Buffer | string = TEXT): string => {
    writeFileSync(join(folder, name), content);
    return join(folder, name);
  };
  const read = (path: string): Promise<Source> => readSource(path, { hosts: [] });

  it('is named by its base name and its digest', async () => {
    expect(await read(file('openapi.json'))).toEqual({
      name: 'openapi.json',
      sha256: createHash('sha256').update(TEXT).digest('hex'),
      document: { openapi: '3.0.3' },
    });
  });

  it('may be named by a link, and may begin with a byte order mark', async () => {
    symlinkSync(file('target.json', `\ufeff${TEXT}`), join(folder, 'link.json'));
    const { name, document } = await read(join(folder, 'link.json'));
    expect([name, document]).toEqual(['link.json', { openapi: '3.0.3' }]);
  });

  it('of 200 MB is refused before it is read', async () => {
    const path = file('large.json', '');
    truncateSync(path, 200 * MIB);
    const start = performance.now();
    expect(await refusal(read(path))).toBe(
      `'${path}' is larger than 16 MiB; no document of an API is.`,
    );
    expect(performance.now() - start).toBeLessThan(2_000);
  });

  it('of 16 MiB is read', async () => {
    const path = file('large.yaml', `a: ${'x'.repeat(16 * MIB - 3)}`);
    expect((await read(path)).document.a).toHaveLength(16 * MIB - 3);
  });

  it('that does not exist is named', async () => {
    const path = join(folder, 'none.json');
    expect(await refusal(read(path))).toBe(
      `The file '${path}' does not exist; look at its name and its permissions.`,
    );
  });

  it('that is a folder, or a link to one, is refused', async () => {
    mkdirSync(join(folder, 'sub'));
    symlinkSync(join(folder, 'sub'), join(folder, 'link'));
    for (const path of [join(folder, 'sub'), join(folder, 'link')])
      expect(await refusal(read(path))).toMatch(/is no regular file|cannot be read/);
  });

  it.skipIf(process.platform === 'win32')('that is a pipe or a device is refused', async () => {
    const pipe = join(folder, 'pipe');
    execFileSync('mkfifo', [pipe]);
    for (const path of [pipe, '/dev/zero'])
      expect(await refusal(read(path))).toBe(
        `'${path}' is no regular file; name the document itself.`,
      );
  });

  it.each([
    ['packed', Buffer.from('1f8b080000000000', 'hex'), '1f8b0800'],
    ['in UTF-16', Buffer.from('\ufeff{"a":1}', 'utf16le'), 'fffe7b00'],
    ['binary', Buffer.from('a: \0'), '613a2000'],
  ])('that is %s is refused by what it begins with', async (_, bytes, start) => {
    expect(await refusal(read(file('x.yaml', bytes)))).toBe(
      `x.yaml is no text in UTF-8 (it begins with ${start}); unpack or convert it.`,
    );
  });
});

describe('a URL', () => {
  const { cert, key } = selfSigned();
  let server: Server;
  let host: string;
  let connections = 0;
  let answer: (request: IncomingMessage, response: ServerResponse) => void;

  beforeAll(async () => {
    server = createServer({ cert, key }, (request, response) => answer(request, response));
    server.on('connection', () => {
      connections += 1;
    });
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    host = `localhost:${(server.address() as AddressInfo).port}`;
  });
  beforeEach(() => {
    connections = 0;
    answer = (_, response) => response.end(TEXT);
  });
  afterAll(() => {
    server.closeAllConnections();
    server.close();
  });

  const read = (url: string, changes: Partial<SourceOptions> = {}): Promise<Source> =>
    readSource(url, { hosts: [host], isAllowedAddress: () => true, ca: cert, ...changes });

  it('is read, and named without its query', async () => {
    let seen: IncomingMessage | undefined;
    answer = (request, response) => {
      seen = request;
      response.end(TEXT);
    };
    expect(await read(`https://${host}/a/b.json?key=secret#x`)).toEqual({
      name: `https://${host}/a/b.json`,
      sha256: createHash('sha256').update(TEXT).digest('hex'),
      document: { openapi: '3.0.3' },
    });
    expect(seen?.url).toBe('/a/b.json?key=secret');
    expect(seen?.headers).not.toHaveProperty('authorization');
  });

  it('is connected to at an address that was checked', async () => {
    const checked: string[] = [];
    await read(`https://${host}/`, {
      isAllowedAddress: (address) => {
        checked.push(address);
        return true;
      },
    });
    expect(checked).toContain('127.0.0.1');
    expect(connections).toBe(1);
  });

  it.each([
    ['http://localhost/a', 'is read from an https URL or a file'],
    ['file:///etc/passwd', 'is read from an https URL or a file'],
    ['ftp://localhost/a', 'is read from an https URL or a file'],
    ['https://', 'is read from an https URL or a file'],
    ['https://example.com/a', "'example.com' is no host of documents"],
    ['https://localhost/a', "'localhost' is no host of documents"],
    ['https://localhost.example.com/a', 'is no host of documents'],
    ['https://evil.example\\@localhost/a', 'is no host of documents'],
  ])('of another kind or host is refused: %s', async (url, message) => {
    expect(await refusal(read(url))).toContain(message);
    expect(connections).toBe(0);
  });

  it('with credentials is refused without telling them', async () => {
    const message = await refusal(read(`https://user:secret@${host}/a`));
    expect(message).toBe(`The URL at ${host} holds credentials; leave them out.`);
  });

  it('at a private address is refused before a connection is made', async () => {
    const message = await refusal(
      readSource(`https://${host}/a`, { hosts: [host], ca: cert, timeoutMs: 5_000 }),
    );
    expect(message).toMatch(
      /^'localhost' is at (?:127\.0\.0\.1|::1), which is no public address; fetch it yourself\.$/,
    );
    expect(connections).toBe(0);
  });

  it.each(['127.0.0.1', '[::1]', '169.254.169.254', '0x7f.1', '[::ffff:127.0.0.1]'])(
    'that names a private address is refused: %s',
    async (address) => {
      const url = `https://${address}/a`;
      const message = await refusal(readSource(url, { hosts: [new URL(url).host] }));
      expect(message).toContain('which is no public address');
      expect(connections).toBe(0);
    },
  );

  it.each([301, 302, 303, 307, 308])('that redirects (%i) is not followed', async (status) => {
    answer = (_, response) => response.writeHead(status, { location: `https://${host}/b` }).end();
    expect(await refusal(read(`https://${host}/a`))).toBe(
      `https://${host}/a redirects (${status}), which is not followed; name the last URL.`,
    );
    expect(connections).toBe(1);
  });

  it.each([400, 401, 404, 500, 503])('that answers with %i is refused', async (status) => {
    answer = (_, response) => response.writeHead(status).end(TEXT);
    expect(await refusal(read(`https://${host}/a`))).toBe(
      `https://${host}/a answered with ${status}; look at the URL.`,
    );
  });

  it('whose answer is packed is refused: it could unpack to anything', async () => {
    answer = (_, response) => response.writeHead(200, { 'content-encoding': 'gzip' }).end('x');
    expect(await refusal(read(`https://${host}/a`))).toContain('is packed (gzip)');
  });

  it.each([
    ['announced', { 'content-length': 200 * MIB }],
    ['not announced', {}],
  ])('whose answer is too large is cut off (%s)', async (_, headers) => {
    answer = (_, response) => {
      response.writeHead(200, headers);
      const write = (): void => {
        while (!response.destroyed && response.write(Buffer.alloc(MIB, 32)));
        if (!response.destroyed) response.once('drain', write);
      };
      write();
    };
    expect(await refusal(read(`https://${host}/a`))).toContain('is larger than 16 MiB');
  });

  it('whose answer breaks off is refused', async () => {
    answer = (_, response) => {
      response.writeHead(200, { 'content-length': 100 }).write(TEXT);
      setTimeout(() => response.destroy(), 20);
    };
    expect(await refusal(read(`https://${host}/a`))).toMatch(
      /^Fetching https:\/\/localhost:\d+\/a failed \(ECONNRESET\); try again, or name a file\.$/,
    );
  });

  it.each([
    ['headers', (): void => {}],
    ['body', (response: ServerResponse): unknown => response.writeHead(200).write('{')],
  ])('whose %s do not come is given up', async (_, begin) => {
    answer = (_, response) => begin(response);
    expect(await refusal(read(`https://${host}/a`, { timeoutMs: 200 }))).toContain(
      'took more than 0.2 s; try again',
    );
  });

  it('where nobody listens is named by the code of the failure', async () => {
    const closed = createTcpServer().listen(0, '127.0.0.1');
    await once(closed, 'listening');
    const { port } = closed.address() as AddressInfo;
    closed.close();
    await once(closed, 'close');
    const other = `127.0.0.1:${port}`;
    expect(await refusal(read(`https://${other}/a`, { hosts: [other] }))).toContain(
      'failed (ECONNREFUSED)',
    );
  });

  it('with a certificate that nobody vouches for is refused, whatever the environment says', async () => {
    process.env.NODE_TLS_REJECT_UNAUTHORIZED = '0';
    try {
      const options = { hosts: [host], isAllowedAddress: () => true };
      expect(await refusal(readSource(`https://${host}/a`, options))).toContain(
        'failed (DEPTH_ZERO_SELF_SIGNED_CERT)',
      );
    } finally {
      delete process.env.NODE_TLS_REJECT_UNAUTHORIZED;
    }
  });

  it('is read past a proxy of the environment', async () => {
    let proxied = 0;
    const proxy = createTcpServer((socket) => {
      proxied += 1;
      socket.destroy();
    }).listen(0, '127.0.0.1');
    await once(proxy, 'listening');
    const url = `http://127.0.0.1:${(proxy.address() as AddressInfo).port}`;
    const script = `
      const { readSource } = await import(process.argv[1]);
      const [, , url, host, ca] = process.argv;
      const isAllowedAddress = () => true;
      console.log(JSON.stringify(await readSource(url, { hosts: [host], ca, isAllowedAddress })));`;
    const { stdout } = await promisify(execFile)(
      process.execPath,
      [
        '--input-type=module',
        '-e',
        script,
        new URL('../intake/source.ts', import.meta.url).href,
        `https://${host}/a`,
        host,
        cert,
      ],
      { env: { NODE_USE_ENV_PROXY: '1', HTTPS_PROXY: url, HTTP_PROXY: url, ALL_PROXY: url } },
    );
    expect(JSON.parse(stdout)).toMatchObject({ document: { openapi: '3.0.3' } });
    expect(proxied).toBe(0);
    proxy.close();
  });
});

describe('an address', () => {
  it.each(['8.8.8.8', '1.1.1.1', '172.32.0.1', '100.128.0.1', '2606:4700::1111', '2a00:1450::1'])(
    'is public: %s',
    (address) => {
      expect(isPublicAddress(address)).toBe(true);
    },
  );

  it.each(
    `0.0.0.0 10.1.2.3 100.64.0.1 127.0.0.1 127.255.255.255 169.254.169.254 172.16.0.1 172.31.255.255 192.0.0.1
    192.0.2.1 192.168.1.1 198.18.0.1 198.51.100.1 203.0.113.1 224.0.0.1 240.0.0.1 255.255.255.255 :: ::1 ::ffff:8.8.8.8
    ::ffff:127.0.0.1 ::127.0.0.1 64:ff9b::7f00:1 fc00::1 fd00::1 fe80::1 fe80::1%lo fec0::1 ff02::1 2001::1 2001:db8::1
    2002:7f00:1:: 3fff::1 localhost`.split(/\s+/),
  )('is not public: %s', (address) => {
    expect(isPublicAddress(address)).toBe(false);
  });
});
