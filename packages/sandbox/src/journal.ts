import type { Applications } from './applications.js';
import { isTokenOperation, type Operation } from './documents.js';
import type { ApiRequest } from './server.js';

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

/** Keeps the newest calls only, so that a load test cannot fill the memory. */
export function record(journal: JournalEntry[], entry: JournalEntry): void {
  journal.push(entry);
  if (journal.length > MAX_ENTRIES) journal.shift();
}

export function journalEntry(
  { method, path, query, headers, body }: ApiRequest,
  operation: Operation | undefined,
  applications: Applications,
): Omit<JournalEntry, 'at' | 'status'> {
  const tokenRequest = operation !== undefined && isTokenOperation(operation);
  const { 'content-type': contentType, accept } = headers;
  const isForm = /^application\/x-www-form-urlencoded\b/i.test(contentType ?? '');
  const text = body?.toString('utf8') ?? '';
  return {
    product: operation?.document.product ?? null,
    version: operation?.document.version ?? null,
    operation: operation?.name ?? null,
    method,
    path,
    query: redact(query, applications, (name) => !SECRET.test(name)),
    headers: { ...(contentType && { contentType }), ...(accept && { accept }) },
    // Only token requests are forms; a secret may stand under a wrong name, so keep what is known.
    body: isForm
      ? redact(text, applications, (name) => HARMLESS.includes(name))
      : text && tokenRequest
        ? REDACTED
        : text,
    tokenRequest,
  };
}

const MAX_ENTRIES = 10_000;
const REDACTED = '[redacted]';
const HARMLESS = ['grant_type', 'redirect_uri'];
const SECRET = /secret|token|password|verifier|^code$|^client_?id$|^assertion$/i;

function redact(text: string, issued: Applications, keep: (name: string) => boolean): string {
  const redacted = (part: string): string => {
    const [[name, value] = ['', '']] = new URLSearchParams(part);
    if (keep(name) || (name === 'client_id' && issued.has(value))) return part;
    return /^[a-z_]{1,32}$/i.test(name) && part.includes('=') ? `${name}=${REDACTED}` : REDACTED;
  };
  return text === '' ? '' : text.split('&').map(redacted).join('&');
}
