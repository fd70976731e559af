import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { setTimeout as sleep, setImmediate as turn } from 'node:timers/promises';
import type { Moment, Played } from './judge.ts';
import type { FromChild, Report, ToChild } from './messages.ts';
import { SERIES_LENGTH, type Series } from './plan.ts';
import type { Program } from './programs.ts';
import type { SeriesServer } from './server.ts';

/** The process that calls. */
export interface Caller {
  /** Rejects if it ends meanwhile, or says nothing for long. */
  play(series: Series, server: SeriesServer): Promise<Pick<Played, 'moments' | 'reports'>>;
  /** Has it ended, or been ended? */
  isOver(): boolean;
  /** Lets it end by itself. */
  end(): Promise<void>;
}

interface Playing {
  readonly server: SeriesServer;
  readonly moments: Moment[];
  readonly done: (reports: readonly Report[]) => void;
  readonly fail: (error: Error) => void;
}

/** Longer than anything may take in a series. */
const LONGEST_SERIES_MS = 90_000;
const LONGEST_ENDING_MS = 20_000;

export const startCaller = (program: Program, told: (what: string) => void): Caller => {
  const playing = new Map<number, Playing>();
  const child = start(program);
  let stderr = '';
  let isOver = false;
  child.stderr?.on('data', (chunk: Buffer) => {
    stderr += chunk;
  });
  const ended = once(child, 'exit').then(([code, signal]) => {
    if (!isOver)
      told(`the process ended with ${code ?? signal}: ${stderr}${among(playing.keys())}`);
    isOver = true;
    for (const { fail } of playing.values()) fail(new Error('the process ended'));
  });
  child.on('message', (message: FromChild) => {
    if (message.type === 'fault') return told(`${message.what}${among(message.series)}`);
    const one = playing.get(message.series);
    if (message.type === 'done') return one?.done(message.reports);
    if (one !== undefined)
      void settle(one, message.call).then(() =>
        say(child, { type: 'settled', series: message.series }),
      );
  });
  const kill = (): void => {
    isOver = true;
    child.kill('SIGKILL');
  };
  return {
    isOver: () => isOver,
    play: async ({ seed, number }, server) => {
      const moments: Moment[] = [];
      const timer = setTimeout(() => {
        playing.get(number)?.fail(new Error('it hangs'));
        kill();
      }, LONGEST_SERIES_MS);
      try {
        const reports = await new Promise<readonly Report[]>((done, fail) => {
          playing.set(number, { server, moments, done, fail });
          const { port, proxyPort } = server;
          say(child, { type: 'series', seed, number, port, proxyPort });
        });
        return { reports, moments };
      } finally {
        clearTimeout(timer);
        playing.delete(number);
      }
    },
    end: async () => {
      if (!isOver) {
        isOver = true;
        child.disconnect();
        const isLate = await Promise.race([ended, sleep(LONGEST_ENDING_MS, true, { ref: false })]);
        if (isLate === true) told('the process does not end by itself');
        child.kill('SIGKILL');
        if (stderr !== '') told(`it printed ${stderr}`);
      }
      await ended;
    },
  };
};

const start = ({ command, args, env }: Program): ChildProcess =>
  spawn(command, args, {
    env: { ...process.env, NODE_OPTIONS: '', ...env },
    stdio: ['ignore', 'inherit', 'pipe', 'ipc'],
  });

const say = (child: ChildProcess, message: ToChild): void => {
  // It may have ended by now.
  if (child.connected) child.send(message, () => {});
};

const settle = async ({ server, moments }: Playing, call: number): Promise<void> => {
  await server.settle();
  // A connection that the system has taken is told of by then.
  await turn();
  await turn();
  const connections = server.journal.connections.length;
  moments.push({ call, connections, open: server.openConnections().length });
};

const among = (series: Iterable<number>): string => {
  const firsts = [...series].map((number) => `--only ${number * SERIES_LENGTH}`);
  return `\n       One of these was under way: ${firsts.join(', ')}`;
};
