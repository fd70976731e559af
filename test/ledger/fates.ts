import {
  type Act,
  afterwards,
  answer,
  both,
  created,
  cut,
  cutAnswer,
  dripping,
  HEAD,
  later,
  raw,
  tunnelled,
  twoAnswers,
} from './acts.ts';

/**
 * When a fate strikes: at the `head` of the request, when a `part` of its body is there, when it is there `whole`,
 * or when the write is `done`.
 */
type Moment = 'done' | 'head' | 'part' | 'whole';

export interface Fate {
  readonly name: string;
  readonly weight: number;
  readonly at: Moment;
  /** Does the answer say that surely nothing was done? */
  readonly isRefused: boolean;
  readonly act: Act;
}

const fate =
  (at: Moment, isRefused = false) =>
  (weight: number, name: string, act: Act): Fate => ({ at, weight, name, isRefused, act });

const done = fate('done');
const whole = fate('whole');
const part = fate('part');
const head = fate('head');
const refused = fate('whole', true);
const refusedEarly = fate('head', true);
const commit: Act = (exchange) => exchange.commit();
const stall: Act = () => {};
const HTML = { 'content-type': 'text/html' };

export const GOOD: Fate = done(2_400, 'created', created());

const FATES: readonly Fate[] = [
  GOOD,
  done(60, 'created late', later(20, 900, created())),
  whole(30, 'done and created late', later(20, 900, both(commit, created()))),
  done(30, 'created and closed', created({ connection: 'close' })),
  done(10, 'created and cut', both(afterwards(cut), created())),
  done(6, 'created, and one more answer', twoAnswers),
  done(4, 'created, and half an answer', both(afterwards(later(0, 30, raw(HEAD))), created())),

  done(10, '200 with HTML', answer(200, '<html>', HTML)),
  done(
    10,
    '200 with cut JSON',
    answer(200, (body) => body.slice(0, -2)),
  ),
  done(10, '200 with too large an integer', answer(200, '{"id":9007199254740993}')),
  done(6, '200 with a false encoding', answer(200, '{}', { 'content-encoding': 'gzip' })),
  done(12, '500', answer(500)),
  done(12, '502', answer(502)),
  done(12, '503', answer(503)),
  done(6, '504', answer(504)),
  done(4, '500 with Retry-After', answer(500, '{}', { 'retry-after': '1' })),
  done(4, '502 with Retry-After', answer(502, '{}', { 'retry-after': '0' })),
  done(10, '503 with Retry-After', answer(503, '{}', { 'retry-after': '1' })),
  done(5, '408', answer(408)),
  done(4, '302', answer(302, '{}', { location: '/elsewhere' })),
  done(4, '303', answer(303, '{}', { location: '/elsewhere' })),
  done(6, '409', answer(409)),
  refused(10, '429', answer(429)),
  refused(10, '429 with Retry-After', answer(429, '{}', { 'retry-after': '1' })),
  refused(10, '401', answer(401)),
  refusedEarly(5, '429 before the body', answer(429, '{}', { connection: 'close' })),
  refusedEarly(5, '401 before the body', answer(401)),

  head(12, 'cut before the body', cut),
  part(14, 'cut in the middle of the request', cut),
  whole(6, 'cut before it is done', cut),
  done(20, 'cut after it was done', cut),
  done(8, 'cut late after it was done', later(100, 2_000, cut)),
  done(6, 'cut in the head', cutAnswer(HEAD)),
  done(8, 'cut in the body', cutAnswer(`${HEAD}Content-Length: 100\r\n\r\n{"id"`)),
  done(6, 'cut in a chunk', cutAnswer(`${HEAD}Transfer-Encoding: chunked\r\n\r\n9\r\n{"id"`)),
  done(4, 'cut in an answer of no length', cutAnswer(`${HEAD}\r\n{"id"`)),
  done(4, 'cut after 100', cutAnswer('HTTP/1.1 100 Continue\r\n\r\n')),
  done(4, 'cut after 103', cutAnswer('HTTP/1.1 103 Early Hints\r\nLink: </a>\r\n\r\n')),
  done(4, 'no HTTP', cutAnswer('What do you want?\r\n\r\n')),

  whole(4, 'stalled before it is done', stall),
  whole(5, 'done long after', later(3_000, 5_000, commit)),
  done(6, 'stalled after it was done', stall),
  done(4, 'stalled in the answer', raw(HEAD)),
  done(3, 'dripping', dripping),
  done(5, 'created too late', later(2_400, 4_000, created())),

  done(
    6,
    'tunnel cut',
    tunnelled((tunnel) => tunnel.cut()),
  ),
  done(
    4,
    'tunnel ended',
    tunnelled((tunnel) => tunnel.end()),
  ),
  done(
    4,
    'tunnel swallows',
    tunnelled((tunnel) => tunnel.swallow()),
  ),
  done(
    6,
    'bytes put into TLS',
    tunnelled((tunnel) => tunnel.inject('HTTP/1.1 200 OK\r\n\r\n')),
  ),
];

/** What makes a call old before it fails. */
const SLOW_FATES: readonly Fate[] = [
  done(40, 'created', created()),
  done(20, '503', answer(503)),
  done(20, '503 with a long Retry-After', answer(503, '{}', { 'retry-after': '6' })),
  done(20, 'cut long after it was done', later(8_000, 12_500, cut)),
];

export const fatesOf = (kind: string): readonly Fate[] => (kind === 'patient' ? SLOW_FATES : FATES);
