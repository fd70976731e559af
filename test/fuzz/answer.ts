import type { BodyKind } from './bodies.ts';
import { type Coding, drawTrueCoding } from './codings.ts';
import type { End } from './ends.ts';
import type { Extra } from './extras.ts';
import type { Framing } from './framings.ts';
import { INTERIM } from './headers.ts';
import { randomOf } from './random.ts';

/** One answer, as a server of ours writes it by hand. */
export interface Answer {
  /** What it has seen of the request when it answers. */
  readonly when: 'head' | 'whole';
  readonly interim: string;
  readonly status: number;
  readonly statusLine: string;
  readonly lines: readonly string[];
  readonly body: BodyKind;
  readonly coding: Coding;
  readonly framing: Framing;
  /** Bytes that are changed, dropped or added anywhere. */
  readonly flips: number;
  readonly isCut: boolean;
  readonly trailing: Extra | undefined;
  readonly ending: End | 'keep' | 'stall';
  /** What happens on a kept connection when nobody waits for anything. */
  readonly idle: { readonly extra: Extra | undefined; readonly end: End | undefined };
  /** In how many writes it is sent. */
  readonly writes: number;
  /** `clean`: it is in order; `incomplete`: and no client may take it for a whole one; `any`: who knows. */
  readonly verdict: 'any' | 'clean' | 'incomplete';
  readonly salt: number;
}

/** An answer with nothing wrong. */
export const cleanAnswer = (body: BodyKind, salt = 0): Answer => {
  const random = randomOf(salt, 1);
  const framing = random.chance(0.1)
    ? 'close'
    : random.weighted<Framing>([
        [3, 'length'],
        [2, 'chunked'],
        [1, 'extended'],
        [1, 'trailed'],
      ]);
  return {
    when: 'whole',
    interim: random.chance(0.05) ? (INTERIM[random.below(3)] ?? '') : '',
    status: random.weighted([
      [9, 200],
      [1, 201],
    ]),
    statusLine: '',
    lines: [],
    body,
    coding: drawTrueCoding(random),
    framing,
    flips: 0,
    isCut: false,
    trailing: undefined,
    ending:
      framing === 'close'
        ? 'fin'
        : random.weighted<Answer['ending']>([
            [9, 'keep'],
            [1, 'fin'],
          ]),
    idle: { extra: undefined, end: undefined },
    writes: random.weighted([
      [3, 1],
      [1, 1 + random.below(6)],
    ]),
    verdict: 'clean',
    salt,
  };
};
