import assert from 'node:assert/strict';
import { execFile, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdirSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join, resolve } from 'node:path';
import { promisify } from 'node:util';

/* What a user of Acme's packages does: compiles against them, and calls. */

const COMPILER = resolve(import.meta.dirname, '../../node_modules/typescript/bin/tsc');

/** Builds a package, as its own settings say. */
export const compilePackage = (root: string, product: string): void => {
  const { status, stdout } = tsc(join(root, 'packages', product));
  assert.equal(status, 0, stdout);
  const link = join(root, 'node_modules/@acme', product);
  if (!existsSync(link)) symlinkSync(join('../../packages', product), link);
};

/** Compiles the code of a guide against a version; gives the lines that do not compile, from 0. */
export const compileProgram = (
  root: string,
  version: string,
  lines: readonly string[],
): number[] => {
  const head = `import type * as api from '@acme/parcels/${version}'; export type Client = ReturnType<typeof api.createClient>;`;
  // Each block of a guide counts from 1.
  const code = lines.map((line, index) =>
    line.replace(/^(const|type) [ct]\d+/i, `export $1 line${index}`),
  );
  writeProgram(root, [head, ...code].join('\n'));
  return tsc(join(root, 'user'))
    .stdout.split('\n')
    .flatMap((line) => {
      const [, number] = /^.*program\.ts\((\d+),/.exec(line) ?? [];
      return number === undefined ? [] : [Number(number) - 2];
    });
};

/** Compiles a program of a page; gives what the compiler says. */
export const compileSample = (root: string, sample: string): string => {
  writeProgram(root, `declare const process: { env: Record<string, string> };\n${sample}`);
  const { stdout } = tsc(join(root, 'user'));
  rmSync(join(root, 'user'), { recursive: true });
  return stdout;
};

/** A program of both versions side by side, against a server of our own. */
export const callBoth = async (root: string): Promise<void> => {
  writeProgram(root, PROGRAM);
  assert.equal(tsc(join(root, 'user')).stdout, '');
  const asked: string[] = [];
  const server = await serve(asked);
  try {
    const { port } = server.address() as AddressInfo;
    const program = join(root, 'user/program.ts');
    const { stdout } = await promisify(execFile)(process.execPath, [
      program,
      `http://127.0.0.1:${port}`,
    ]);
    assert.deepEqual(JSON.parse(stdout), [['Pat'], 'p-1', 'moving']);
    assert.deepEqual(asked, [
      'POST /2030-01/oauth/token - client_id=me&client_secret=mine&grant_type=client_credentials',
      'GET /2030-01/parcels/postmen Bearer 2030-01 ',
      'POST /2030-06/oauth/token - client_id=me&client_secret=mine&grant_type=client_credentials',
      'GET /2030-06/parcels?page-size=2&status=moving Bearer 2030-06 ',
    ]);
  } finally {
    server.close();
    rmSync(join(root, 'user'), { recursive: true });
  }
};

const PROGRAM = `import { createClient as createOld } from '@acme/parcels/2030-01';
import { createClient, type ParcelV1, type ParcelV2 } from '@acme/parcels/2030-06';

declare const process: { readonly argv: readonly string[] };
const options = { clientId: 'me', clientSecret: 'mine', baseUrl: process.argv[2] ?? '', allowLoopbackHttp: true };

const postmen = await createOld(options).postman.listPostmen();
const { data } = await createClient(options).parcel.listParcels({ status: 'moving', pageSize: 2 });
const [first]: readonly ParcelV2[] = data;
const sameByItsOldName: ParcelV1 | undefined = first;
console.log(JSON.stringify([postmen.map(({ name }) => name), sameByItsOldName?.id, first?.status]));
`;

const serve = async (asked: string[]): Promise<Server> => {
  const server = createServer(async (request, response) => {
    const { headers, method, url = '' } = request;
    const body = Buffer.concat(await request.toArray()).toString();
    const form = [...new URLSearchParams(body)].sort();
    asked.push(`${method} ${url} ${headers.authorization ?? '-'} ${new URLSearchParams(form)}`);
    response.setHeader('content-type', 'application/json');
    response.end(JSON.stringify(answerTo(url)));
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return server;
};

const answerTo = (url: string): unknown => {
  if (url.endsWith('/token'))
    return { access_token: url.split('/')[1], token_type: 'Bearer', expires_in: 600 };
  if (url.endsWith('/postmen')) return [{ name: 'Pat', walks: true }];
  return { data: [{ id: 'p-1', status: 'moving' }], total: 1 };
};

const SETTINGS = {
  extends: '../tsconfig.base.json',
  compilerOptions: {
    composite: false,
    noEmit: true,
    declaration: false,
    declarationMap: false,
    isolatedDeclarations: false,
    rootDir: '..',
    lib: ['ES2023', 'DOM'],
  },
  files: ['program.ts'],
};

const writeProgram = (root: string, text: string): void => {
  mkdirSync(join(root, 'user'), { recursive: true });
  writeFileSync(join(root, 'user/package.json'), '{ "type": "module" }');
  writeFileSync(join(root, 'user/tsconfig.json'), JSON.stringify(SETTINGS));
  writeFileSync(join(root, 'user/program.ts'), text);
};

const tsc = (project: string): { status: number | null; stdout: string } =>
  spawnSync(process.execPath, [COMPILER, '-p', project, '--pretty', 'false'], {
    encoding: 'utf8',
  });
