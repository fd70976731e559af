import type { Kind } from './jobs.ts';

/**
 * What the server saw of a request, and did: `head`, its first line and headers arrived; `whole`, its body,
 * too; `done`, it was processed.
 */
export interface Seen {
  readonly type: 'done' | 'head' | 'whole';
  readonly id: string;
  /** Which arrival of this id it is, from 0. */
  readonly arrival: number;
  readonly fate: string;
  /** Did the fate say that surely nothing was done? */
  readonly isRefused: boolean;
  readonly at: number;
}

/** The server, or the proxy, took no connections. */
export interface Outage {
  readonly type: 'outage';
  readonly from: number;
  readonly to: number;
}

export type ServerEntry = Outage | Seen;

/** What the client was told of one call. */
export interface Told {
  readonly id: string;
  readonly kind: Kind;
  readonly startedAt: number;
  /** Absent of one that never ended. */
  readonly endedAt?: number;
  readonly result?: 'aborted' | 'foreign' | 'sdk-error' | 'value';
  /** Of the answer: the id that it is about. */
  readonly about?: unknown;
  readonly name?: string;
  readonly message?: string;
  readonly hint?: string | undefined;
  readonly outcome?: string;
  readonly retryable?: boolean;
  readonly attempts?: number;
  readonly code?: string | undefined;
  readonly status?: number | undefined;
}
