/*
 * Every answer names the call and the attempt that it is for. A mark holds a check, so that a bit that was flipped on
 * the way makes no mark of another call.
 */

/** Of an answer that nobody asked for: a client must never take it. */
export const POISON = 'poison-9f31';

/** Of an answer that was sent when a connection was opened: nobody can tell which call it is for. */
export const EARLY = 'early-7c20';

export interface Mark {
  readonly call: number;
  readonly attempt: number;
}

export const markOf = ({ call, attempt }: Mark): string =>
  `call-${call}-${attempt}-${checkOf(call, attempt)}`;

/** All marks in a text, without the damaged ones. */
export const marksIn = (text: string): Mark[] =>
  [...text.matchAll(/call-(-?\d+)-(\d+)-([0-9a-f]{6})/g)].flatMap(([, call, attempt, check]) => {
    const mark = { call: Number(call), attempt: Number(attempt) };
    return checkOf(mark.call, mark.attempt) === check ? [mark] : [];
  });

const checkOf = (call: number, attempt: number): string => {
  const mixed = Math.imul(call + 0x51ed27, 0x2c1b3c6d) ^ Math.imul(attempt + 7, 0x297a2d39);
  return ((mixed ^ (mixed >>> 15)) & 0xffffff).toString(16).padStart(6, '0');
};
