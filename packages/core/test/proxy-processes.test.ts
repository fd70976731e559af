import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { cert, closers, startApi, startProxy } from './proxy-world.js';

const CHILD = `
  import { createTransport } from '@criteo-sdk/core';
  import { proxyFromEnv } from '@criteo-sdk/core/node';
  const transport = createTransport({ baseUrl: process.env.API, axios: proxyFromEnv() });
  await transport.call({ id: 'get', method: 'GET', path: '/', auth: 'none' });
  console.log('called');
`;

it('proxyFromEnv keeps no process alive: one ends after its call, with the tunnel still open', async () => {
  const [api, proxy] = [await startApi(), await startProxy()];
  const folder = mkdtempSync(join(tmpdir(), 'criteo-proxy-'));
  closers.push(() => rmSync(folder, { recursive: true }));
  writeFileSync(join(folder, 'ca.pem'), cert);
  const child = spawn(process.execPath, ['--input-type=module', '-e', CHILD], {
    cwd: import.meta.dirname,
    env: {
      ...process.env,
      API: `https://localhost:${api.port}`,
      HTTPS_PROXY: `http://127.0.0.1:${proxy.port}`,
      NODE_EXTRA_CA_CERTS: join(folder, 'ca.pem'),
    },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  closers.push(() => child.kill());
  let calledAt = Number.NaN;
  child.stdout.once('data', () => (calledAt = performance.now()));
  expect(await once(child, 'exit')).toEqual([0, null]);
  // The server would end the connection after five seconds.
  expect(performance.now() - calledAt).toBeLessThan(3_000);
  expect(proxy.asked).toHaveLength(1);
});
