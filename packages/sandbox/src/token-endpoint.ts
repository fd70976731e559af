import { type Applications, isCorrect } from './applications.js';
import {
  type Fields,
  modelOf,
  type Operation,
  resolve,
  type Schema,
  versionId,
} from './documents.js';
import { type Form, GRANTS, openGrant } from './grants.js';
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
  const noForm = 'Send one form of at most 16 MiB, each parameter once.';
  const { status, ...all } = form
    ? answerForm(operation, form, world, state)
    : refuse('invalid_request', noForm, request.body ? 400 : 413);
  const model = modelOf(operation, status === 200 ? 200 : 400);
  const fields = Object.entries(all).filter(([name]) => name in model);
  if (fields.length === 0) return { operation, answer: { status } };
  const headers = { 'cache-control': 'no-store' }; // RFC 6749 5.1
  const body = JSON.stringify(Object.fromEntries(fields));
  return { operation, answer: { status, headers, contentType: 'application/json', body } };
}

/** With the fields of every version's model. */
interface Outcome extends Readonly<Record<string, unknown>> {
  readonly status: number;
}

/** RFC 6749 5.2 codes; the statuses, models, grants and required parameters are each document's. */
function answerForm(operation: Operation, form: Form, world: World, state: State): Outcome {
  const { required = [], properties = {} } = formOf(operation);
  const { default: usual, enum: offered = Object.keys(GRANTS) } = properties.grant_type ?? {};
  const grantType = form.get('grant_type') ?? String(usual);
  const needs = offered.includes(grantType) ? GRANTS[grantType] : undefined;
  const missing = [...required, ...(needs ?? [])].find((name) => !form.has(name));
  if (missing) return refuse('invalid_request', `The parameter ${missing} is missing.`);
  const isPublic = isPublicClient(grantType, form, properties, world);
  if (!isPublic && !hasSecret(form, world)) {
    const text = 'The client_id or the client_secret is wrong.';
    return refuse('invalid_client', text, deniedStatus(operation, world));
  }
  if (!needs) return refuse('unsupported_grant_type', 'This grant is not available.');
  const granted = openGrant(grantType, form, isPublic, world, state);
  if (typeof granted === 'string') return refuse('invalid_grant', granted);
  const { facts, ...refresh } = granted;
  // No document states the life; these are the figures of the guide and of the v1 clients.
  const usualMs = operation.document.version === 'v1' ? 300_000 : 900_000;
  const lifetimeMs = state.tokenLifetimeMs ?? usualMs;
  const seconds = Math.floor(lifetimeMs / 1_000);
  const life = { expires_in: world.flips.has('expires-in-number') ? String(seconds) : seconds };
  return {
    status: 200,
    access_token: issueToken(state, 'access_token', lifetimeMs, facts),
    token_type: 'Bearer',
    ...refresh,
    ...(!world.flips.has('expires-in-present') && life),
  };
}

/** A known client that PKCE lets come without a secret, with its verifier and what came of that. */
function isPublicClient(
  grantType: string,
  form: Form,
  fields: Fields,
  { applications, flips }: World,
): boolean {
  const isNoPkce = flips.has('pkce-parameters') || flips.has('pkce-without-secret');
  if (isNoPkce || !('code_verifier' in fields) || form.has('client_secret')) return false;
  const isCode = grantType === 'authorization_code' && form.has('code_verifier');
  return (isCode || grantType === 'refresh_token') && applications.has(form.get('client_id') ?? '');
}

function hasSecret(form: Form, { applications }: World): boolean {
  return isCorrect(applications, form.get('client_id'), form.get('client_secret'));
}

function refuse(error: string, text: string, status = 400): Outcome {
  const error_uri = 'https://www.rfc-editor.org/rfc/rfc6749#section-5.2';
  return { status, error, error_description: text, error_uri };
}

function formOf({ requestBody, document }: Operation): Schema {
  const form = requestBody?.content?.['application/x-www-form-urlencoded'];
  return resolve(form?.schema ?? {}, document.schemas);
}

function deniedStatus({ responses }: Operation, { flips }: World): number {
  if (flips.has('wrong-credentials-status')) return 401 in responses ? 400 : 401;
  return [401, 403].find((status) => status in responses) ?? 400;
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
  const isMeant = (candidate: Operation): boolean =>
    clientId
      ? versionId(candidate.document) === version
      : !formOf(candidate).required?.includes('client_id');
  return byAge.find(isMeant) ?? (byAge.at(-1) as Operation);
}

/** Undefined for no form or a repeated parameter; an empty value is as if left out (RFC 6749 3.2). */
function readForm({ headers, body }: ApiRequest): Form | undefined {
  const isForm = /^application\/x-www-form-urlencoded *(;|$)/i.test(headers['content-type'] ?? '');
  const pairs = [...new URLSearchParams(body?.toString('utf8'))];
  const isRepeated = new Map(pairs).size < pairs.length;
  if (!isForm || !body || isRepeated) return undefined;
  return new Map(pairs.filter(([, value]) => value !== ''));
}
