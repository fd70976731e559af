import { ConfigError } from './errors.js';
import { type Grant, isUsersGrant } from './grants.js';
import type { RetryOptions } from './operation.js';
import { own, ownFields } from './own.js';
import type { Target } from './request.js';
import type { RetryPolicy } from './retry.js';
import type { Credentials } from './token-endpoint.js';
import type { TokenStore } from './token-store.js';

/** A client secret, or what is asked for it before each token request. */
export type Secret = string | (() => Promise<string> | string);

const LOOPBACK = new Set(['127.0.0.1', '[::1]', 'localhost']);

/**
 * Where requests may go. Bearer tokens travel over https only (RFC 6750 section 5.3).
 * @throws {ConfigError} for anything but an https origin, or a loopback one that is allowed by option
 */
export const targetOf = ({
  baseUrl,
  allowLoopbackHttp = false,
  prefix = '',
}: {
  readonly baseUrl?: string | undefined;
  readonly allowLoopbackHttp?: boolean | undefined;
  readonly prefix?: string;
}): Target => {
  const url = parseUrl(baseUrl);
  if (url.username !== '' || url.password !== '')
    throw invalidBaseUrl('it holds a user name or password');
  if (!/^https?:$/.test(url.protocol)) throw invalidBaseUrl('it does not begin with https://');
  const isLoopback = url.protocol === 'http:' && LOOPBACK.has(url.hostname);
  if (url.protocol !== 'https:' && !(isLoopback && allowLoopbackHttp)) {
    throw invalidBaseUrl(
      'tokens travel over https only',
      isLoopback ? 'For a sandbox on this machine pass allowLoopbackHttp: true.' : undefined,
    );
  }
  // With the product's path, as the vendor writes base URLs, it means the same.
  const isOrigin = url.pathname === '/' || (prefix !== '' && trimmed(url.pathname) === prefix);
  if (!isOrigin || url.search !== '' || url.hash !== '') {
    throw invalidBaseUrl(
      `it is more than an origin${prefix && ` and the product's path ${prefix}`}`,
      `Pass ${url.origin}; paths are added to it.`,
    );
  }
  if (!/^(?:\/[\w.-]+)*$/.test(prefix)) {
    throw new ConfigError("The option 'prefix' must be a path such as /v1, or empty.");
  }
  return { origin: url.origin, prefix };
};

/**
 * The grant to use, if the version has it.
 * @throws {ConfigError} for a grant that it has not, or one that lacks a field
 */
export const checkGrant = <G extends Grant>(
  grant: G | undefined,
  allowed: readonly G['type'][],
  version: string,
  hasStore = false,
): G => {
  if (grant !== undefined && (typeof grant !== 'object' || grant === null)) {
    throw new ConfigError(
      `The option 'grant' must be an object, such as { type: '${allowed[0]}' }.`,
    );
  }
  const { type, ...stated } = ownFields(grant ?? ({ type: 'client_credentials' } as G));
  if (!allowed.includes(type)) {
    throw new ConfigError(`${version} has no grant '${String(type)}'.`, {
      hint: `It has: ${allowed.join(', ')}.`,
    });
  }
  const { needed, optional } = own(GRANT_FIELDS, type) ?? NO_FIELDS;
  const known = [...needed, ...optional];
  // What is left out of a database, too, is null.
  const given = Object.entries(stated).filter(([, value]) => value !== undefined && value !== null);
  const unknown = given.find(([name]) => !known.includes(name));
  if (unknown !== undefined) {
    throw new ConfigError(`The grant '${type}' has no field '${unknown[0]}'.`, {
      hint: known.length === 0 ? 'It has none.' : `It has: ${known.join(', ')}.`,
    });
  }
  const fields = Object.fromEntries(given);
  const isResumed =
    type === 'refresh_token' && hasStore && (own(fields, 'refreshToken') ?? '') === '';
  if (isResumed) return ownFields({ type }) as G;
  const wrong = [...needed, ...Object.keys(fields)].find((name) => !isText(own(fields, name)));
  if (wrong === undefined) return ownFields({ type, ...fields }) as G;
  throw new ConfigError(`The grant '${type}' needs '${wrong}', a non-empty string.`);
};

