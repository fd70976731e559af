import { type Applications, isCorrect } from './applications.js';
import { fieldsOf, type Operation, versionId } from './documents.js';
import type { ApiAnswer, ApiRequest } from './server.js';
import type { State, World } from './state.js';
import { issueToken } from './tokens.js';

type Form = ReadonlyMap<string, string>;

/** Answers as the one document of `candidates` that the client id asks for. */
export function answerTokenRequest(
  candidates: readonly Operation[],
  request: ApiRequest,
  { applications }: World,
  state: State,
): { readonly operation: Operation; readonly answer: ApiAnswer } {
  const form = readForm(request);
  const operation = choose(candidates, form?.get('client_id'), applications);
  const tooLarge = request.body === undefined;
  const fail = (error: string, text: string, status = 400): ApiAnswer =>
    failure(operation, error, text, tooLarge ? 413 : status);
  const answer = !form
    ? fail('invalid_request', 'Send one form of at most 1 MiB, each parameter once.')
    : answerForm(operation, form, applications, state, fail);
  return { operation, answer };
}

/** RFC 6749 5.2 codes; the statuses, models and required parameters are each document's own. */
function answerForm(
  { document, form: declared, responses }: Operation,
  form: Form,
  applications: Applications,
  state: State,
  fail: (error: string, text: string, status?: number) => ApiAnswer,
): ApiAnswer {
  const missing = declared?.required?.find((name) => !form.has(name));
  if (missing) return fail('invalid_request', `The parameter ${missing} is missing.`);
  if (!isCorrect(applications, form.get('client_id'), form.get('client_secret'))) {
    const status = [401, 403].find((denied) => responses.has(denied));
    return fail('invalid_client', 'The client_id or the client_secret is wrong.', status);
  }
  const usual = declared?.properties?.grant_type?.default;
  const grant = GRANTS.get(form.get('grant_type') ?? String(usual));
  if (!grant) return fail('unsupported_grant_type', 'This grant is not available.');
  // No document states the life; these are the figures of the guide and of the v1 clients.
  const lifetimeMs = state.tokenLifetimeMs ?? (document.version === 'v1' ? 300_000 : 900_000);
  const model = fieldsOf(responses.get(200)?.schema, document);
  return json(200, {
    access_token: issueToken(state, lifetimeMs),
    token_type: 'Bearer',
    ...('refresh_token' in model && grant(form)),
    expires_in: Math.floor(lifetimeMs / 1_000),
  });
}

/** What a grant adds to the answer of a version whose model has a refresh token. */
const GRANTS: ReadonlyMap<string, (form: Form) => { refresh_token: string | null }> = new Map([
  ['client_credentials', () => ({ refresh_token: null })],
]);

/**
 * Without a client id a request can only be meant for a document that does not require one;
 * else the id's version decides, and for the default application or a stranger the newest.
 */
function choose(
  candidates: readonly Operation[],
  clientId: string | undefined,
  applications: Applications,
): Operation {
  const byAge = [...candidates].sort((a, b) => (a.document.version < b.document.version ? -1 : 1));
  const version = applications.get(clientId ?? '')?.version;
  const meant = byAge.find(({ document, form }) =>
    clientId ? versionId(document) === version : !form?.required?.includes('client_id'),
  );
  return meant ?? (byAge.at(-1) as Operation);
}

/** Undefined for no form or a repeated parameter; an empty value is as if left out (RFC 6749 3.2). */
function readForm({ headers, body }: ApiRequest): Form | undefined {
  const isForm = /^application\/x-www-form-urlencoded *(;|$)/i.test(headers['content-type'] ?? '');
  const pairs = [...new URLSearchParams(body?.toString('utf8'))];
  const isRepeated = new Set(pairs.map(([name]) => name)).size < pairs.length;
  if (!isForm || !body || isRepeated) return undefined;
  return new Map(pairs.filter(([, value]) => value !== ''));
}

function failure(operation: Operation, error: string, text: string, status: number): ApiAnswer {
  const model = fieldsOf(operation.responses.get(400)?.schema, operation.document);
  const all = {
    error,
    error_description: text,
    error_uri: 'https://www.rfc-editor.org/rfc/rfc6749#section-5.2',
  };
  const known = Object.entries(all).filter(([name]) => name in model);
  return known.length > 0 ? json(status, Object.fromEntries(known)) : { status };
}

function json(status: number, body: object): ApiAnswer {
  const headers = { 'cache-control': 'no-store' }; // RFC 6749 5.1
  return { status, headers, contentType: 'application/json', body: JSON.stringify(body) };
}
