// Types of the public surface stand apart: their declarations must not lead to Node's, which a user may not have.

/** One call as the sandbox saw it; it never holds a token or a secret. */
export interface JournalEntry {
  readonly at: Date;
  /** Null, as are version and operation, for a path or method that no document has. */
  readonly product: string | null;
  readonly version: string | null;
  readonly operation: string | null;
  readonly method: string;
  readonly path: string;
  /** As sent, without the question mark. */
  readonly query: string;
  readonly headers: { readonly contentType?: string; readonly accept?: string };
  /** The bytes read as UTF-8; empty when over the size limit. */
  readonly body: string;
  readonly status: number;
  readonly tokenRequest: boolean;
}

export type CallFilter = string | ((entry: JournalEntry) => boolean);

/** What no document confirms, and docs/sandbox.md explains: a client is to be tested against both. */
export const ASSUMPTIONS = [
  'refresh-token-null',
  'refresh-token-rotates',
  'expires-in-number',
  'expires-in-present',
  'token-content-type',
  'wrong-credentials-status',
  'unauthorized-code',
  'rate-limit-headers',
  'v1-error-bodies',
  'consent-returns-state',
  'consent-error-parameters',
  'code-lifetime',
  'pkce-parameters',
  'pkce-without-secret',
  'report-checksum',
  'extra-fields',
] as const;

export type Assumption = (typeof ASSUMPTIONS)[number];

export const JOB_ENDS = ['failure', 'expired', 'wrong-checksum'] as const;

/** How a job ends that does not end well; a wrong checksum stands beside a success. */
export type JobEnd = (typeof JOB_ENDS)[number];
