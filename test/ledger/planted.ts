import type { Planted } from '../faults/planted.ts';

/** A fault in core, and the rule that a run with it must break. */
export interface LedgerFault extends Planted {
  readonly breaks: string;
  readonly lane: string;
  readonly writes: number;
}

export const PLANTED: readonly LedgerFault[] = [
  {
    id: '503-is-unprocessed',
    file: 'retry.ts',
    from: 'outcome.status === 429;',
    to: '[429, 503].includes(outcome.status);',
    breaks: 'plain writes processed twice',
    lane: 'storm',
    writes: 500,
  },
  {
    id: 'a-reset-is-unsent',
    file: 'fault.ts',
    from: 'isUnsent: !wasSent }',
    to: "isUnsent: !wasSent || code === 'ECONNRESET' }",
    breaks: 'plain writes processed twice',
    lane: 'storm-20',
    writes: 500,
  },
  {
    id: 'a-kept-connection-is-open',
    file: 'node/http-adapter.ts',
    from: '!connection.isKept || (this.#isSafe && connection.isInUse())',
    to: 'true',
    breaks: 'lost on connections that were closed while the client did not look',
    lane: 'frozen-proxy-20',
    writes: 120,
  },
  {
    id: 'writes-false-is-forgotten',
    file: 'retry.ts',
    from: '(writes && isSafeToRetry(operation))',
    to: 'isSafeToRetry(operation)',
    breaks: 'writes with `retry: { writes: false }` processed twice',
    lane: 'storm-proxy',
    writes: 700,
  },
  {
    id: 'safe-writes-are-repeated-for-a-minute',
    file: 'retry.ts',
    from: 'WRITES_REPEATED_MS = 10_000',
    to: 'WRITES_REPEATED_MS = 60_000',
    breaks: 'writes marked as safe repeated later than 10 s after their first sending',
    lane: 'storm',
    writes: 700,
  },
];