/**
 * Who asks for tokens, as it is now each time.
 * @param isPublic may the secret be absent?
 * @throws {ConfigError} if the client id or its secret is missing
 */
export const credentialsOf = (
  { clientId, clientSecret, credentials }: CredentialOptions,
  isPublic: boolean,
): (() => Promise<Credentials>) => {
  if (credentials !== undefined) {
    if (typeof credentials === 'function' && clientSecret === undefined)
      return async () => checkPair(await credentials());
    throw new ConfigError(
      "createClient takes 'credentials' as a function, and no 'clientSecret' beside it.",
    );
  }
  // A module that makes a client can be loaded where the environment is empty: to call is the mistake.
  if (!isText(clientId)) return missing("'clientId', a non-empty string");
  if (isText(clientSecret)) return async () => ({ clientId, clientSecret });
  if (typeof clientSecret === 'function')
    return async () => checkPair({ clientId, clientSecret: await clientSecret() });
  if (clientSecret === undefined && isPublic) return async () => ({ clientId, clientSecret: '' });
  return missing("'clientSecret', a non-empty string or a function that returns one");
};

const missing = (what: string) => async (): Promise<never> => {
  throw new ConfigError(`The client was made without ${what}.`, CREDENTIALS);
};

/** Of a client, whichever way it names itself. */
export interface CredentialOptions {
  readonly clientId?: string;
  readonly clientSecret?: Secret | undefined;
  readonly credentials?: () => Credentials | Promise<Credentials>;
}

/**
 * The retry options of a call over those of its client; what is `undefined` does not count.
 * @throws {ConfigError} for one that is no number from 0 on, or not true or false
 */
export const retryPolicy = (
  operation: string,
  ...layers: readonly (RetryOptions | undefined)[]
): RetryPolicy => {
  const odd = layers.find((layer) => layer !== undefined && typeof layer !== 'object');
  if (odd !== undefined)
    throw new ConfigError(`${operation}: 'retry' must be an object, such as { limit: 0 }.`, {
      operation,
    });
  const stated = <K extends keyof RetryOptions>(name: K): RetryOptions[K] =>
    layers
      .flatMap((layer) => (layer ? [own(layer, name) as RetryOptions[K]] : []))
      .findLast((value) => value !== undefined);
  const number = (name: 'baseMs' | 'limit' | 'maxMs', fallback: number): number => {
    const value = stated(name) ?? fallback;
    if (value >= 0) return value;
    throw new ConfigError(`${operation}: 'retry.${name}' must be a number from 0 on.`, {
      operation,
    });
  };
  const flag = (name: 'unsafe' | 'writes', fallback: boolean): boolean => {
    const value: unknown = stated(name) ?? fallback;
    if (typeof value === 'boolean') return value;
    throw new ConfigError(`${operation}: 'retry.${name}' must be true or false.`, { operation });
  };
  const writes = flag('writes', true);
  return {
    limit: number('limit', 3),
    baseMs: number('baseMs', 500),
    maxMs: number('maxMs', 8_000),
    writes,
    // Who forbids to repeat writes that are safe does not want the others repeated.
    unsafe: writes && flag('unsafe', false),
  };
};

const ATTEMPT_MS = 60_000;
const LEAST_ATTEMPT_MS = 5_000;
const ATTEMPTS_IN_TIME = 3;

/** What decides how long one attempt may take. */
export interface AttemptTerms {
  /** As the call or its client says, in this order of rank. */
  readonly statedMs: number | undefined;
  /** Limit of the whole call, if the call or its client says one. */
  readonly wholeMs: number | undefined;
  /** The operation's own limit. */
  readonly ownMs: number | undefined;
  /** May the call be repeated when nobody knows what became of it? */
  readonly isRepeated: boolean;
}

/** Limit of one attempt, in milliseconds: a call that may be repeated must have the time for it. */
export const attemptLimit = ({ statedMs, wholeMs, ownMs, isRepeated }: AttemptTerms): number => {
  if (statedMs !== undefined) return statedMs;
  if (wholeMs === undefined) return ownMs ?? ATTEMPT_MS;
  if (ownMs !== undefined || !isRepeated) return wholeMs;
  return Math.max(LEAST_ATTEMPT_MS, wholeMs / ATTEMPTS_IN_TIME);
};

