import { type Call, mostOf, RULES, type Rule } from './judge.ts';
import type { Record } from './lane.ts';

/** What became of the calls of a lane, in a line. */
export const summary = (
  { lane, client, crash, seconds }: Record,
  calls: readonly Call[],
): string => {
  const count = (isOne: (call: Call) => boolean): number => calls.filter(isOne).length;
  const outcome = (name: string): string => `${count(({ told }) => told.outcome === name)} ${name}`;
  const parts = [
    `${client.length} calls`,
    `${count(({ told }) => told.result === 'value')} succeeded`,
    outcome('answered'),
    `${outcome('unknown')} (${count(isUntraced)} without a trace)`,
    `${outcome('not-sent')} (${count(({ told, wasRefused }) => told.outcome === 'not-sent' && wasRefused)} while nobody listened)`,
    `${count(({ told }) => told.result === 'aborted')} aborted`,
    `${seconds.toFixed(0)} s`,
  ];
  return `${lane.name.padEnd(22)} ${parts.join(', ')}${crash === undefined ? '' : `  ${crash}`}`;
};

/** The server saw nothing of it: it may have gone down with its connection. */
const isUntraced = ({ told, heads }: Call): boolean =>
  told.outcome === 'unknown' && heads.length === 0;

export interface Verdict {
  readonly rule: Rule;
  readonly of: number;
  readonly broken: readonly Call[];
  readonly isKept: boolean;
}

export const verdictsOn = (calls: readonly Call[]): Verdict[] =>
  RULES.map((rule) => {
    const of = calls.filter(rule.isOf);
    const broken = of.filter(rule.breaks);
    return { rule, of: of.length, broken, isKept: broken.length <= mostOf(rule, of.length) };
  });

const MOST_STORIES = 4;

export const printed = ({ rule, of, broken, isKept }: Verdict): string => {
  const limit = rule.share === undefined ? '' : `, at most ${Math.floor(mostOf(rule, of))}`;
  const head = `${isKept ? 'passed' : 'FAILED'}  ${rule.what}: ${broken.length} of ${of}${limit}`;
  return [head, ...(isKept ? [] : broken.slice(0, MOST_STORIES).map(story))].join('\n');
};

/** All that is known of a call, in the order of time. */
const story = ({ lane, told, heads, done }: Call): string => {
  const since = (at: number | undefined): string =>
    at === undefined ? 'never' : `${at - told.startedAt} ms`;
  const { id, kind, result, name, message, outcome, retryable, attempts, endedAt } = told;
  const steps = [...heads, ...done]
    .toSorted((one, other) => one.at - other.at)
    .map(
      ({ type, arrival, fate, at }) => `    ${since(at)}: ${type} of arrival ${arrival} (${fate})`,
    );
  const end = { result, name, message, outcome, retryable, attempts };
  return [
    `  ${lane}: ${kind} ${id}, begun at ${new Date(told.startedAt).toISOString()}`,
    ...steps,
    `    ${since(endedAt)}: ${JSON.stringify(end)}`,
  ].join('\n');
};
