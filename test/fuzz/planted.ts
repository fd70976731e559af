import { folderUntilExit } from '../../tools/scratch.ts';
import type { Planted } from '../faults/planted.ts';
import { buildCore } from '../faults/planted-core.ts';
import { preparePrograms } from './programs.ts';
import { play } from './run.ts';

/** A fault in core, and what must be told of it. */
export interface FuzzPlanted extends Planted {
  readonly told: RegExp;
}

export const FUZZ_PLANTED: readonly FuzzPlanted[] = [
  {
    id: 'told as not sent',
    file: 'fault.ts',
    from: 'isUnsent: !wasSent };',
    to: 'isUnsent: true };',
    told: /told as not sent, and the server has it/,
  },
  {
    id: 'a write sent again after 503',
    file: 'retry.ts',
    from: 'outcome.isUnsent : outcome.status === 429',
    to: 'outcome.isUnsent : outcome.status === 429 || outcome.status === 503',
    told: /a write was sent again after it was answered with 503/,
  },
  {
    id: 'an error of an inflater that nobody handles',
    file: 'node/answer-body.ts',
    from: "for (const one of inflaters) one.on('error', fail);",
    to: '',
    told: /an uncaught error/,
  },
  {
    id: 'a part of a gzip taken for the whole',
    file: 'node/answer-body.ts',
    from: "for (const one of inflaters) one.on('error', fail);",
    to: "for (const one of inflaters) one.on('error', finish);",
    told: /a part of an answer was taken for the whole/,
  },
  {
    id: 'an answer that came while nobody asked',
    file: 'node/connection.ts',
    from: 'this.#watch();',
    to: 'this.socket.pause();',
    also: [
      {
        file: 'node/connection.ts',
        from: 'this.socket.ref();',
        to: 'this.socket.ref();\nsetImmediate(() => this.socket.resume());',
      },
    ],
    told: /it took an answer that nobody asked for/,
  },
  {
    id: 'a connection that nobody closes',
    file: 'http.ts',
    from: 'end: (): void => stream.cancel()',
    to: 'end: (): void => {}',
    told: /its client was closed, and is connected/,
  },
];

const MOST_SERIES = 1_000;
// A fault that is found may be told more than once before all has ended.
const NODE = '24';

/** Plays until the fault is found, with each in turn. */
export const runPlanted = async (seed: number): Promise<[passed: number, failed: number]> => {
  const programOf = preparePrograms();
  let passed = 0;
  for (const planted of FUZZ_PLANTED) {
    const core = folderUntilExit();
    buildCore(core, planted);
    let found: number | undefined;
    const series = Array.from({ length: MOST_SERIES }, (_, at) => at);
    await play(programOf(NODE, core), {
      seed,
      series,
      isEnough: () => found !== undefined,
      told: ({ what, exchange = -1 }) => {
        if (planted.told.test(what)) found ??= exchange;
      },
    });
    passed += found === undefined ? 0 : 1;
    console.log(`${found === undefined ? 'NOT FOUND' : 'found'}  ${planted.id}  ${planted.file}`);
  }
  return [passed, FUZZ_PLANTED.length - passed];
};
