/**
 * Why no answer came: `connect` when surely nothing was processed, `refused` when the other side is
 * not to be trusted, `network` and `timeout` when something may have been processed, `response` and
 * `too-large` when an answer came that cannot be read.
 */
export type FaultKind = 'connect' | 'network' | 'refused' | 'response' | 'timeout' | 'too-large';

/** How an exchange ends badly inside the pipeline. It never leaves core: `ensureOk` makes an SdkError of it. */
export class TransportFault extends Error {
  readonly kind: FaultKind;
  readonly code: string | undefined;
  readonly limitMs: number;

  constructor(
    kind: FaultKind,
    message: string,
    { code, limitMs = 0 }: { code?: string | undefined; limitMs?: number } = {},
  ) {
    super(message);
    this.kind = kind;
    this.code = code;
    this.limitMs = limitMs;
  }

  /**
   * Reads any error of axios, of an adapter or of Node, and keeps its code only: the rest may hold
   * secrets. `url` is the request's: an interceptor may fail for a request of its own.
   */
  static from(error: unknown, url: string): TransportFault {
    if (error instanceof TransportFault) return error;
    const code = codeOf(error);
    const of = (kind: FaultKind): TransportFault =>
      new TransportFault(kind, describe(code), { code });
    if (isTooLarge(error))
      return new TransportFault('too-large', 'its answer is larger than the limit', { code });
    if (code === undefined) return of('network');
    if (NOT_SENT.has(code))
      return of(isFromConnecting(error) && isOwn(error, url) ? 'connect' : 'network');
    if (UNTRUSTED.test(code)) return of('refused');
    return of(UNREADABLE.test(code) && !NETWORK.has(code) ? 'response' : 'network');
  }
}

const NOT_SENT = new Set(['EAI_AGAIN', 'ECONNREFUSED', 'EHOSTUNREACH', 'ENETUNREACH', 'ENOTFOUND']);
// axios calls a connection that closed in the middle of the body a bad response.
const NETWORK = new Set(['ERR_BAD_RESPONSE', 'ERR_NETWORK', 'ERR_STREAM_PREMATURE_CLOSE']);

const UNREADABLE = /^(?:HPE_|Z_|ERR_)/;
/** Is this the code of a certificate that was refused? Then nothing was sent. */
export const isUntrustedCode = (code: string | undefined): boolean => UNTRUSTED.test(code ?? '');

// Node's names of what OpenSSL says of a certificate, and those of TLS itself.
const UNTRUSTED =
  /^(?:CERT_|CRL_|DEPTH_|ERR_SSL|ERR_TLS|ERROR_IN_C|HOSTNAME_|INVALID_(?:CA|PURPOSE)$|PATH_LENGTH_|SELF_|UNABLE_)/;

const WORDS: Readonly<Record<string, string>> = {
  EAI_AGAIN: 'the host name could not be resolved',
  ECONNREFUSED: 'the connection was refused',
  ECONNRESET: 'the connection was reset',
  EHOSTUNREACH: 'the host cannot be reached',
  ENETUNREACH: 'the network cannot be reached',
  ENOTFOUND: 'the host name does not exist',
  ERR_CANCELED: 'it was cancelled by the axios instance',
  HPE_HEADER_OVERFLOW: 'its headers are too large',
};

const describe = (code: string | undefined): string =>
  code === undefined
    ? 'the connection failed'
    : `${WORDS[code] ?? (isUntrustedCode(code) ? 'its certificate is not trusted' : 'the exchange failed')} (${code})`;

const codeOf = (error: unknown): string | undefined => {
  const code =
    typeof error === 'object' && error !== null && 'code' in error ? error.code : undefined;
  return typeof code === 'string' && /^[A-Z0-9_]{1,40}$/.test(code) ? code : undefined;
};

const isTooLarge = (error: unknown): boolean =>
  error instanceof Error && /^maxContentLength size of \d+ exceeded$/.test(error.message);

// Linux reports such codes for established connections, too; then something may have been processed.
const isFromConnecting = (error: unknown): error is object => {
  if (typeof error !== 'object' || error === null) return false;
  const syscall: unknown = Reflect.get(error, 'syscall');
  if (typeof syscall === 'string') return syscall === 'connect' || syscall === 'getaddrinfo';
  const inner: unknown[] =
    error instanceof AggregateError ? error.errors : [Reflect.get(error, 'cause')];
  return inner.length > 0 && inner.every(isFromConnecting);
};

const isOwn = (error: object, url: string): boolean => {
  const config: unknown = Reflect.get(error, 'config');
  return typeof config !== 'object' || config === null || Reflect.get(config, 'url') === url;
};
