import { spawn } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { ROOT } from '../../scratch.ts';
import type { Path } from './path.ts';

/** How long it took, in seconds from the first key. */
export interface Times {
  readonly install: number;
  /** Null where the sample does not show its token. */
  readonly token: number | null;
  readonly call: number;
}

/** Does in a new folder what a README says, with nothing but an environment. */
export const walk = async (path: Path, folder: string, env: NodeJS.ProcessEnv): Promise<Times> => {
  if (path.pack) await type(path.pack, { folder: ROOT, env, startedAt: performance.now() });
  const place = { folder, env, startedAt: performance.now() };
  mkdirSync(folder);
  await type(path.install, place);
  const install = sinceStart(place.startedAt);
  writeFileSync(join(folder, path.file), path.sample);
  const lines = await type(path.run, place);
  const token = lines.find(({ text }) => /\btoken\b/.test(text));
  const call = lines.find((line) => line !== token);
  if (call) return { install, token: token?.at ?? null, call: call.at };
  throw new Error(
    `${path.file} printed nothing of a call:\n${lines.map(({ text }) => text).join('\n')}`,
  );
};

interface Place {
  readonly folder: string;
  readonly env: NodeJS.ProcessEnv;
  readonly startedAt: number;
}

interface Line {
  readonly at: number;
  readonly text: string;
}

const sinceStart = (startedAt: number): number => (performance.now() - startedAt) / 1000;

/** Gives the lines of stdout, each with its time. */
const type = async (script: string, { env, folder, startedAt }: Place): Promise<Line[]> => {
  const child = spawn('bash', ['-e'], { cwd: folder, env, timeout: 120_000 });
  const closed = new Promise<number | null>((resolve) => child.on('close', resolve));
  let errors = '';
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    errors += text;
  });
  child.stdin.end(script);
  const lines: Line[] = [];
  for await (const text of createInterface(child.stdout))
    if (text !== '') lines.push({ at: sinceStart(startedAt), text });
  if ((await closed) === 0) return lines;
  throw new Error(
    `${script.trim()} failed:\n${lines.map(({ text }) => text).join('\n')}\n${errors}`,
  );
};
