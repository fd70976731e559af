import type { ApiAnswer, ApiRequest } from './server.js';
import type { State, World } from './state.js';
import { issueToken } from './tokens.js';

/** Stands for https://consent.criteo.com/request. */
export const CONSENT_PATH = '/request';

/** The authorization endpoint (RFC 6749 4.1), with a user who decides at once. */
export function answerConsentRequest(
  { method, query }: ApiRequest,
  { applications, flips }: World,
  state: State,
): ApiAnswer {
  if (method !== 'GET') return page(405, 'This page takes GET.', { allow: 'GET' });
  const pairs = [...new URLSearchParams(query)].filter(([, value]) => value !== '');
  const sent = new Map(pairs);
  const clientId = sent.get('client_id') ?? '';
  const redirectUri = sent.get('redirect_uri') ?? '';
  const challenge = sent.get('code_challenge');
  // No refusal redirects: only a request that is right says where a user may be sent.
  if (sent.size < pairs.length) return page(400, 'A parameter is there twice.');
  if (!applications.has(clientId)) return page(400, 'The client_id is none of this sandbox.');
  if (!isRedirectUri(redirectUri))
    return page(400, 'The redirect_uri must be https, or http on a loopback address.');
  if (sent.get('response_type') !== 'code') return page(400, 'The response_type must be code.');
  if (sent.get('code_challenge_method') !== (challenge && 'S256'))
    return page(400, 'A code_challenge goes with code_challenge_method=S256.');
  if (challenge && !/^[\w-]{43}$/.test(challenge))
    return page(400, 'The code_challenge is no SHA-256 in base64url.');

  const back = new URLSearchParams();
  if (state.denials > 0) {
    state.denials -= 1;
    if (!flips.has('consent-error-parameters')) back.set('error', 'access_denied');
  } else {
    state.consentCount += 1;
    const consent = state.consentCount;
    state.consents.set(consent, { clientId, redirectUri, challenge, turn: 0 });
    state.consents.delete(consent - MAX_CONSENTS);
    const lifetimeMs = flips.has('code-lifetime') ? 0 : CODE_LIFE_MS;
    back.set('code', issueToken(state, 'code', lifetimeMs, { consent, turn: 0 }));
  }
  const echoed = sent.get('state');
  if (echoed && !flips.has('consent-returns-state')) back.set('state', echoed);
  const { href } = new URL(redirectUri);
  const location = `${href}${href.includes('?') ? '&' : '?'}${back}`;
  return page(302, 'The user has decided.', { location });
}

const CODE_LIFE_MS = 60_000;
// So that a load test cannot fill the memory; an older consent has ended.
const MAX_CONSENTS = 10_000;

function isRedirectUri(text: string): boolean {
  if (!URL.canParse(text) || text.includes('#')) return false;
  const { protocol, hostname } = new URL(text);
  const isLoopback = ['127.0.0.1', 'localhost', '[::1]'].includes(hostname);
  return protocol === 'https:' || (protocol === 'http:' && isLoopback);
}

function page(status: number, body: string, headers: Record<string, string> = {}): ApiAnswer {
  return {
    status,
    headers: { 'cache-control': 'no-store', ...headers },
    contentType: 'text/plain',
    body,
  };
}
