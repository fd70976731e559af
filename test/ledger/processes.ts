import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import type { Close } from './lines.ts';

/** How requests go: over http, or over TLS through a proxy. */
export type Way = 'direct' | 'proxy' | 'secure-proxy';

export interface ServerStart {
  readonly lane: string;
  readonly seed: number;
  readonly way: Way;
  readonly misbehaves: boolean;
  /** For the journal, and the certificate. */
  readonly folder: string;
}

export type ServerCommand =
  | { readonly do: 'close-idle'; readonly how: Close }
  | { readonly do: 'write-journal' };

export interface Address {
  readonly port: number;
  readonly proxyPort: number | undefined;
}

export interface ServerWord {
  readonly address?: Address;
  /** Idle connections that were closed. */
  readonly closed?: number;
}

export interface ClientStart {
  readonly lane: string;
  readonly seed: number;
  readonly writes: number;
  readonly folder: string;
  readonly baseUrl: string;
  /** May its calls be repeated, and do they give an attempt up? */
  readonly isStormy: boolean;
}

export type ClientCommand =
  /** Starts the next calls, so many at once. Before, it stands still until there is this file. */
  | {
      readonly do: 'calls';
      readonly count: number;
      readonly atOnce: number;
      readonly until?: string;
    }
  /** Its event loop turns no more for so long. */
  | { readonly do: 'stand-still'; readonly ms: number }
  | { readonly do: 'write-journal' };

export interface ClientWord {
  /** The calls of a command have ended; so many jobs are left. */
  readonly left?: number;
  /** It stands still from now on. */
  readonly standsStill?: true;
}

/** A process that is spoken to. */
export interface Partner<Command, Word> {
  say(command: Command): void;
  /** The next of its words that has this member. */
  hear<K extends keyof Word>(member: K, withinMs: number): Promise<Required<Word>[K]>;
  signal(name: NodeJS.Signals): void;
  /** Resolves with its exit code. */
  readonly ended: Promise<number | null>;
  kill(): Promise<void>;
}

export const start = <Command extends object, Word extends object>(
  node: string,
  program: string,
  settings: object,
  env: NodeJS.ProcessEnv = {},
): Partner<Command, Word> => {
  const child = spawn(node, [program, JSON.stringify(settings)], {
    stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
    env: { ...process.env, ...env },
  });
  const words: Word[] = [];
  child.on('message', (word) => words.push(word as Word));
  const ended = once(child, 'exit').then(([code]) => code as number | null);
  return {
    say: (command) => void child.send(command, () => {}),
    hear: async (member, withinMs) => {
      const signal = AbortSignal.timeout(withinMs);
      for (;;) {
        const at = words.findIndex((word) => member in word);
        if (at >= 0) return (words.splice(at, 1)[0] as Required<Word>)[member];
        if (child.exitCode !== null) throw new Error(`${program} ended too early`);
        await Promise.race([once(child, 'message', { signal }), ended]);
      }
    },
    signal: (name) => void child.kill(name),
    ended,
    kill: () => killed(child),
  };
};

const killed = async (child: ChildProcess): Promise<void> => {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const gone = once(child, 'exit');
  child.kill('SIGKILL');
  await gone;
};

export const SERVER: string = join(import.meta.dirname, 'server.ts');
