import type { HttpRequest } from '../http.js';
import { importOf } from '../life.js';

/** What to do about a status, where Criteo's APIs give it a meaning of their own (docs/facts.md). */
export const hintFor = (
  status: number,
  { call, operation }: HttpRequest,
  code: string | undefined,
): string | undefined => {
  if (status === 410) return switchedOff(call.life.successor);
  if (operation.auth === 'none') {
    return REFUSES_PAIR.has(status) && code !== 'invalid_grant' ? TOKEN_HINT : undefined;
  }
  if (status === 403) return forbidden(operation.scopes);
  return HINTS[status];
};

const REFUSES_PAIR: ReadonlySet<number> = new Set([400, 401, 403]);
const TOKEN_HINT =
  'Check that clientId and clientSecret are a pair of one app, and that the app has this grant.';

const HINTS: Readonly<Record<number, string>> = {
  401: 'A fresh token was refused, too: is baseUrl the API that issued it?',
  413: 'Send the items in smaller batches.',
};

const switchedOff = (successor: string | undefined): string =>
  `This API version is switched off at the vendor: ${successor ? importOf(successor) : 'import a newer subpath of the package.'}`;

const forbidden = (scopes: readonly string[] = []): string =>
  `The app lacks the permission${scopes.length > 0 ? ` ${scopes.join(', ')}` : ''}, or the advertiser has revoked its consent: a new token cannot help.`;
