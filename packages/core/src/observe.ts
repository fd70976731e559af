import { SDK_NAME } from './criteo/names.js';
import type { Method } from './operation.js';

/** One HTTP exchange that ended. It holds no headers, bodies or values of parameters. */
export interface AttemptEvent {
  readonly type: 'attempt';
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
}

/** Something odd that did not stop the work. */
export interface WarningEvent {
  readonly type: 'warning';
  readonly message: string;
}

export type SdkEvent = AttemptEvent | WarningEvent;

export type Observe = (event: SdkEvent) => void;

/** Where messages go: `console`, pino, winston and the like fit. */
export interface Logger {
  debug(message: string): void;
  warn(message: string): void;
}

export type LogLevel = 'debug' | 'off' | 'warn';

export interface ObserveOptions {
  /** Called for each event. What it throws is dropped. */
  readonly observe?: Observe | undefined;
  /** @default console, for warnings */
  readonly logger?: Logger | undefined;
  /** @default 'warn' */
  readonly logLevel?: LogLevel | undefined;
}

/** One function that serves the user's hook and the logger; it never throws. */
export const observer = ({
  observe,
  logger = console,
  logLevel = 'warn',
}: ObserveOptions): Observe => {
  const log = (event: SdkEvent): void => {
    if (event.type === 'warning' && logLevel !== 'off')
      logger.warn(`${SDK_NAME}: ${event.message}`);
    if (event.type === 'attempt' && logLevel === 'debug')
      logger.debug(`${SDK_NAME}: ${describe(event)}`);
  };
  return (event) => {
    for (const tell of [log, observe]) {
      try {
        const told: unknown = tell?.(event);
        if (told instanceof Promise) told.catch(() => {});
      } catch {
        // A hook that fails must not fail the call.
      }
    }
  };
};

const describe = ({ operation, method, path, attempt, ms, status, fault }: AttemptEvent): string =>
  `${operation} ${method} ${path} attempt ${attempt}: ${status ?? fault} in ${Math.round(ms)} ms`;
