import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import type { Sandbox } from '@criteo-sdk/sandbox';
import { type Front, startFront } from './front.ts';
import type { Found, Told } from './programs/shared-runtime-calls.ts';
import type { Context } from './row.ts';

/*
 * What the programs of the runtimes call: a sandbox in this process, of the packed package, behind a
 * front that compresses; and the comparison of what they found with what the sandbox saw.
 */

/** What a program has; a browser has a token, too, and repeats what broke by itself. */
type Kind = 'secret' | 'token' | 'browser';

export interface World {
  readonly sandbox: Sandbox;
  readonly front: Front;
  /** For a program on a server. */
  readonly withSecret: Told;
  /** For a program that must not have a secret. */
  readonly withToken: () => Promise<Told>;
  /** Throws unless the program found what it should and the sandbox saw the calls of one such run. */
  readonly check: (found: Found, kind: Kind, folder?: string) => void;
}

/** Works beside a sandbox that is stopped at the end. `pages` is the folder that its front serves. */
export const withWorld = async <T>(
  context: Context,
  work: (world: World) => Promise<T>,
  pages = context.installed,
): Promise<T> => {
  const sandbox = await (await packedSandbox(context)).startSandbox();
  const front = await startFront(sandbox.url, pages);
  try {
    sandbox.forbid('getCurrentApplication');
    const closedUrl = `http://127.0.0.1:${await unusedPort()}`;
    return await work(worldOf(sandbox, front, closedUrl));
  } finally {
    await front.close();
    await sandbox.close();
  }
};

/** Lets a program call twice, each time beside a sandbox of its own: with credentials, and with a token given. */
export const withBoth = async (
  context: Context,
  call: (told: Told) => Promise<Found>,
  folder?: string,
): Promise<void> => {
  // Where there are files, what the program is told names a folder.
  const told = (one: Told): Told => (folder === undefined ? one : { ...one, folder });
  if (folder !== undefined) writeFileSync(join(folder, 'asset.txt'), 'an asset');
  await withWorld(context, async (world) =>
    world.check(await call(told(world.withSecret)), 'secret', folder),
  );
  await withWorld(context, async (world) =>
    world.check(await call(told(await world.withToken())), 'token', folder),
  );
};

/** What the sandbox saw when a runtime started it itself, and the client got. */
export const SEEN_BY_ITSELF = { accounts: 3, seen: [200, 200] };

const packedSandbox = ({
  installed,
}: Context): Promise<{ startSandbox: () => Promise<Sandbox> }> => {
  const file = createRequire(join(installed, 'package.json')).resolve('@criteo-sdk/sandbox');
  return import(pathToFileURL(file).href);
};

const unusedPort = (): Promise<number> =>
  new Promise((resolve) => {
    const server = createServer().listen(0, '127.0.0.1', () => {
      const { port } = server.address() as { port: number };
      server.close(() => resolve(port));
    });
  });

const worldOf = (sandbox: Sandbox, front: Front, closedUrl: string): World => {
  const { clientSecret, ...open } = { ...sandbox.clientOptions, baseUrl: front.url, closedUrl };
  const withSecret = { ...open, clientSecret };
  return {
    sandbox,
    front,
    withSecret,
    withToken: async () => ({ ...open, token: await freshToken(sandbox) }),
    check: (found, kind, folder) => {
      assert.deepEqual(found, { ...FOUND, ...foundOfFiles(folder !== undefined) });
      check(sandbox, front, kind);
    },
  };
};

/** A token as a server hands it to those without a secret. */
const freshToken = async (sandbox: Sandbox): Promise<string> => {
  const { clientId, clientSecret, baseUrl } = sandbox.clientOptions;
  const body = new URLSearchParams({
    grant_type: 'client_credentials',
    client_id: clientId,
    client_secret: clientSecret,
  });
  const answer = await fetch(`${baseUrl}/oauth2/token`, { method: 'POST', body });
  return ((await answer.json()) as { access_token: string }).access_token;
};

const FOUND = {
  accounts: [1, 2, 3],
  asset: true,
  failures: {
    forbidden: 'PermissionError 403',
    elsewhere: 'ResponseError redirected',
    slow: 'TimeoutError',
    broken: 'ConnectionError',
    closed: 'ConnectionError',
  },
};

/** Without files a path is refused, and all else works. */
const foundOfFiles = (hasFiles: boolean): Pick<Found, 'report' | 'uploads'> => ({
  uploads: ['file 8', 'file 8', 'file 8', hasFiles ? 'asset.txt 8' : 'ConfigError'],
  report: { rows: 57, isWhole: true, saved: hasFiles ? 'whole' : 'ConfigError' },
});

const check = (sandbox: Sandbox, front: Front, kind: Kind): void => {
  assert.equal(front.asked('/followed'), 0, 'a redirect was followed');
  assert.equal(front.asked('/slow'), 1, 'a call that ended at its limit was sent again');
  if (kind !== 'browser')
    assert.equal(front.asked('/broken'), 1, 'a write was sent again after it broke');
  assert.equal(sandbox.calls(({ tokenRequest }) => tokenRequest).length, 1, 'token requests');
  const statuses = sandbox.calls('getAccounts').map(({ status }) => status);
  // A token that was given and has ended is refused once, and the call sent again with the next.
  const refused = kind === 'secret' ? [] : [401, 401, 401];
  assert.deepEqual(statuses.sort(), [200, 200, 200, ...refused]);
  const [upload] = sandbox.calls('createAsset');
  assert.match(upload?.body ?? '', /name="AssetFile"; filename="asset\.png"/);
  assert.match(upload?.body ?? '', /Content-Type: image\/png\r\n\r\nan asset of é bytes\r\n/i);
};
