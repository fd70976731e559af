import type { Problem } from '../operation.js';
import { own, ownFields } from '../own.js';

/** What a body of Criteo says beside its data (docs/facts.md, "Error bodies"). */
export interface Reported {
  readonly problems: readonly Problem[];
  readonly warnings: readonly Problem[];
  readonly traceId: string | undefined;
}

/**
 * Reads an error body: `errors` of every generation, OAuth's error object (RFC 6749 section 5.2),
 * and the single objects of the legacy API.
 */
export const readProblems = (body: unknown): Pick<Reported, 'problems' | 'traceId'> => {
  const fields = isObject(body) ? body : {};
  const several = listed(own(fields, 'errors'));
  const isOAuth = text(own(fields, 'error')) !== undefined;
  const problems = several.length > 0 && !isOAuth ? several : [...single(fields), ...several];
  return { problems, traceId: traceOf(problems) };
};

/** Reads what a success body tells: of entities that failed, and of what is odd. */
export const readReported = (body: unknown): Reported => {
  const fields = isObject(body) ? body : {};
  const problems = listed(own(fields, 'errors'));
  const warnings = listed(own(fields, 'warnings'));
  return { problems, warnings, traceId: traceOf([...problems, ...warnings]) };
};

// More than any request has parts: each one is read and cleaned, which takes longer than parsing it.
const MOST_REPORTED = 100_000;
const MOST_SOURCES = 100;

const listed = (list: unknown): Problem[] =>
  Array.isArray(list) ? list.slice(0, MOST_REPORTED).filter(isObject).map(toProblem) : [];

/** The first that is told. */
export const traceOf = (problems: readonly Problem[]): string | undefined =>
  problems.map((problem) => ownFields(problem).traceId).find(Boolean);

type Fields = Readonly<Record<string, unknown>>;

const single = (fields: Fields): Problem[] => {
  const code = text(own(fields, 'error'));
  if (code !== undefined) {
    const [detail, uri] = ['error_description', 'error_uri'].map((name) => text(own(fields, name)));
    return [compact({ code, detail, uri })];
  }
  return ['code', 'message', 'traceId'].some((name) => Object.hasOwn(fields, name))
    ? [toProblem(fields)]
    : [];
};

const toProblem = (fields: Fields): Problem => {
  const textOf = (name: string): string | undefined => text(own(fields, name));
  return compact({
    code: textOf('code'),
    // One schema of the vendor writes the same word with an underscore.
    type: textOf('type')?.replace('access_control', 'access-control'),
    title: textOf('title'),
    detail: textOf('detail') ?? textOf('message'),
    instance: textOf('instance'),
    source: texts(own(fields, 'source')),
    traceId: textOf('traceId') ?? textOf('traceIdentifier'),
  });
};

// One schema of the vendor lets it be any object.
const texts = (value: unknown): Readonly<Record<string, string>> | undefined => {
  const all = isObject(value) ? Object.entries(value).slice(0, MOST_SOURCES) : [];
  const entries = all.filter(([, one]) => text(one));
  return entries.length === 0 ? undefined : Object.fromEntries(entries as [string, string][]);
};

const compact = (fields: { readonly [K in keyof Problem]: Problem[K] | undefined }): Problem =>
  Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined));

/** A text that says something. */
export const text = (value: unknown): string | undefined =>
  typeof value === 'string' && value !== '' ? value : undefined;

const isObject = (value: unknown): value is Fields => typeof value === 'object' && value !== null;
