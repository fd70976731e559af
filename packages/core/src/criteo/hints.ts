import type { HttpRequest } from '../exchange.js';
import { importOf } from '../life.js';
import type { Operation } from '../operation.js';
import { own } from '../own.js';

/** What to do about a status, where Criteo's APIs give it a meaning of their own (docs/facts.md). */
export const hintFor = (
  status: number,
  request: HttpRequest,
  code: string | undefined,
): string | undefined => {
  const { call, operation } = request;
  if (status === 410) return switchedOff(call.life.successor);
  // How long to wait a RateLimitError says.
  if (operation.grants && status === 429) return undefined;
  if (operation.grants) return status < 500 ? tokenHint(status, request, code) : LATER;
  if (operation.auth === 'none') return undefined;
  if (status === 403) return code === SOME_LACKING ? LACKING : forbidden(operation.scopes);
  if (status === 401) return own(REFUSED, call.refused ?? 'fresh');
  return own(HINTS, status);
};

/** By OAuth's code (RFC 6749 section 5.2); versions without one tell the status alone. */
const tokenHint = (
  status: number,
  request: HttpRequest,
  code: string | undefined,
): string | undefined => {
  switch (code) {
    case 'invalid_client':
      return missingParameter(request) ?? (isSent(request, 'clientSecret') ? PAIR : NO_SECRET);
    case 'invalid_request':
      return missingParameter(request);
    case 'invalid_grant':
      return USED_UP;
    case 'unauthorized_client':
      return 'The app may not use this grant: its settings in the Partner Dashboard decide.';
    case 'unsupported_grant_type':
      return takes(request.operation);
    case undefined:
      return ifUnexplained(status, request);
    default:
      return undefined;
  }
};

const LATER = 'The token endpoint failed: try again later.';
const PAIR = 'Check that clientId and clientSecret are a pair of one app.';
const NO_SECRET = 'No clientSecret was sent: only a public client with PKCE may go without.';
const USED_UP =
  'The code or refresh token is used up, has expired, or belongs to another app, redirect URI or code verifier.';

const UNEXPLAINED: Readonly<Record<number, string>> = {
  400: 'Check clientId and clientSecret, and the parameters of the grant.',
  401: PAIR,
  403: `${PAIR} The app may also lack this grant.`,
};

const ifUnexplained = (status: number, request: HttpRequest): string | undefined => {
  const hint = own(UNEXPLAINED, status);
  return hint && (missingParameter(request) ?? hint);
};

const takes = ({ grants = [] }: Operation): string =>
  `This API version takes: ${[...new Set(grants.map(({ type }) => type))].join(', ')}.`;

/** What the grant needs and was not sent. */
const missingParameter = (request: HttpRequest): string | undefined => {
  const { operation } = request;
  const { form = [], grants = [] } = operation;
  const type = sentForm(request).get('grant_type');
  const ways = grants.filter((grant) => grant.type === type);
  if (ways.length === 0)
    return type ? takes(operation) : `'grantType' was not sent. ${takes(operation)}`;
  // Credentials that no grant names are every grant's (RFC 6749 section 2.3.1).
  const credentials = ['clientId', 'clientSecret'].filter(
    (name) =>
      form.some((field) => field.name === name) &&
      grants.every(({ needs = [] }) => !needs.includes(name)),
  );
  const missing = ways
    .map(({ needs = [] }) => [...credentials, ...needs].filter((name) => !isSent(request, name)))
    .sort((a, b) => a.length - b.length);
  const least = missing.filter(({ length }) => length === missing[0]?.length);
  const told = [...new Set(least.map((names) => names.map((name) => `'${name}'`).join(' and ')))];
  if (told.includes('')) return undefined;
  return `The grant ${type} needs ${told.join(', or ')}: not sent.`;
};

const sentForm = ({ body }: HttpRequest): URLSearchParams =>
  new URLSearchParams(typeof body === 'string' ? body : '');

const isSent = (request: HttpRequest, name: string): boolean =>
  (request.operation.form ?? []).some(
    (field) => field.name === name && !!sentForm(request).get(field.as ?? name),
  );

const REFUSED = {
  fresh: 'A fresh token was refused, too: is baseUrl the API that issued it?',
  same: 'The same token came again in place of the one that was refused: is baseUrl the API that issued it?',
  again:
    'Fresh tokens were refused for this operation a moment ago, so none was requested now: may the app use it, and is baseUrl the API that issued them?',
  often:
    'More than five tokens were refused within a minute, so none was requested now: is baseUrl the API that issued them?',
} as const;

const SOME_LACKING = 'insufficient-advertisers-permissions';
const LACKING =
  'Whoever consented has no access to some of these advertisers: compare them with the list of advertisers that this token reaches.';

const HINTS: Readonly<Record<number, string>> = {
  413: 'Send the items in smaller batches.',
};

const switchedOff = (successor: string | undefined): string =>
  `This API version is switched off at the vendor: ${successor ? importOf(successor) : 'import a newer subpath of the package.'}`;

const forbidden = (scopes: readonly string[] = []): string =>
  `The app lacks the permission${scopes.length > 0 ? ` ${scopes.join(', ')}` : ''}, or the advertiser has revoked its consent: a new token cannot help.`;
