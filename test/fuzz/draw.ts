import { type Answer, cleanAnswer } from './answer.ts';
import { BODIES, type BodyKind } from './bodies.ts';
import { drawFalseCoding, PLAIN } from './codings.ts';
import { EXTRAS } from './extras.ts';
import { ENDED, type Framing, OTHERS } from './framings.ts';
import { drawLines, drawStatusLine, INTERIM } from './headers.ts';
import type { Random } from './random.ts';

/** One with up to three things wrong; of some of them it must recover, and others must be found. */
export const drawAnswer = (random: Random, body: BodyKind): Answer => {
  const salt = random.below(2 ** 31);
  const faults = random.weighted([
    [4, 0],
    [6, 1],
    [3, 2],
    [1, 3],
  ]);
  let answer = cleanAnswer(body, salt);
  if (random.chance(0.1)) answer = { ...answer, ...drawIdle(random, answer) };
  for (let i = 0; i < faults; i += 1)
    answer = { ...answer, ...random.weighted(FAULTS)(random, answer) };
  return isApart(answer) ? answer : { ...answer, trailing: undefined };
};

/** Do bytes behind it stand behind it for every client, whatever else is wrong? Else they are of its body. */
const isApart = ({ framing, flips, status, body }: Answer): boolean =>
  // A body that arrives in more than one read would leave the rest for later.
  hasEnd(framing) && flips === 0 && status >= 200 && SMALL.has(body);

const hasEnd = (framing: Framing): boolean => framing in ENDED || framing.startsWith('both');

type Fault = (random: Random, answer: Answer) => Partial<Answer>;

const NO_BODY = new Set([204, 304]);
const ENDED_NAMES = Object.keys(ENDED) as Framing[];
const OTHER_NAMES = Object.keys(OTHERS) as Framing[];
const SMALL: ReadonlySet<BodyKind> = new Set(['array', 'csv', 'json', 'ndjson', 'problem']);

const drawStatus: Fault = (random, { body, verdict }) => {
  const status = random.weighted<() => number>([
    [3, () => random.pick([202, 203, 204, 205, 206, 226, 299])],
    [2, () => random.pick([300, 301, 302, 303, 304, 305, 307, 308])],
    [5, () => random.pick([400, 401, 403, 404, 405, 408, 409, 413, 422, 425, 429, 431, 451])],
    [5, () => random.pick([500, 501, 502, 503, 503, 504, 507, 511, 520, 599])],
    [1, () => random.pick([0, 1, 99, 100, 150, 199, 600, 999])],
  ])();
  if (status < 200 || status > 599) return { status, verdict: 'any' };
  if (NO_BODY.has(status)) {
    const isClean = verdict === 'clean';
    return {
      status,
      body: 'empty',
      framing: 'length',
      coding: PLAIN,
      verdict: isClean ? verdict : 'any',
    };
  }
  return {
    status,
    body: status < 300 ? body : random.pick(['problem', 'problem', body, 'html', 'empty'] as const),
  };
};

const drawCut: Fault = (random, { framing, status, verdict }) => {
  const isFound = verdict === 'clean' && framing in ENDED && !NO_BODY.has(status);
  const ending = random.weighted<Answer['ending']>([
    [4, 'fin'],
    [4, 'rst'],
    [2, 'abrupt'],
    [1, 'stall'],
  ]);
  return { isCut: true, ending, verdict: isFound ? 'incomplete' : 'any' };
};

const drawCoding: Fault = (random, { status, verdict, framing }) => {
  const coding = drawFalseCoding(random);
  const isFound =
    coding.damage === 'cut' && verdict === 'clean' && !NO_BODY.has(status) && framing !== 'short';
  return { coding, verdict: isFound ? 'incomplete' : 'any' };
};

// What a client cannot see the end of would keep it waiting; most servers close.
const drawEnding = (random: Random): Answer['ending'] =>
  random.weighted([
    [8, 'fin'],
    [2, 'rst'],
    [1, 'abrupt'],
    [1, 'keep'],
  ]);

const drawFraming: Fault = (random) => ({
  framing: random.pick(OTHER_NAMES),
  ending: drawEnding(random),
  verdict: 'any',
});

/** Of an answer that is not cut any more. */
const whole = ({ verdict }: Answer): Pick<Answer, 'isCut' | 'verdict'> => ({
  isCut: false,
  verdict: verdict === 'incomplete' ? 'any' : verdict,
});

const drawTrailing: Fault = (random, { framing, body }) => ({
  trailing: random.pick([...EXTRAS, 'answer', 'answer'] as const),
  framing: hasEnd(framing) ? framing : random.pick(ENDED_NAMES),
  body: SMALL.has(body) ? body : 'json',
  isCut: false,
  verdict: 'any',
});

const drawIdle: Fault = (random, answer) => ({
  ...whole(answer),
  ending: 'keep',
  framing: answer.framing in ENDED ? answer.framing : 'length',
  idle: random.weighted<() => Answer['idle']>([
    [3, () => ({ extra: undefined, end: random.pick(['fin', 'rst', 'abrupt'] as const) })],
    [2, () => ({ extra: random.pick(EXTRAS), end: undefined })],
    [1, () => ({ extra: random.pick(EXTRAS), end: random.pick(['fin', 'rst'] as const) })],
  ])(),
});

const drawBody: Fault = (random) => ({
  body: random.pick(
    Object.keys(BODIES).filter((kind) => kind !== 'bomb' || random.chance(0.1)) as BodyKind[],
  ),
  verdict: 'any',
});

const FAULTS: readonly (readonly [number, Fault])[] = [
  [8, drawStatus],
  [4, drawCut],
  [3, drawCoding],
  [3, drawFraming],
  [3, drawBody],
  [3, drawTrailing],
  [2, drawIdle],
  [3, (random, { lines }) => ({ lines: [...lines, ...drawLines(random)], verdict: 'any' })],
  [
    1,
    (random, { status }) => ({
      statusLine: drawStatusLine(random, status),
      ending: drawEnding(random),
      verdict: 'any',
    }),
  ],
  [
    1,
    (random) => ({
      interim: random.pick(INTERIM),
      ending: drawEnding(random),
      // Behind a 101, which may be the last word, the rest could come as the answer to the next request.
      writes: 1,
      verdict: 'any',
    }),
  ],
  [
    3,
    (random) => ({
      flips: 1 + random.below(3),
      ending: drawEnding(random),
      trailing: undefined,
      verdict: 'any',
    }),
  ],
  [1, () => ({ when: 'head', verdict: 'any' })],
  [0.5, () => ({ ending: 'stall', isCut: true, verdict: 'any' })],
];
