/* What the program that calls and the one that answers tell each other. */

export type ToChild =
  | {
      readonly type: 'series';
      readonly seed: number;
      readonly number: number;
      readonly port: number;
      readonly proxyPort: number | undefined;
    }
  | { readonly type: 'settled'; readonly series: number };

export type FromChild =
  /** This call of a series has ended; may the next begin? */
  | { readonly type: 'settle'; readonly series: number; readonly call: number }
  | { readonly type: 'done'; readonly series: number; readonly reports: readonly Report[] }
  /** Something that concerns the whole process. */
  | { readonly type: 'fault'; readonly what: string; readonly series: readonly number[] };

/** What came of one call. */
export interface Report {
  readonly number: number;
  readonly isRead: boolean;
  readonly result: Result;
  /** All texts that came of it: marks of ours, and words that may not be there. */
  readonly found: Found;
}

export interface Found {
  readonly marks: readonly { readonly call: number; readonly attempt: number }[];
  readonly isPoisoned: boolean;
  readonly isEarly: boolean;
  readonly hasSecret: boolean;
}

export type Result =
  | { readonly type: 'value'; readonly digest: string }
  | {
      readonly type: 'error';
      readonly name: string;
      readonly message: string;
      readonly outcome: string;
      readonly attempts: number;
      readonly status: number | undefined;
      readonly detail: string;
    }
  /** The reason of its caller's signal. */
  | { readonly type: 'aborted' }
  | { readonly type: 'foreign'; readonly text: string };
