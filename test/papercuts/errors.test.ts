import { cpSync, mkdirSync, mkdtempSync, realpathSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import * as retailmedia from '@criteo-sdk/retailmedia';
import { createClient } from '@criteo-sdk/retailmedia/2026-07';
import { startSandbox } from '@criteo-sdk/sandbox';
import { afterAll, describe, expect, it } from 'vitest';
import { leaks, sinks } from '../../packages/core/test/canary.js';
import { nakedFailure, talkativeAxios } from '../../packages/core/test/naked-axios.js';
import { json } from '../../packages/core/test/server.js';
import { runModule } from './child.js';
import { FAILURES, failing, REFRESH, SECRET, SECRETS, serveApi, TOKEN } from './failures.js';

const ROOT = resolve(import.meta.dirname, '../..');
const sandbox = await startSandbox();
afterAll(() => sandbox.close());

const echo = await serveApi(({ headers }, response) =>
  json(response, 400, { errors: [{ code: 'echo', detail: headers.authorization }] }),
);
afterAll(() => echo.close());

describe('secrets', () => {
  const log: string[] = [];
  const write = (message: string): number => log.push(message);
  const options = {
    logger: { debug: write, warn: write },
    logLevel: 'debug',
    observe: (event: object) => write(JSON.stringify(event)),
  } as const;
  const caught = Promise.all(FAILURES.map((failure) => failing(failure, options)));

  it('1: logging a caught error prints no token, whatever its class', async () => {
    const classes = Object.keys(retailmedia).filter((name) => /(?<!^Sdk)Error$/.test(name));
    expect(classes.length).toBeGreaterThan(8);
    expect(FAILURES.map(({ error }) => error).sort()).toEqual(classes.sort());
    const errors = await caught;
    expect(errors.map((error) => (error as Error).name)).toEqual(FAILURES.map((one) => one.error));
    for (const error of errors) expect(leaks(sinks(error, []), SECRETS)).toEqual([]);
  });

  it('1: nor does a process that logs it and dies of it; with axios alone it does', async () => {
    const ours = await runModule(DIES, { cwd: ROOT, args: ['sdk', echo.url, SECRET] });
    const naked = await runModule(DIES, { cwd: ROOT, args: ['axios', echo.url, TOKEN] });
    for (const { status, printed } of [ours, naked]) {
      expect(status).toBe(1);
      expect(printed.match(/400/g)?.length).toBeGreaterThan(3);
    }
    expect(ours.printed).toContain('ApiError: getAccounts failed: 400 echo');
    expect(leaks({ printed: ours.printed }, SECRETS)).toEqual([]);
    expect(leaks({ printed: naked.printed }, SECRETS)).not.toEqual([]);
  });

  it('2: debug mode prints no secret, of the token endpoint either', async () => {
    await caught;
    expect(log.join('\n')).toMatch(/getToken POST \/oauth2\/token attempt 1: 200 in/);
    expect(log.join('\n')).toMatch(/getToken POST \/oauth2\/token attempt 1: 400 in/);
    expect(log.filter((line) => line.includes('getAccounts')).length).toBeGreaterThan(10);
    expect(leaks({ log: log.join('\n') }, SECRETS)).toEqual([]);
  });

  it('2: what a naive debug mode prints of the same calls holds all three', async () => {
    const naive: string[] = [];
    const instance = talkativeAxios((line) => naive.push(line));
    const used = FAILURES.filter(({ error }) => /^(?:ApiError|Reauth)/.test(error));
    for (const failure of used) await failing(failure, { axios: instance, logLevel: 'off' });
    for (const secret of [SECRET, TOKEN, REFRESH])
      expect(leaks({ naive: naive.join('\n') }, [secret]), secret).not.toEqual([]);
  });
});

describe('what an error says', () => {
  it.each([
    ['9007199254740993', false],
    ['9007199254740991', true],
  ])('11: the 64-bit id %s is never rounded', async (brandId, isSafe) => {
    const server = await serveApi((_seen, response) =>
      response
        .writeHead(200, { 'content-type': 'application/json' })
        .end(`{"data":[{"id":"1","attributes":{"brandId":${brandId}}}]}`),
    );
    const client = createClient({ ...sandbox.clientOptions, baseUrl: server.url });
    const outcome = await client.account.getAccounts().catch((error: unknown) => error);
    client.close();
    await server.close();
    expect(Number.isSafeInteger(Number(brandId))).toBe(isSafe);
    if (isSafe) expect(JSON.stringify(outcome)).toContain(`"brandId":${brandId}`);
    else
      expect(outcome).toMatchObject({
        name: 'ResponseError',
        reason: 'unsafe-integer',
        message: expect.stringContaining("'data.0.attributes.brandId'"),
      });
  });

  it('13: the message holds the reason of the API, not only its status', async () => {
    const client = createClient({ ...sandbox.clientOptions, logLevel: 'off' });
    const body = { data: { attributes: { name: 7 } } };
    const path = '/2026-07/retail-media/accounts/1/campaigns';
    const failure = await client
      .request({ method: 'POST', path, body })
      .catch((error: unknown) => error);
    const token = (await client.tokens.get()).value;
    client.close();
    const headers = { authorization: `Bearer ${token}` };
    const naked = await nakedFailure<Refusal>(sandbox.url + path, body, headers);
    const { code, detail = '' } = naked.response?.data.errors[0] ?? {};
    expect(detail.length).toBeGreaterThan(10);
    expect(naked.message).not.toContain(detail);
    expect(failure).toMatchObject({
      name: 'ApiError',
      message: expect.stringContaining(`400 ${code} · ${detail}`),
    });
  });
});

describe('two copies of core', () => {
  const folder = mkdtempSync(join(realpathSync(tmpdir()), 'criteo-papercuts-'));
  afterAll(() => rmSync(folder, { recursive: true }));

  it('12: instanceof holds between them, and between import and require', async () => {
    install('core', join(folder, 'node_modules/@criteo-sdk/core'));
    install('retailmedia', join(folder, 'node_modules/@criteo-sdk/retailmedia'));
    const nested = 'node_modules/@criteo-sdk/retailmedia/node_modules/@criteo-sdk/core';
    install('core', join(folder, nested));
    symlinkSync(join(ROOT, 'node_modules/axios'), join(folder, 'node_modules/axios'), 'junction');
    const args = [JSON.stringify(sandbox.clientOptions)];
    const { printed } = await runModule(CATCHES, { cwd: folder, args });
    expect(JSON.parse(printed)).toEqual({
      isOfTheOtherCopy: true,
      isApiError: true,
      isSdkError: true,
      isRateLimitError: false,
      isOneModuleForRequire: true,
    });
  });
});

interface Refusal {
  readonly errors: readonly { readonly code: string; readonly detail: string }[];
}

/** A package as it is published, without what it depends on. */
const install = (name: string, target: string): void => {
  mkdirSync(target, { recursive: true });
  for (const part of ['dist', 'package.json'])
    cpSync(join(ROOT, 'packages', name, part), join(target, part), { recursive: true });
};

const DIES = `
import { createClient } from '@criteo-sdk/retailmedia/2026-07';
import axios from 'axios';
const [how, url, secret] = process.argv.slice(1);
const client = createClient({ clientId: 'id', clientSecret: secret, baseUrl: url, allowLoopbackHttp: true });
const call = () => how === 'sdk'
  ? client.account.getAccounts()
  : axios.get(url + '/accounts', { headers: { authorization: 'Bearer ' + secret } });
const error = await call().catch((error) => error);
console.log(error);
console.error(error);
console.log(JSON.stringify(error), String(error), { error });
await call();
`;

const CATCHES = `
import { createRequire } from 'node:module';
import { ApiError, RateLimitError, SdkError } from '@criteo-sdk/core';
import { createClient } from '@criteo-sdk/retailmedia/2026-07';
const client = createClient(JSON.parse(process.argv[1]));
const error = await client.request({ method: 'GET', path: '/nowhere' }).catch((error) => error);
console.log(JSON.stringify({
  isOfTheOtherCopy: error.name === 'ApiError' && error.constructor !== ApiError,
  isApiError: error instanceof ApiError,
  isSdkError: error instanceof SdkError,
  isRateLimitError: error instanceof RateLimitError,
  isOneModuleForRequire: createRequire(process.cwd() + '/')('@criteo-sdk/core').ApiError === ApiError,
}));
`;
