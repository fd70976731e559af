import { SDK_NAME } from './criteo/names.js';
import { runHook } from './hooks.js';
import type { Method } from './operation.js';

/** One HTTP exchange that ended, a token request's, too. It holds no headers, bodies or values of parameters. */
export interface AttemptEvent {
  readonly type: 'attempt';
  /** The client's product and API version, such as `retailmedia` and `2026-07`; `createTransport` has none. */
  readonly product?: string;
  readonly version?: string;
  readonly operation: string;
  readonly method: Method;
  /** The template, not the written path; for `client.request` the path as it was given. */
  readonly path: string;
  /** Counted from 1 over the whole call. */
  readonly attempt: number;
  readonly ms: number;
  readonly status?: number;
  /** What went wrong, if no answer came. */
  readonly fault?: string;
  /** The API's id of the exchange, where an error answer has one. */
  readonly traceId?: string;
}

/** Something odd that did not stop the work. */
export interface WarningEvent {
  readonly type: 'warning';
  readonly message: string;
}

/** A call waits in the queue for its rate limit. Its time limit stands still as long. */
export interface WaitingEvent {
  readonly type: 'waiting';
  readonly operation: string;
  readonly rateClass: string;
  /** How long it will wait at least, in milliseconds, as far as is known; 0 if it waits for the answer to another call. */
  readonly ms: number;
  /** Calls of the class that wait, this one among them. */
  readonly queued: number;
}

export type SdkEvent = AttemptEvent | WaitingEvent | WarningEvent;

export type Observe = (event: SdkEvent) => void;

/** Where messages go: `console`, pino, winston and the like fit. Its functions may be async; their failures are dropped. */
export interface Logger {
  debug(message: string): unknown;
  warn(message: string): unknown;
}

export type LogLevel = 'debug' | 'off' | 'warn';

export interface ObserveOptions {
  /** Called for each event; may be async. What it throws, or rejects with, is dropped. */
  readonly observe?: Observe | undefined;
  /** @default console, for warnings */
  readonly logger?: Logger | undefined;
  /** @default 'warn' */
  readonly logLevel?: LogLevel | undefined;
}

/** One function that serves the user's hook and the logger; it never throws. */
export const observer = (
  { observe, logger = console, logLevel = 'warn' }: ObserveOptions,
  client: Pick<AttemptEvent, 'product' | 'version'> = {},
): Observe => {
  const log = (event: SdkEvent): unknown => {
    if (event.type === 'warning' && logLevel !== 'off')
      return logger.warn(`${SDK_NAME}: ${event.message}`);
    if (event.type === 'attempt' && logLevel === 'debug')
      return logger.debug(`${SDK_NAME}: ${describe(event)}`);
    if (event.type === 'waiting' && logLevel === 'debug')
      return logger.debug(
        `${SDK_NAME}: ${event.operation} waits for the rate limit of ${event.rateClass}`,
      );
    return undefined;
  };
  return (raw) => {
    const event = raw.type === 'attempt' ? { ...raw, ...client } : raw;
    runHook(() => log(event));
    runHook(() => observe?.(event));
  };
};

const describe = ({ operation, method, path, attempt, ms, status, fault }: AttemptEvent): string =>
  `${operation} ${method} ${path} attempt ${attempt}: ${status ?? fault} in ${Math.round(ms)} ms`;
