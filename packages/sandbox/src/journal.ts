import type { Applications } from './applications.js';
import { isTokenOperation, type Operation } from './documents.js';
import type { JournalEntry } from './public-types.js';
import type { ApiRequest } from './server.js';

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
