/**
 * How an exchange failed: `connect`, no connection came about; `refused`, the other side is not to be trusted;
 * `network`, the connection broke; `timeout`, a limit was reached; `response` and `too-large`, an answer came
 * that cannot be read; `late`, it was not repeated because too much time had passed.
 */
export type FaultKind =
  | 'connect'
  | 'late'
  | 'network'
  | 'refused'
  | 'response'
  | 'timeout'
  | 'too-large';

interface FaultOptions {
  readonly code?: string | undefined;
  readonly limitMs?: number;
  readonly isUnsent?: boolean;
  readonly status?: number | undefined;
  readonly original?: string | undefined;
}

/** How an exchange ends badly inside the pipeline. It never leaves core: `ensureOk` makes an SdkError of it. */
export class TransportFault extends Error {
  readonly kind: FaultKind;
  readonly code: string | undefined;
  readonly limitMs: number;
  /** True if surely no byte of the request was handed over. */
  readonly isUnsent: boolean;
  /** Of an answer that had begun. */
  readonly status: number | undefined;
  /** Message of the error that it was read from; it may hold secrets. */
  readonly original: string | undefined;

  constructor(
    kind: FaultKind,
    message: string,
    { code, limitMs = 0, isUnsent, status, original }: FaultOptions = {},
  ) {
    super(message);
    this.kind = kind;
    this.code = code;
    this.limitMs = limitMs;
    this.isUnsent = isUnsent ?? (kind === 'connect' || kind === 'refused');
    this.status = status;
    this.original = original;
  }

  /** Reads any error of axios, of an adapter or of Node. What it is not sure of may have been sent. */
  static from(error: unknown): TransportFault {
    if (error instanceof TransportFault) return error;
    const code = codeOf(error);
    const original = error instanceof Error ? error.message : undefined;
    const of = (kind: FaultKind, words = describe(code)): TransportFault =>
      new TransportFault(kind, words, { code, original });
    if (isTooLarge(error)) return of('too-large', 'its answer is larger than the limit');
    if (code === undefined) return of('network');
    if (isFromConnecting(error)) return of('connect');
    if (UNTRUSTED.test(code)) return of('refused');
    return of(UNREADABLE.test(code) && !NETWORK.test(code) ? 'response' : 'network');
  }

  /** The same, of a request that may have left. */
  asSent(): TransportFault {
    return new TransportFault(this.kind, this.message, { ...this, isUnsent: false });
  }

  /** As a transport knows it that recorded how far the request came. */
  static at(wasSent: boolean, error: unknown, status?: number): TransportFault {
    const fault = TransportFault.from(error);
    const { code, limitMs, original } = fault;
    const more = { code, limitMs, original, status, isUnsent: !wasSent };
    return new TransportFault(kindAt(wasSent, fault), fault.message, more);
  }
}

/** Did no usable answer come? By its own field: another copy of core may have made it. */
export const isFault = (outcome: object): outcome is TransportFault =>
  Object.hasOwn(outcome, 'kind');

// What the code alone would mean, the moment may contradict.
const kindAt = (wasSent: boolean, { kind, code }: TransportFault): FaultKind => {
  if (wasSent) return kind === 'connect' || kind === 'refused' ? 'network' : kind;
  if (kind !== 'network' && kind !== 'response') return kind;
  return TLS.test(code ?? '') ? 'refused' : 'connect';
};

const TLS = /^ERR_SSL_/;

// axios calls a connection that closed in the middle of the body a bad response; what TLS finds there is no better.
const NETWORK = /^(?:ERR_BAD_RESPONSE|ERR_NETWORK|ERR_STREAM_PREMATURE_CLOSE|ERR_SSL_\w+)$/;
const UNREADABLE = /^(?:HPE_|Z_|ERR_)/;
// Node's names of what OpenSSL says of a certificate. It is looked at before a request is sent.
const UNTRUSTED =
  /^(?:CERT_|CRL_|DEPTH_|ERR_TLS_CERT|ERROR_IN_C|HOSTNAME_|INVALID_(?:CA|PURPOSE)$|PATH_LENGTH_|SELF_|UNABLE_)/;

