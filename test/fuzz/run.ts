import { setTimeout as sleep } from 'node:timers/promises';
import { type Caller, startCaller } from './caller.ts';
import { faultsOf } from './judge.ts';
import { SERIES_LENGTH, seriesOf } from './plan.ts';
import type { Program } from './programs.ts';
import { startServer } from './server.ts';

/** One fault. It is of no exchange if it concerns the whole process. */
export interface Fault {
  readonly exchange: number | undefined;
  readonly what: string;
}

export interface Run {
  readonly seed: number;
  readonly series: readonly number[];
  /** Told at once: the rest may take a while. */
  readonly told: (fault: Fault) => void;
  /** The exchange that is shown. */
  readonly only?: number | undefined;
  /** Is nothing more to be found? */
  readonly isEnough?: () => boolean;
}

const AT_ONCE = 8;
const LONGEST_LEAVING_MS = 10_000;

/** Plays all series. The program that calls is started anew where it ends or hangs. */
export const play = async (program: Program, run: Run): Promise<void> => {
  const queue = [...run.series];
  const isEnough = (): boolean => queue.length === 0 || run.isEnough?.() === true;
  while (!isEnough()) {
    const caller = startCaller(program, (what) => run.told({ exchange: undefined, what }));
    const work = async (): Promise<void> => {
      while (!isEnough() && !caller.isOver()) await playSeries(caller, run, queue.shift() ?? 0);
    };
    await Promise.all(Array.from({ length: AT_ONCE }, work));
    await caller.end();
  }
};

const playSeries = async (caller: Caller, run: Run, number: number): Promise<void> => {
  const series = seriesOf(run.seed, number);
  const server = await startServer(series);
  const { journal } = server;
  try {
    const { reports, moments } = await caller.play(series, server);
    const left = await leftOpen(server.openConnections);
    if (left.length > 0) {
      const what = `its client was closed, and is connected: ${left.join('; ')}`;
      run.told({ exchange: number * SERIES_LENGTH, what });
    }
    const played = { series, reports, journal, moments };
    for (const exchange of series.exchanges) {
      for (const what of faultsOf(exchange, played)) run.told({ exchange: exchange.number, what });
      const report = reports.find((one) => one.number === exchange.number);
      if (exchange.number === run.only)
        console.dir(
          { way: series.way, pace: series.pace, exchange, report, journal },
          { depth: 9 },
        );
    }
  } catch (error) {
    const what = `${(error as Error).message}, in this or one of the seven behind it`;
    run.told({ exchange: number * SERIES_LENGTH, what });
  } finally {
    await server.close();
  }
};

/** Waits until nothing is open. */
const leftOpen = async (open: () => readonly string[]): Promise<readonly string[]> => {
  const by = performance.now() + LONGEST_LEAVING_MS;
  while (open().length > 0 && performance.now() < by) await sleep(5);
  return open();
};
