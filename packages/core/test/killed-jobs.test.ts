import { type ChildProcess, fork } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdtempSync, readFileSync, realpathSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { afterAll, afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { JobProgress } from '../src/jobs.js';
import { bundleInto } from './bundle.js';
import { type FaultServer, type Handler, json, serve } from './server.js';

const scratch = mkdtempSync(join(realpathSync(tmpdir()), 'core-killed-jobs-'));
afterAll(() => rmSync(scratch, { recursive: true }));
const bundle = bundleInto(scratch);

const FILE = Buffer.concat(
  Array.from({ length: 32_768 }, (_, at) => createHash('md5').update(`${at}`).digest()),
);
const md5 = createHash('md5').update(FILE).digest('hex');

interface World {
  readonly server: FaultServer;
  /** Under which name the output is to be. */
  readonly to: string;
  /** What the processes wrote down of their jobs. */
  readonly told: () => JobProgress[];
  readonly start: (role: 'careless' | 'resumer' | 'runner', id?: string) => ChildProcess;
  readonly count: (ending: string) => number;
}

const children: ChildProcess[] = [];
const servers: FaultServer[] = [];
afterEach(async () => {
  for (const child of children.splice(0)) child.kill('SIGKILL');
  for (const server of servers.splice(0)) await server.close();
});

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(scratch, 'one-'));
});

/** An API whose jobs are over when it is said, and whose output comes as it is said. */
const worldOf = async (isOver: () => boolean, output: Handler): Promise<World> => {
  const server = await serve((seen, response, before) => {
    if (seen.url.endsWith('/output')) return output(seen, response, before);
    const attributes =
      seen.method === 'GET' && isOver()
        ? { status: 'success', md5Checksum: md5, fileSizeBytes: FILE.length }
        : { status: 'pending' };
    json(response, 200, { data: { id: 'job-7', attributes } });
  });
  servers.push(server);
  const [log, to] = [join(folder, 'job.log'), join(folder, 'report.bin')];
  return {
    server,
    to,
    told: () =>
      (existsSync(log) ? readFileSync(log, 'utf8') : '')
        .split('\n')
        .slice(0, -1)
        .map((line) => JSON.parse(line)),
    start: (role, id = '') => {
      const process = join(import.meta.dirname, 'job-process.ts');
      const child = fork(process, [bundle, server.url, role, log, to, id]);
      children.push(child);
      return child;
    },
    count: (ending) => server.seen.filter(({ url }) => url.endsWith(ending)).length,
  };
};

const gone = (child: ChildProcess): Promise<number | null> =>
  new Promise((resolve) => child.once('exit', resolve));

/** Until the process tells of such progress. */
const heard = (child: ChildProcess, isIt: (progress: JobProgress) => boolean): Promise<unknown> =>
  new Promise((resolve, reject) => {
    child.on('message', (progress: JobProgress) => isIt(progress) && resolve(progress));
    child.once('exit', (status) => reject(new Error(`The process ended with ${status}.`)));
  });

const kill = async (child: ChildProcess): Promise<void> => {
  // One that was done may have ended by itself.
  if (child.exitCode !== null) return;
  const end = gone(child);
  child.kill('SIGKILL');
  await end;
};

/** What another process knows of the job: what the first one wrote down. */
const idOf = ({ told }: World): string => told().at(-1)?.id ?? '';

const giveAll: Handler = (_seen, response) => response.end(FILE);
/** Sends half of the file, and no more, to the first who asks. */
const stuckOnce = (): Handler => {
  let asked = 0;
  return (seen, response, before) => {
    asked += 1;
    if (asked > 1) return giveAll(seen, response, before);
    response.writeHead(200, { 'content-length': FILE.length });
    response.write(FILE.subarray(0, FILE.length / 2));
  };
};

const hasHalf = ({ bytes = 0 }: JobProgress): boolean => bytes >= FILE.length / 2;

describe('a process that is killed', () => {
  it('while its job is pending is followed by another, which creates nothing', async () => {
    let isOver = false;
    const world = await worldOf(() => isOver, giveAll);
    const first = world.start('runner');
    await heard(first, ({ polls }) => polls === 2);
    await kill(first);
    expect(existsSync(world.to)).toBe(false);
    expect(world.told().at(-1)).toMatchObject({ id: 'job-7', state: 'pending' });
    isOver = true;
    expect(await gone(world.start('resumer', idOf(world)))).toBe(0);
    expect(readFileSync(world.to)).toEqual(FILE);
    expect(world.count('/jobs')).toBe(1);
    expect(world.count('/output')).toBe(1);
  });

  it('in the middle of the download leaves nothing under the name, and another saves the file', async () => {
    const world = await worldOf(() => true, stuckOnce());
    const first = world.start('runner');
    await heard(first, hasHalf);
    await kill(first);
    expect(existsSync(world.to)).toBe(false);
    expect(await gone(world.start('resumer', idOf(world)))).toBe(0);
    const saved = readFileSync(world.to);
    expect(saved).toEqual(FILE);
    expect(createHash('md5').update(saved).digest('hex')).toBe(md5);
    expect(world.count('/jobs')).toBe(1);
    expect(world.count('/output')).toBe(2);
  });

  it('would leave half a file, if it wrote under the name: the test can fail', async () => {
    const world = await worldOf(() => true, stuckOnce());
    const first = world.start('careless');
    await heard(first, hasHalf);
    await kill(first);
    const { length } = readFileSync(world.to);
    expect(length).toBeGreaterThan(0);
    expect(length).toBeLessThan(FILE.length);
  });

  it('at any moment leaves the whole file or none', { timeout: 60_000 }, async () => {
    const KILLS = 12;
    const inPieces: Handler = async (_seen, response) => {
      for (let at = 0; at < FILE.length; at += FILE.length / 16) {
        response.write(FILE.subarray(at, at + FILE.length / 16));
        await wait(2);
      }
      response.end();
    };
    const world = await worldOf(() => true, inPieces);
    for (let left = KILLS; left > 0; left -= 1) {
      const child = world.start('runner');
      await heard(child, ({ bytes = 0 }) => bytes > 0);
      await wait(Math.random() * 60);
      await kill(child);
      if (existsSync(world.to)) expect(readFileSync(world.to)).toEqual(FILE);
      rmSync(world.to, { force: true });
    }
    expect(await gone(world.start('resumer', idOf(world)))).toBe(0);
    expect(readFileSync(world.to)).toEqual(FILE);
  });
});
