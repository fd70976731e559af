import { connect } from 'node:net';
import { describe, expect, it } from 'vitest';
import type { Sandbox } from '../src/index.js';
import { formOf, get, getToken, postForm, raw, SHARED, start } from './helpers.js';

/** Sends bytes as they are and returns the status line's code. */
function rawBytes(sandbox: Sandbox, bytes: string): Promise<number> {
  return new Promise((resolve, reject) => {
    const socket = connect(Number(new URL(sandbox.url).port), '127.0.0.1', () =>
      socket.write(bytes),
    );
    socket.on('data', (data) => {
      resolve(Number(String(data).split(' ')[1]));
      socket.destroy();
    });
    socket.on('error', reject).on('close', () => resolve(0));
  });
}

describe('what a page or another host may send', () => {
  it.each([
    ['a foreign Host', { host: 'evil.example' }],
    ['another port', { host: '127.0.0.1:1' }],
    ['a Host without port', { host: 'localhost' }],
    ['a foreign Origin', { origin: 'https://evil.example' }],
    ['Origin null', { origin: 'null' }],
  ])('is refused: %s', async (_case, headers) => {
    const sandbox = await start();
    expect((await raw(sandbox, '/me', { headers })).status).toBe(403);
    const token = await raw(sandbox, SHARED, { method: 'POST', headers, body: 'grant_type=x' });
    expect(token.status).toBe(403);
    expect(Object.keys(token.headers).filter((name) => name.startsWith('access-control'))).toEqual(
      [],
    );
  });

  it('is answered when it comes from here', async () => {
    const sandbox = await start();
    const { port } = new URL(sandbox.url);
    for (const host of [`localhost:${port}`, `[::1]:${port}`, `127.0.0.1:${port}`]) {
      expect(
        (await raw(sandbox, '/me', { headers: { host, origin: `http://${host}` } })).status,
      ).toBe(401);
    }
  });
});

describe('malformed requests', () => {
  it.each([
    'http://evil.example/me',
    '*',
    '/2022-10/retail-media/accounts/..%2f..%2fme/campaigns',
    '/2022-10/retail-media/accounts/..%5cme/campaigns',
    '/2022-10/retail-media/../retail-media/accounts',
    '/2022-10/retail-media/accounts/%2e%2e/campaigns',
    '/2022-10/retail-media/accounts/%zz/campaigns',
    '/2022-10/retail-media/accounts/%00/campaigns',
    '/me#fragment',
  ])('answer 400: %s', async (path) => {
    expect((await raw(await start(), path)).status).toBe(400);
  });

  it('never bring it down', async () => {
    const sandbox = await start();
    const host = `Host: ${new URL(sandbox.url).host}\r\n`;
    const both = `POST /me HTTP/1.1\r\n${host}Content-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n`;
    expect(await rawBytes(sandbox, both)).toBe(400);
    expect(await rawBytes(sandbox, 'nonsense\r\n\r\n')).toBe(400);
    expect(await rawBytes(sandbox, 'GET /me HTTP/1.1\r\n\r\n')).toBe(400);
    expect(await rawBytes(sandbox, 'GET /me HTTP/1.0\r\n\r\n')).toBe(403);
    expect(await rawBytes(sandbox, `CONNECT evil.example:443 HTTP/1.1\r\n${host}\r\n`)).toBe(0);
    expect(await rawBytes(sandbox, `GET /${'x'.repeat(20_000)} HTTP/1.1\r\n${host}\r\n`)).toBe(431);
    expect((await get(sandbox, '/me', await getToken(sandbox))).status).toBe(200);
  });

  it('survive a client that hangs up', async () => {
    const sandbox = await start();
    const controller = new AbortController();
    const body = new ReadableStream({ pull: () => new Promise(() => {}) });
    const init = { method: 'POST', body, duplex: 'half', signal: controller.signal };
    const hung = fetch(sandbox.url + SHARED, init as RequestInit).catch(() => 'aborted');
    await new Promise((resolve) => setTimeout(resolve, 50));
    controller.abort();
    expect(await hung).toBe('aborted');
    expect((await fetch(`${sandbox.url}/me`)).status).toBe(401);
  });

  it('answer 413 to a body over 16 MiB', async () => {
    const sandbox = await start();
    const init = { method: 'POST', body: 'x'.repeat(2 ** 24 + 1) };
    const response = await fetch(`${sandbox.url}/2022-10/retail-media/assets`, init);
    expect([response.status, sandbox.calls()[0]?.body]).toEqual([413, '']);
  });
});

