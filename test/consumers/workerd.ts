import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import type { Readable } from 'node:stream';
import type { Found } from './programs/shared-runtime-calls.ts';
import type { Wish } from './programs/worker-calls.ts';
import type { Context, Outcome, Row } from './row.ts';
import { bundle, programFolder, runProgram, toolFile } from './runtime.ts';
import { type World, withBoth, withWorld } from './world.ts';

const run = async (context: Context): Promise<Outcome> => {
  const workerd = toolFile(context, '@cloudflare/workerd-linux-64/bin/workerd');
  const folder = context.folder('workerd');
  // As wrangler bundles, without nodejs_compat.
  const conditions = ['--platform=browser', '--conditions=workerd,worker,browser', '--format=esm'];
  const programs = programFolder(context, 'workerd', ['worker-calls.ts']);
  const program = join(programs, 'worker-calls.ts');
  await bundle(context, program, join(folder, 'worker.js'), conditions);
  const { stdout } = await runProgram(workerd, ['--version'], folder);
  const date = stdout.trim().replace(/^workerd /, '');
  writeFileSync(join(folder, 'config.capnp'), config(date));
  await withWorker(workerd, folder, async (ask) => {
    await withBoth(context, async (told) => (await ask({ told, client: 'own' })) as Found);
    await withWorld(context, (world) => shareClient(ask, world));
  });
  return {
    version: date,
    ran: 'a worker: credentials, a token given, one client for many requests',
  };
};

export const rows: readonly Row[] = [{ name: 'workerd', run }];

type Ask = (wish: Wish) => Promise<unknown>;

/**
 * A client that outlives the requests it serves. A request that has ended takes its unfinished work
 * with it, and so the token request that it began ahead of expiry: the next must not wait for that.
 */
const shareClient = async (ask: Ask, { withSecret, sandbox }: World): Promise<void> => {
  const call = (aheadMs: number) => ask({ told: withSecret, client: 'shared', aheadMs });
  const tokens = (): number => sandbox.calls(({ tokenRequest }) => tokenRequest).length;
  assert.deepEqual(await Promise.all([call(0), call(0), call(0)]), [1, 1, 1]);
  assert.equal(tokens(), 1, 'three requests at once want one token');
  assert.equal(await call(LIFE_MS - 100_000), 1);
  assert.equal(tokens(), 1, 'the request that began to renew ended before the token came');
  assert.equal(await call(LIFE_MS), 1);
  assert.equal(tokens(), 2);
};

const LIFE_MS = 900_000;

const config = (date: string): string => `using Workerd = import "/workerd/workerd.capnp";
const config :Workerd.Config = (
  services = [(name = "main", worker = .worker), (name = "internet", network = (allow = ["local"]))],
  sockets = [(name = "http", address = "127.0.0.1:0", http = (), service = "main")]
);
const worker :Workerd.Worker = (
  modules = [(name = "worker", esModule = embed "worker.js")],
  compatibilityDate = "${date}"
);
`;

const withWorker = async (
  workerd: string,
  folder: string,
  work: (ask: Ask) => Promise<void>,
): Promise<void> => {
  const child = spawn(workerd, ['serve', 'config.capnp', '--control-fd=3'], {
    cwd: folder,
    stdio: ['ignore', 'ignore', 'pipe', 'pipe'],
  });
  let said = '';
  child.stderr?.setEncoding('utf8').on('data', (text: string) => {
    said += text;
  });
  const ended = new Promise<never>((_, reject) =>
    child.once('close', (code) => reject(new Error(`workerd ended with ${code}`))),
  );
  const url = (async () => `http://127.0.0.1:${await portOf(child.stdio[3] as Readable)}`)();
  const ask: Ask = async (wish) => {
    const body = JSON.stringify(wish);
    const answer = await fetch(await url, { method: 'POST', body });
    const text = await answer.text();
    if (answer.ok) return JSON.parse(text);
    throw new Error(`The worker answered ${answer.status}: ${text}`);
  };
  try {
    await Promise.race([ended, work(ask)]);
  } catch (error) {
    throw new Error(`${String(error)}\nworkerd said:\n${said}`);
  } finally {
    ended.catch(() => {});
    child.kill();
  }
};

/** workerd says on its control pipe which port it was given. */
const portOf = async (control: Readable): Promise<number> => {
  for await (const line of createInterface({ input: control })) {
    const { event, port } = JSON.parse(line) as { event: string; port: number };
    if (event === 'listen') return port;
  }
  throw new Error('workerd does not listen');
};
