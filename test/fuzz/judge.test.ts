import { describe, expect, it } from 'vitest';
import { cleanAnswer } from './answer.ts';
import type { BodyKind } from './bodies.ts';
import { entryOf, newJournal } from './journal.ts';
import { faultsOf } from './judge.ts';
import type { KindName } from './kinds.ts';
import type { Result } from './messages.ts';
import { type Exchange, type Series, seriesOf } from './plan.ts';

const number = 5;

/** What is told of one call that nothing disturbs. */
const faultsWith = (kind: KindName, body: BodyKind, result: Result): string[] => {
  const answer = { ...cleanAnswer(body), status: body === 'empty' ? 204 : 203 };
  const exchange: Exchange = {
    number,
    kind,
    client: 0,
    retries: 0,
    abortAfterMs: undefined,
    answers: [answer],
    isSoonOver: false,
  };
  const series: Series = {
    ...seriesOf(1, 0),
    pace: 'settled',
    hasLimiter: false,
    tokenAnswers: [],
    isListening: true,
    exchanges: [exchange],
  };
  const journal = newJournal();
  Object.assign(entryOf(journal, number), { attempts: 1, whole: 1 });
  const found = { marks: [], isPoisoned: false, isEarly: false, hasSecret: false };
  const reports = [{ number, isRead: true, result, found }];
  return faultsOf(exchange, { series, reports, journal, moments: [] });
};

const value: Result = { type: 'value', digest: 'any' };
const refused = (why: string, outcome = 'answered'): Result => ({
  type: 'error',
  name: 'ResponseError',
  message: `an-operation failed: the answer cannot be read: ${why}.`,
  outcome,
  attempts: 1,
  status: undefined,
  detail: '',
});
const PAGE = "its content type is 'text/html'";
const NO_JSON = 'it is not complete JSON';

describe('a good answer with nothing for its call', () => {
  it.each<[KindName, BodyKind, string]>([
    ['read', 'html', PAGE],
    ['stream', 'html', PAGE],
    ['fileJson', 'html', PAGE],
    ['fileJson', 'empty', NO_JSON],
    ['lineRows', 'problem', 'it is one JSON object: and no rows'],
  ])('is refused by name: %s, %s', (kind, body, why) => {
    expect(faultsWith(kind, body, refused(why))).toEqual([]);
    for (const other of [value, refused('a reason'), refused(why, 'unknown')])
      expect(faultsWith(kind, body, other)).not.toEqual([]);
  });

  it.each<[KindName, BodyKind]>([
    ['remove', 'html'],
    ['read', 'empty'],
    ['text', 'empty'],
  ])('is a value of %s, %s', (kind, body) => {
    expect(faultsWith(kind, body, value)).toEqual([]);
    expect(faultsWith(kind, body, refused('a reason'))).not.toEqual([]);
  });
});
