import { type ChildProcess, spawn } from 'node:child_process';
import { on, once } from 'node:events';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { PLANT_ARGUMENTS } from './plant.ts';

/** A process that runs a role of store-process.ts. */
export interface Process {
  /** The next thing that it says. */
  heard(): Promise<unknown>;
  say(message: string): void;
  signal(name: NodeJS.Signals): void;
  /** Ends it, whatever it is doing. */
  kill(): Promise<void>;
}

export type Start = (
  role: string,
  args: readonly string[],
  /** Command that runs the process, where it is not to run as we do. */
  through?: readonly string[],
) => Process;

/** Works with processes that all have ended afterwards. */
export const withProcesses = async <T>(work: (start: Start) => Promise<T>): Promise<T> => {
  const started: Process[] = [];
  try {
    return await work((...args) => {
      const one = start(...args);
      started.push(one);
      return one;
    });
  } finally {
    await Promise.all(started.map((one) => one.kill()));
  }
};

const PROGRAM = join(import.meta.dirname, 'store-process.ts');
const PLANT = pathToFileURL(join(import.meta.dirname, 'plant.ts')).href;
// One that hangs must not hang the run.
const LONGEST_MS = 150_000;

const start: Start = (role, args, through = []) => {
  const own = [process.execPath, '--import', PLANT, PROGRAM, role, ...args, ...PLANT_ARGUMENTS];
  const [command = '', ...rest] = [...through, ...own];
  const child = spawn(command, rest, { stdio: ['ignore', 'inherit', 'inherit', 'ipc'] });
  const said = on(child, 'message', {
    close: ['disconnect'],
    signal: AbortSignal.timeout(LONGEST_MS),
  });
  return {
    heard: async () => {
      const { done, value } = await said.next();
      if (done) throw new Error(`the ${role} ended too early`);
      return value[0];
    },
    say: (message) => void child.send(message),
    signal: (name) => void child.kill(name),
    kill: () => ended(child),
  };
};

const ended = async (child: ChildProcess): Promise<void> => {
  if (child.exitCode !== null || child.signalCode !== null || child.pid === undefined) return;
  const gone = once(child, 'exit');
  child.kill('SIGKILL');
  await gone;
};
