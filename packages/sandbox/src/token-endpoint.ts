import { type Applications, isCorrect } from './applications.js';
import { fieldsOf, type Operation, resolve, type Schema, versionId } from './documents.js';
import { type Form, GRANTS, type Granted } from './grants.js';
import type { ApiAnswer, ApiRequest } from './server.js';
import type { State, World } from './state.js';
import { issueToken } from './tokens.js';

/** Answers as the one document of `candidates` that the client id asks for. */
export function answerTokenRequest(
  candidates: readonly Operation[],
  request: ApiRequest,
  world: World,
  state: State,
): { readonly operation: Operation; readonly answer: ApiAnswer } {
  const form = readForm(request);
  const operation = choose(candidates, form?.get('client_id'), world.applications);
  const tooLarge = request.body === undefined;
  const fail = (error: string, text: string, status = 400): ApiAnswer =>
    failure(operation, error, text, tooLarge ? 413 : status);
  const answer = !form
    ? fail('invalid_request', 'Send one form of at most 1 MiB, each parameter once.')
    : answerForm(operation, form, world, state, fail);
  return { operation, answer };
}

/** RFC 6749 5.2 codes; the statuses, models, grants and required parameters are each document's. */
function answerForm(
  operation: Operation,
  form: Form,
  world: World,
  state: State,
  fail: (error: string, text: string, status?: number) => ApiAnswer,
): ApiAnswer {
  const lacks = (name: string): boolean => !form.has(name);
  const incomplete = (name: string): ApiAnswer =>
    fail('invalid_request', `The parameter ${name} is missing.`);
  const { required = [], properties = {} } = formOf(operation);
  const missing = required.find(lacks);
  if (missing) return incomplete(missing);
  if (!isCorrect(world.applications, form.get('client_id'), form.get('client_secret'))) {
    const text = 'The client_id or the client_secret is wrong.';
    return fail('invalid_client', text, deniedStatus(operation, world));
  }
  const { default: usual, enum: offered = Object.keys(GRANTS) } = properties.grant_type ?? {};
  const type = form.get('grant_type') ?? String(usual);
  const grant = offered.includes(type) ? GRANTS[type] : undefined;
  if (!grant) return fail('unsupported_grant_type', 'This grant is not available.');
  const needed = grant.needs.find(lacks);
  if (needed) return incomplete(needed);
  const granted = grant.open(form, world, state);
  if (typeof granted === 'string') return fail('invalid_grant', granted);
  return json(200, tokenOf(operation, granted, world, state));
}

function tokenOf(
  { document, responses }: Operation,
  { facts, ...refresh }: Granted,
  { flips }: World,
  state: State,
): object {
  // No document states the life; these are the figures of the guide and of the v1 clients.
  const lifetimeMs = state.tokenLifetimeMs ?? (document.version === 'v1' ? 300_000 : 900_000);
  const seconds = Math.floor(lifetimeMs / 1_000);
  const model = fieldsOf(responses.get(200)?.schema, document);
  return {
    access_token: issueToken(state, 'access', lifetimeMs, facts),
    token_type: 'Bearer',
    ...('refresh_token' in model && refresh),
    ...(!flips.has('expires-in-present') && {
      expires_in: flips.has('expires-in-number') ? String(seconds) : seconds,
    }),
  };
}

function formOf({ body, document }: Operation): Schema {
  const declared = body?.content?.['application/x-www-form-urlencoded']?.schema;
  return resolve(declared ?? {}, document.schemas);
}

function deniedStatus({ responses }: Operation, { flips }: World): number {
  if (flips.has('wrong-credentials-status')) return responses.has(401) ? 400 : 401;
  return [401, 403].find((status) => responses.has(status)) ?? 400;
}

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
  const meant = byAge.find((operation) =>
    clientId
      ? versionId(operation.document) === version
      : !formOf(operation).required?.includes('client_id'),
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
