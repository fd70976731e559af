import { spawn } from 'node:child_process';

/** How a process ended. */
export interface Ended {
  /** Null if it was still running after its time. */
  readonly status: number | null;
  readonly stdout: string;
  /** Of both streams. */
  readonly printed: string;
}

export interface ChildOptions {
  /** Where its imports are resolved. */
  readonly cwd: string;
  readonly args?: readonly string[];
}

/** Runs a module in a process of its own, while this one goes on serving. */
export const runModule = (source: string, options: ChildOptions): Promise<Ended> =>
  runNode(['--input-type=module', '--eval', source, ...(options.args ?? [])], options);

/** Runs a file of TypeScript or JavaScript. */
export const runFile = (file: string, options: ChildOptions): Promise<Ended> =>
  runNode([file, ...(options.args ?? [])], options);

const LONGEST_MS = 15_000;

const runNode = (args: readonly string[], { cwd }: ChildOptions): Promise<Ended> =>
  new Promise((resolve, reject) => {
    const child = spawn(process.execPath, args, { cwd, stdio: ['ignore', 'pipe', 'pipe'] });
    const out: string[] = [];
    const all: string[] = [];
    const timer = setTimeout(() => child.kill('SIGKILL'), LONGEST_MS);
    child.stdout.setEncoding('utf8').on('data', (text: string) => {
      out.push(text);
      all.push(text);
    });
    child.stderr.setEncoding('utf8').on('data', (text: string) => all.push(text));
    child.on('error', reject);
    child.on('close', (status) => {
      clearTimeout(timer);
      resolve({ status, stdout: out.join(''), printed: all.join('') });
    });
  });
