import { type Offer, preferred } from './accept.js';
import { type Applications, isCorrect } from './applications.js';
import {
  type Fields,
  jsonOffers,
  modelOf,
  type Operation,
  resolve,
  type Schema,
  successOf,
  versionId,
} from './documents.js';
import { type Form, GRANTS, openGrant } from './grants.js';
import { own } from './own.js';
import { notAcceptable } from './problems.js';
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
  const pairs = readPairs(request);
  // An empty value is as if left out (RFC 6749 3.2).
  const form = new Map(pairs.filter(([, value]) => value !== ''));
  const operation = choose(candidates, form.get('client_id'), world.applications);
  const offers = jsonOffers(successOf(operation).body);
  const offer = preferred(request.headers.accept, offers);
  const { status, ...all } =
    findFormMistake(operation, pairs, request) ??
    (offer ? answerForm(operation, form, world, state) : refuseTypes(offers));
  const model = modelOf(operation, status === 200 ? 200 : 400);
  const fields = Object.entries(all).filter(([name]) => Object.hasOwn(model, name));
  if (fields.length === 0) return { operation, answer: { status } };
  const headers = { 'cache-control': 'no-store' }; // RFC 6749 5.1
  const contentType = status === 200 && offer ? offer.type : 'application/json';
  const body = JSON.stringify(Object.fromEntries(fields));
  return { operation, answer: { status, headers, contentType, body } };
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
  const needs = offered.includes(grantType) ? own(GRANTS, grantType) : undefined;
  const missing = [...required, ...(needs ?? [])].find((name) => !form.has(name));
  if (missing) return refuse('invalid_request', `The parameter ${missing} is missing.`);
  const isPublic = isPublicClient(grantType, form, properties, world);
  if (!isPublic && !hasSecret(form, world)) {
    const absent = ['client_id', 'client_secret'].find((name) => !form.has(name));
    const text = absent
      ? `The parameter ${absent} is missing.`
      : 'The client_id or the client_secret is wrong.';
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
  if (isNoPkce || !Object.hasOwn(fields, 'code_verifier') || form.has('client_secret'))
    return false;
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
  if (flips.has('wrong-credentials-status')) return Object.hasOwn(responses, 401) ? 400 : 401;
  return [401, 403].find((status) => Object.hasOwn(responses, status)) ?? 400;
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

type Pair = readonly [name: string, value: string];

/** None if the body is no form, or too large to be one. */
function readPairs({ headers, body }: ApiRequest): readonly Pair[] {
  return isForm(headers['content-type']) ? [...new URLSearchParams(body?.toString('utf8'))] : [];
}

function isForm(contentType = ''): boolean {
  return /^application\/x-www-form-urlencoded *(;|$)/i.test(contentType);
}

/** What keeps a body from being read, in words that help; values are never repeated. */
function findFormMistake(
  operation: Operation,
  pairs: readonly Pair[],
  { headers: { 'content-type': contentType }, body }: ApiRequest,
): Outcome | undefined {
  if (!body) return refuse('invalid_request', 'The form is larger than 16 MiB.', 413);
  if (!isForm(contentType)) {
    const [, named] = /^([\w.+-]{1,50}\/[\w.+-]{1,50}) *(;|$)/.exec(contentType ?? '') ?? [];
    const came = named ?? (contentType === undefined ? 'missing' : 'another');
    const text = `Send a form, with Content-Type: application/x-www-form-urlencoded; it is ${came}.`;
    return refuse('invalid_request', text);
  }
  const names = pairs.map(([name]) => name);
  const seen = new Set<string>();
  const repeated = names.find((name) => seen.size === seen.add(name).size);
  if (repeated === undefined) return undefined;
  // Of a secret that is not encoded a part may stand as a name.
  const isKnown = Object.hasOwn(formOf(operation).properties ?? {}, repeated);
  const which = isKnown ? `The parameter ${repeated}` : 'A parameter that is not known here';
  return refuse('invalid_request', `${which} is there more than once.`);
}

function refuseTypes(offers: readonly Offer[]): Outcome {
  const { status, detail } = notAcceptable(offers);
  return refuse('invalid_request', detail, status);
}
