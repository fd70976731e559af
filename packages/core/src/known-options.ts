import { ConfigError } from './errors.js';
import type { CallOptions } from './operation.js';
import { own, ownFields } from './own.js';

/** What may stand behind the name of an option. Undefined always may: it counts as left out. */
interface Kind {
  readonly words: string;
  readonly is: (value: unknown) => boolean;
}

const isObject = (value: unknown): boolean =>
  (typeof value === 'object' && value !== null) || typeof value === 'function';

const OBJECT: Kind = { words: 'an object', is: isObject };
const FUNCTION: Kind = { words: 'a function', is: (value) => typeof value === 'function' };
const FLAG: Kind = { words: 'true or false', is: (value) => typeof value === 'boolean' };
const TEXT: Kind = { words: 'a string', is: (value) => typeof value === 'string' };
const ANY: Kind = { words: 'anything', is: () => true };
const LIMIT: Kind = {
  words: 'a positive number of milliseconds',
  is: (value) => typeof value === 'number' && value > 0,
};
const AMOUNT: Kind = {
  words: 'a number from 0 on',
  is: (value) => typeof value === 'number' && value >= 0,
};
const SIGNAL: Kind = {
  words: 'an AbortSignal',
  // One of another realm, or of a library, is of another class.
  is: (value) => typeof (value as Partial<AbortSignal> | null)?.addEventListener === 'function',
};
const LEVEL: Kind = {
  words: "'debug', 'warn' or 'off'",
  is: (value) => value === 'debug' || value === 'warn' || value === 'off',
};

type Kinds = Readonly<Record<string, Kind>>;

const OBSERVE: Kinds = { observe: FUNCTION, logger: OBJECT, logLevel: LEVEL };

const TRANSPORT_OPTIONS: Kinds = {
  ...OBSERVE,
  baseUrl: TEXT,
  allowLoopbackHttp: FLAG,
  axios: OBJECT,
  userAgent: ANY,
  timeoutMs: LIMIT,
  attemptTimeoutMs: LIMIT,
  connectTimeoutMs: LIMIT,
  retry: OBJECT,
  throwOnPartialFailure: FLAG,
  clock: OBJECT,
  random: FUNCTION,
};

/** Some are looked at where they are used: there an error can say more. */
export const CLIENT_OPTIONS: Kinds = {
  ...TRANSPORT_OPTIONS,
  clientId: TEXT,
  clientSecret: {
    words: 'a string, or a function that returns one',
    is: (value) => TEXT.is(value) || FUNCTION.is(value),
  },
  credentials: ANY,
  tokens: ANY,
  grant: ANY,
  rateLimit: ANY,
  store: OBJECT,
  subject: ANY,
};

const CALL_OPTIONS: Kinds = {
  signal: SIGNAL,
  timeoutMs: LIMIT,
  attemptTimeoutMs: LIMIT,
  headers: OBJECT,
  retry: OBJECT,
  throwOnPartialFailure: FLAG,
};

const RETRY_OPTIONS: Kinds = {
  limit: AMOUNT,
  baseMs: AMOUNT,
  maxMs: AMOUNT,
  writes: FLAG,
  unsafe: FLAG,
};

/**
 * @param owner who takes the options, such as `createClient` or an operation
 * @throws {ConfigError} for a name that it does not know, and for a value of another kind
 */
export const checkOptions = (
  owner: string,
  options: object,
  kinds: Kinds,
  {
    group = '',
    operation,
  }: { readonly group?: string; readonly operation?: string | undefined } = {},
): void => {
  const retry = group === '' ? own(options, 'retry') : undefined;
  if (typeof retry === 'object' && retry !== null)
    checkOptions(owner, retry, RETRY_OPTIONS, { group: 'retry.', operation });
  for (const [name, value] of Object.entries(options)) {
    const kind = own(kinds, name);
    if (kind === undefined) {
      const near = nearest(name, Object.keys(kinds));
      const hint = near ? `Did you mean '${near}'?` : `It has: ${Object.keys(kinds).join(', ')}.`;
      throw new ConfigError(`${owner} has no option '${group}${name}'.`, { operation, hint });
    }
    if (value === undefined || kind.is(value)) continue;
    throw new ConfigError(`${owner}: '${group}${name}' must be ${kind.words}.`, { operation });
  }
};

const NO_OPTIONS: CallOptions = ownFields({});

/**
 * The options of a call, the last argument.
 * @throws {ConfigError} for what are none
 */
export const callOptionsOf = (
  operation: string,
  given: CallOptions | null | undefined,
): CallOptions => {
  if (given === undefined || given === null) return NO_OPTIONS;
  if (typeof given !== 'object' || given instanceof AbortSignal) {
    const hint = 'A signal goes into an object: { signal }.';
    throw new ConfigError(`${operation}: its options must be an object.`, { operation, hint });
  }
  const options = ownFields(given);
  checkOptions(operation, options, CALL_OPTIONS, { operation });
  return options;
};

/** @throws {ConfigError} for parameters that are no object of them */
export const checkParams = (operation: string, params: unknown): void => {
  if (typeof params === 'object' && params !== null && !Array.isArray(params)) return;
  throw new ConfigError(`${operation} takes its parameters as an object.`, { operation });
};

/** The known name that differs by a slip: by case, or by at most a third of its letters. */
export const nearest = (name: string, known: readonly string[]): string | undefined => {
  const ranked = known
    .map((one) => ({ one, far: distance(name.toLowerCase(), one.toLowerCase()) }))
    .sort((a, b) => a.far - b.far);
  const [first] = ranked;
  return first && first.far <= Math.max(1, first.one.length / 3) ? first.one : undefined;
};

/** How many letters must be put in, left out or changed (Levenshtein). */
const distance = (one: string, other: string): number => {
  let row = Array.from({ length: other.length + 1 }, (_, index) => index);
  for (const [at, letter] of Array.from(one.slice(0, 60)).entries()) {
    const next = [at + 1];
    for (let index = 1; index <= other.length; index += 1) {
      const [above = 0, before = 0] = [row[index], row[index - 1]];
      const changed = before + Number(other[index - 1] !== letter);
      next.push(Math.min(changed, above + 1, (next[index - 1] ?? 0) + 1));
    }
    row = next;
  }
  return row.at(-1) ?? 0;
};