// Nobody that Node knows has signed it.
const UNKNOWN_CA =
  /^(?:DEPTH_ZERO_SELF_SIGNED_CERT|SELF_SIGNED_CERT_IN_CHAIN|UNABLE_TO_(?:GET_ISSUER_CERT(?:_LOCALLY)?|VERIFY_LEAF_SIGNATURE))$/;

/** Is the certificate of an authority that this machine does not know? */
export const isOfUnknownAuthority = ({ code = '' }: TransportFault): boolean =>
  UNKNOWN_CA.test(code);

const WORDS = new Map([
  ['EAI_AGAIN', 'the host name could not be resolved'],
  ['ECONNREFUSED', 'the connection was refused'],
  ['ECONNRESET', 'the connection was reset'],
  ['EHOSTUNREACH', 'the host cannot be reached'],
  ['ENETUNREACH', 'the network cannot be reached'],
  ['ENOTFOUND', 'the host name does not exist'],
  ['ERR_CANCELED', 'it was cancelled by the axios instance'],
  ['HPE_HEADER_OVERFLOW', 'its headers are too large'],
]);

const describe = (code: string | undefined): string => {
  if (code === undefined) return 'the connection failed';
  const words = UNTRUSTED.test(code) ? 'its certificate is not trusted' : undefined;
  return `${WORDS.get(code) ?? words ?? (TLS.test(code) ? 'TLS failed' : 'the exchange failed')} (${code})`;
};

const codeOf = (error: unknown): string | undefined => {
  const code = member(error, 'code') ?? member(member(error, 'cause'), 'code');
  return typeof code === 'string' && /^[A-Z0-9_]{1,60}$/.test(code) ? code : undefined;
};

const member = (value: unknown, name: string): unknown =>
  typeof value === 'object' && value !== null ? Reflect.get(value, name) : undefined;

const isTooLarge = (error: unknown): boolean =>
  error instanceof Error && /^maxContentLength size of \d+ exceeded$/.test(error.message);

/** Is it an error of looking up a name or of connecting, all of it? Established connections have such codes, too. */
const isFromConnecting = (error: unknown): boolean => {
  const syscall = member(error, 'syscall');
  if (typeof syscall === 'string') return syscall === 'connect' || syscall === 'getaddrinfo';
  const inner: unknown[] =
    error instanceof AggregateError ? error.errors : [member(error, 'cause')].filter(Boolean);
  return inner.length > 0 && inner.every(isFromConnecting);
};

/** Could an error of a user's adapter be one of the network? Then it has a code, or is fetch's own. */
export const isNetworkError = (error: unknown): boolean =>
  codeOf(error) !== undefined ||
  (error instanceof TypeError && /fetch|network|load failed/i.test(error.message));

/** The first that `find` finds in an error, in what it was caused by and in what it gathers, in whatever shape. */
export const foundIn = <T>(
  error: unknown,
  find: (one: unknown) => T | undefined,
): T | undefined => {
  const seen = new Set<unknown>();
  const left = [error];
  for (const one of left) {
    if (seen.has(one) || seen.size > MOST_HELD) continue;
    seen.add(one);
    const found = find(one);
    if (found !== undefined) return found;
    left.push(...heldBy(one));
  }
  return undefined;
};

const MOST_HELD = 1_000;
/** Of errors: `cause`, those of an AggregateError, and both of a SuppressedError. */
const HOLDING = ['cause', 'errors', 'error', 'suppressed'];

const heldBy = (one: unknown): readonly unknown[] => {
  if (typeof one !== 'object' || one === null) return [];
  if (Array.isArray(one) || one instanceof Set) return [...one];
  if (one instanceof Map) return [...one.values()];
  const isPlain = !(one instanceof Error) && Object.getPrototypeOf(one) === Object.prototype;
  return isPlain ? Object.values(one) : HOLDING.map((name) => member(one, name));
};
