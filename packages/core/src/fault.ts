/**
 * Why no answer came: `connect` when surely nothing was processed, `network` and `timeout` when
 * something may have been, `response` when an answer came that cannot be read.
 */
export type FaultKind = 'connect' | 'network' | 'response' | 'timeout' | 'too-large';

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

  /** Reads any error of axios, of an adapter or of Node, and keeps its code only: the rest may hold secrets. */
  static from(error: unknown): TransportFault {
    if (error instanceof TransportFault) return error;
    const code = codeOf(error);
    if (code !== undefined && NOT_SENT.has(code))
      return new TransportFault('connect', describe(code), { code });
    if (isTooLarge(error))
      return new TransportFault('too-large', 'its answer is larger than the limit', { code });
    if (
      code !== undefined &&
      /^(HPE_|Z_|ERR_|CERT_|DEPTH_|SELF_|UNABLE_)/.test(code) &&
      !NETWORK.has(code)
    ) {
      return new TransportFault('response', describe(code), { code });
    }
    return new TransportFault('network', describe(code), { code });
  }
}

const NOT_SENT = new Set(['EAI_AGAIN', 'ECONNREFUSED', 'EHOSTUNREACH', 'ENETUNREACH', 'ENOTFOUND']);
// axios calls a connection that closed in the middle of the body a bad response.
const NETWORK = new Set([
  'ERR_BAD_RESPONSE',
  'ERR_CANCELED',
  'ERR_NETWORK',
  'ERR_STREAM_PREMATURE_CLOSE',
]);

const WORDS: Readonly<Record<string, string>> = {
  EAI_AGAIN: 'the host name could not be resolved',
  ECONNREFUSED: 'the connection was refused',
  ECONNRESET: 'the connection was reset',
  ENOTFOUND: 'the host name does not exist',
  HPE_HEADER_OVERFLOW: 'its headers are too large',
};

const describe = (code: string | undefined): string =>
  code === undefined
    ? 'the connection failed'
    : `${WORDS[code] ?? 'the exchange failed'} (${code})`;

const codeOf = (error: unknown): string | undefined => {
  const code =
    typeof error === 'object' && error !== null && 'code' in error ? error.code : undefined;
  return typeof code === 'string' && /^[A-Z0-9_]{1,40}$/.test(code) ? code : undefined;
};

const isTooLarge = (error: unknown): boolean =>
  error instanceof Error && /^maxContentLength size of \d+ exceeded$/.test(error.message);
