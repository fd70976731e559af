import { expectedDigest, expectedRefusal } from './expected.ts';
import { entryOf, type Journal } from './journal.ts';
import { KINDS } from './kinds.ts';
import type { Report, Result } from './messages.ts';
import type { Exchange, Series } from './plan.ts';

/** How far a journal had come when one call of a series had ended, and the next had not begun. */
export interface Moment {
  readonly call: number;
  readonly connections: number;
  /** Connections that were open. */
  readonly open: number;
}

/** All that is known of one series. */
export interface Played {
  readonly series: Series;
  readonly reports: readonly Report[];
  readonly journal: Journal;
  /** Only of a series whose calls wait for each other. */
  readonly moments: readonly Moment[];
}

interface Case {
  readonly exchange: Exchange;
  readonly report: Report;
  readonly played: Played;
}

type Failed = Extract<Result, { type: 'error' }>;

/** What is wrong with one call, in words; empty if nothing is. */
export const faultsOf = (exchange: Exchange, played: Played): string[] => {
  const report = played.reports.find(({ number }) => number === exchange.number);
  if (report === undefined) return ['nothing came of it'];
  const one: Case = { exchange, report, played };
  const { result } = report;
  return [
    ...(result.type === 'foreign' ? [`it threw what is no SdkError: ${result.text}`] : []),
    ...(result.type === 'error' ? faultsOfError(result, one) : []),
    ...(result.type === 'value' ? faultsOfValue(one) : []),
    ...faultsOfMarks(one),
    ...faultsOfWrite(one),
    ...faultsOfExpected(one),
  ];
};

const faultsOfError = (
  { outcome, attempts, message }: Failed,
  { exchange, report, played }: Case,
): string[] => {
  const { journal } = played;
  const seen = entryOf(journal, exchange.number).attempts;
  const isTold = /may have been processed/i.test(message);
  const isDue = outcome === 'unknown' && !report.isRead;
  return [
    ...(outcome === 'not-sent' && seen > 0
      ? ['it is told as not sent, and the server has it']
      : []),
    ...(outcome === 'answered' && seen === 0
      ? ['it is told as answered, and no server has it']
      : []),
    ...(['answered', 'not-sent', 'unknown'].includes(outcome) ? [] : [`its outcome is ${outcome}`]),
    ...(isTold === isDue
      ? []
      : [`its message ${isTold ? 'says' : 'does not say'} that it may have been processed`]),
    // A file that is saved begins anew with a call of its own.
    ...(attempts < seen && exchange.kind !== 'save'
      ? [`it tells of ${attempts} attempts, and the server has ${seen}`]
      : []),
    ...(report.found.hasSecret ? ['a secret stands in it'] : []),
    ...(mustBeUnsent(exchange, played) && outcome !== 'not-sent'
      ? [`no connection was open, and it is told as ${outcome}`]
      : []),
  ];
};

/** Did no connection reach the API while the call was under way, and was none there before? */
const mustBeUnsent = ({ number }: Exchange, { series, moments, journal }: Played): boolean => {
  if (!series.isListening) return true;
  const at = moments.findIndex(({ call }) => call === number);
  const now = moments[at];
  if (now === undefined) return false;
  const before = moments[at - 1] ?? { connections: 0, open: 0 };
  return now.connections === before.connections && before.open === 0 && journal.strayBytes === 0;
};

/** An answer that was cut, or compressed only in part, is no value. */
const faultsOfValue = ({ exchange, played }: Case): string[] => {
  const { attempts } = entryOf(played.journal, exchange.number);
  const answer = exchange.answers[attempts - 1];
  const isFine = played.journal.connections.every((plan) => plan === 'fine');
  if (answer?.verdict !== 'incomplete' || exchange.kind === 'leave' || !isFine) return [];
  return ['a part of an answer was taken for the whole'];
};

/** What came is of an answer to this very call. */
const faultsOfMarks = ({ exchange, report, played }: Case): string[] => {
  const { marks, isPoisoned, isEarly } = report.found;
  const last = entryOf(played.journal, exchange.number).attempts - 1;
  const others = marks.filter(({ call }) => call !== exchange.number && call !== -1);
  const earlier = marks.filter(({ call, attempt }) => call === exchange.number && attempt !== last);
  const mayBeEarly = played.journal.connections.some((plan) => plan.startsWith('early'));
  return [
    ...(isPoisoned ? ['it took an answer that nobody asked for'] : []),
    ...(isEarly && !mayBeEarly ? ['it took an answer that no connection gave'] : []),
    ...(others.length > 0 ? [`it took the answer to call ${others[0]?.call}`] : []),
    ...(earlier.length > 0 ? ['it took the answer to an attempt before its last'] : []),
  ];
};

const UNPROCESSED = new Set([401, 429]);

/** A write that is not marked as safe is sent again only if it was surely not processed. */
const faultsOfWrite = ({ exchange, played }: Case): string[] => {
  if (KINDS[exchange.kind].isRepeated) return [];
  const before = entryOf(played.journal, exchange.number).statuses.slice(0, -1);
  const isEarly = played.journal.connections.some((plan) => plan.startsWith('early'));
  const doubtful = before.filter((status) => status !== undefined && !UNPROCESSED.has(status));
  return doubtful.length === 0 || isEarly
    ? []
    : [`a write was sent again after it was answered with ${doubtful[0]}`];
};

/** Where nothing disturbs the call, what comes of a good answer is known exactly. */
const faultsOfExpected = ({ exchange, report, played }: Case): string[] => {
  const [answer] = exchange.answers;
  if (answer?.verdict !== 'clean' || answer.when !== 'whole' || !isUndisturbed(exchange, played))
    return [];
  const { result } = report;
  const told = result.type === 'error' ? `${result.name}: ${result.message}` : result.type;
  // Where another answer keeps a call waiting its limits are short, and a busy machine may reach them.
  const isRepeated = entryOf(played.journal, exchange.number).attempts > 1;
  if (exchange.isSoonOver && (isRepeated || told.startsWith('TimeoutError'))) return [];
  if (/^TokenError: .* within \d+ ms/.test(told)) return [];
  const { status } = answer;
  if (status < 300) {
    const refusal = expectedRefusal(exchange, answer);
    if (refusal !== undefined) {
      const outcome = report.isRead ? 'answered' : 'unknown';
      const isDue = result.type === 'error' && refusal.test(told) && result.outcome === outcome;
      return isDue ? [] : [`an answer with nothing for this call became ${told}`];
    }
    if (result.type !== 'value') return [`a good answer became ${told}`];
    const digest = expectedDigest(exchange, answer);
    return digest === undefined || digest === result.digest ? [] : ['the value is not the answer'];
  }
  if (REPEATED.has(status)) return [];
  if (result.type !== 'error') return [`an answer of ${status} became a ${told}`];
  const isUncertain = status >= 500 || status === 302 || status === 303;
  const outcome = isUncertain && !report.isRead ? 'unknown' : 'answered';
  return [
    ...(result.status === status ? [] : [`an answer of ${status} became ${told}`]),
    ...(result.outcome === outcome ? [] : [`an answer of ${status} is told as ${result.outcome}`]),
  ];
};

const REPEATED = new Set([401, 408, 429, 500, 502, 503, 504]);

const isUndisturbed = ({ abortAfterMs }: Exchange, { series, journal }: Played): boolean =>
  series.pace === 'settled' &&
  abortAfterMs === undefined &&
  !series.hasLimiter &&
  series.isListening &&
  series.tokenAnswers.length === 0 &&
  journal.connections.every((plan) => plan === 'fine') &&
  journal.tunnels.every((tunnel) => tunnel === 'open');
