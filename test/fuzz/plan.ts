import type { Answer } from './answer.ts';
import { drawAnswer } from './draw.ts';
import { KIND_NAMES, KINDS, type KindName } from './kinds.ts';
import { type Random, randomOf } from './random.ts';

/*
 * What is played, as a function of a seed and a number alone: the program that calls and the server that answers
 * both work it out.
 */

/** One call, and what comes back. */
export interface Exchange {
  readonly number: number;
  readonly kind: KindName;
  readonly client: 0 | 1;
  readonly retries: number;
  /** Its caller gives it up, so many milliseconds after it began. */
  readonly abortAfterMs: number | undefined;
  /** By attempt; those behind them are answered well. */
  readonly answers: readonly Answer[];
  /** Something may keep it waiting. */
  readonly isSoonOver: boolean;
}

/** Calls to one origin, which share its connections. */
export interface Series {
  readonly number: number;
  readonly seed: number;
  readonly way: 'plain' | 'proxy' | 'tls';
  /** All at once; or one by one, at once or when all that is under way on the connections has arrived. */
  readonly pace: 'at-once' | 'in-turn' | 'settled';
  readonly hasLimiter: boolean;
  /** Does the client ask for tokens? Else it is given one. */
  readonly asksTokens: boolean;
  readonly tokenAnswers: readonly Answer[];
  readonly isListening: boolean;
  readonly exchanges: readonly Exchange[];
}

export const SERIES_LENGTH = 8;

export const seriesOf = (seed: number, number: number): Series => {
  const random = randomOf(seed, number, 3);
  const asksTokens = random.chance(0.15);
  return {
    number,
    seed,
    way: random.weighted([
      [14, 'plain'],
      [2, 'tls'],
      [4, 'proxy'],
    ]),
    pace: random.weighted([
      [3, 'at-once'],
      [4, 'in-turn'],
      [6, 'settled'],
    ]),
    hasLimiter: random.chance(0.15),
    asksTokens,
    tokenAnswers: asksTokens && random.chance(0.6) ? drawMany(random, 'token') : [],
    isListening: !random.chance(0.01),
    exchanges: Array.from({ length: SERIES_LENGTH }, (_, index) =>
      exchangeOf(seed, number * SERIES_LENGTH + index),
    ),
  };
};

const exchangeOf = (seed: number, number: number): Exchange => {
  const random = randomOf(seed, number, 4);
  const kind = random.pick(KIND_NAMES);
  const answers = drawMany(random, KINDS[kind].body);
  return {
    number,
    kind,
    client: random.weighted([
      [3, 0],
      [1, 1],
    ]),
    retries: random.pick([0, 1, 3]),
    abortAfterMs: random.chance(0.03) ? random.below(15) : undefined,
    answers,
    isSoonOver: answers.some(({ verdict, ending }) => verdict === 'any' || ending === 'stall'),
  };
};

const drawMany = (random: Random, body: Answer['body']): Answer[] =>
  Array.from({ length: random.pick([1, 1, 2, 3]) }, () => drawAnswer(random, body));

/** What becomes of the connections of a series, by the order in which they are opened. */
export type ConnectionPlan = 'early' | 'early-error' | 'fin' | 'fine' | 'garbage' | 'rst';

export const connectionPlan = (seed: number, series: number, index: number): ConnectionPlan =>
  randomOf(seed, series, 5, index).weighted<ConnectionPlan>([
    [60, 'fine'],
    [1, 'rst'],
    [1, 'fin'],
    [1, 'early'],
    [1, 'early-error'],
    [1, 'garbage'],
  ]);