/** @throws {ConfigError} for what is no signal, such as its controller */
export const checkSignal = (operation: string, signal: AbortSignal | undefined): void => {
  if (signal === undefined || typeof signal?.addEventListener === 'function') return;
  throw new ConfigError(`${operation}: 'signal' must be an AbortSignal.`, {
    operation,
    hint: 'Of an AbortController pass its `signal`.',
  });
};

/** @throws {ConfigError} for a time limit that is no positive number of milliseconds */
export const checkTimeout = (
  operation: string,
  timeoutMs: number,
  option = 'timeoutMs',
): number => {
  if (timeoutMs > 0) return timeoutMs;
  throw new ConfigError(`${operation}: '${option}' must be a positive number of milliseconds.`, {
    operation,
  });
};

/**
 * Under which name a store keeps a client's token. The parts are public; a refresh token, which
 * rotates, is none of them.
 * @throws {ConfigError} if consents of several users would share one name
 */
export const storeKey = (
  { origin, prefix }: Target,
  grant: Grant,
  { clientId, credentials, store, subject }: StoreOptions,
): string => {
  if (store !== undefined && credentials !== undefined && !isText(clientId)) {
    throw new ConfigError("createClient needs 'clientId' beside 'store' and 'credentials'.", {
      hint: 'It names the app in the store; keep it when the pair changes.',
    });
  }
  const isUsers = isUsersGrant(grant);
  if (isUsers && store !== undefined && !isText(subject)) {
    throw new ConfigError(
      `createClient needs 'subject' beside 'store' for the grant '${grant.type}'.`,
      {
        hint: 'Pass your own id of the user who consented, so that users do not get the tokens of others.',
      },
    );
  }
  if (!isUsers && subject !== undefined) {
    throw new ConfigError(
      "The option 'subject' goes with a user's grant, and this is the app's own.",
      {
        hint: "To go on with a user's stored tokens pass grant: { type: 'refresh_token' } beside store and subject.",
      },
    );
  }
  for (const [name, value] of Object.entries({ clientId, subject })) {
    if (typeof (value ?? '') !== 'string' || /\p{Cs}/u.test(value ?? ''))
      throw new ConfigError(
        `createClient: '${name}' must be a string without half surrogate pairs.`,
      );
  }
  const kind = isUsers ? 'user' : 'client';
  return [origin + prefix, clientId ?? '', kind, subject ?? ''].map(encodeURIComponent).join(' ');
};

interface StoreOptions {
  readonly clientId?: string;
  readonly credentials?: unknown;
  readonly store?: TokenStore | undefined;
  readonly subject?: string | undefined;
}

const checkPair = (pair: Credentials | undefined): Credentials => {
  const { clientId, clientSecret } = ownFields(pair ?? ({} as Partial<Credentials>));
  if (isText(clientId) && isText(clientSecret)) return { clientId, clientSecret };
  throw new ConfigError(
    "The function 'credentials' or 'clientSecret' returned no pair, or no secret.",
    CREDENTIALS,
  );
};

const CREDENTIALS = {
  hint: "Both come with the app in the API's developer portal; keep the secret in the environment.",
};

interface GrantNames {
  readonly needed: readonly string[];
  readonly optional: readonly string[];
}

const NO_FIELDS: GrantNames = { needed: [], optional: [] };

const GRANT_FIELDS: Readonly<Record<Grant['type'], GrantNames>> = {
  authorization_code: { needed: ['code', 'redirectUri'], optional: ['codeVerifier'] },
  client_credentials: NO_FIELDS,
  refresh_token: { needed: ['refreshToken'], optional: [] },
};

export const isText = (value: unknown): value is string =>
  typeof value === 'string' && value.trim() !== '';

const trimmed = (path: string): string => path.replace(/\/$/, '');

const parseUrl = (baseUrl: string | undefined): URL => {
  try {
    return new URL(baseUrl ?? '');
  } catch {
    throw invalidBaseUrl('it is no URL');
  }
};

const invalidBaseUrl = (
  why: string,
  hint = 'Pass an origin such as https://api.example.com.',
): ConfigError => new ConfigError(`The option 'baseUrl' cannot be used: ${why}.`, { hint });