describe('the journal', () => {
  it('tells what was called, oldest first', async () => {
    const sandbox = await start();
    const token = await getToken(sandbox);
    const body = '{"name":"é"}';
    const headers = {
      authorization: `Bearer ${token}`,
      'content-type': 'application/json',
      accept: 'text/json, */*',
    };
    const path = '/2021-04/audiences';
    await fetch(`${sandbox.url}${path}?a=1&b=%20`, { method: 'POST', headers, body });
    await fetch(`${sandbox.url}/nowhere`);
    const [first, second, third] = sandbox.calls();
    expect(first).toMatchObject({ operation: 'getToken', tokenRequest: true, status: 200 });
    expect(second).toEqual({
      at: expect.any(Date),
      product: 'marketingsolutions',
      version: '2020-10',
      operation: 'createAudience',
      method: 'POST',
      path,
      query: 'a=1&b=%20',
      headers: { contentType: 'application/json', accept: 'text/json, */*' },
      body,
      status: 200,
      tokenRequest: false,
    });
    expect(third).toMatchObject({ product: null, version: null, operation: null, status: 404 });
    expect(sandbox.calls('createAudience')).toEqual([second]);
    expect(sandbox.calls((call) => call.status === 404)).toEqual([third]);
    sandbox.reset();
    expect(sandbox.calls()).toEqual([]);
  });

  it('shows a token request without its secrets', async () => {
    const sandbox = await start();
    await postForm(sandbox, SHARED, formOf(sandbox.clientOptions));
    expect(sandbox.calls()[0]?.body).toBe(
      'grant_type=client_credentials&client_id=sandbox-default&client_secret=[redacted]',
    );
  });

  it('never holds a secret or a token', async () => {
    const sandbox = await start();
    const canary = 'CANARY+/secret=';
    const token = await getToken(sandbox);
    const names = [
      'client_secret',
      'code',
      'refresh_token',
      'code_verifier',
      'client_id',
      'clientSecret',
      canary,
    ];
    for (const path of [SHARED, '/marketing/oauth2/token', '/oauth/token']) {
      for (const name of names) {
        await postForm(sandbox, path, { [name]: canary });
        await fetch(`${sandbox.url}${path}?${new URLSearchParams({ [name]: canary })}`, {
          method: 'POST',
        });
      }
    }
    const body = JSON.stringify({ client_secret: canary });
    const headers = { 'content-type': 'application/json', authorization: `Bearer ${token}` };
    await fetch(sandbox.url + SHARED, { method: 'POST', headers, body });
    await get(sandbox, `/me?access_token=${token}`, token);
    const journal = JSON.stringify(sandbox.calls());
    expect(journal).not.toContain('CANARY');
    expect(journal).not.toContain(token);
    expect(journal).not.toContain(encodeURIComponent(sandbox.clientOptions.clientSecret));
  });
});

describe('close', () => {
  it('ends at once with keep-alive sockets open', async () => {
    const sandbox = await start();
    await fetch(`${sandbox.url}/me`);
    const socket = connect(Number(new URL(sandbox.url).port), '127.0.0.1');
    await new Promise((resolve) => socket.once('connect', resolve));
    socket.on('error', () => {});
    const startedAt = Date.now();
    await sandbox.close();
    await sandbox.close();
    expect(Date.now() - startedAt).toBeLessThan(500);
    await expect(fetch(`${sandbox.url}/me`)).rejects.toThrow();
  });
});
