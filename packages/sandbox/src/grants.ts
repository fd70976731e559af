import { createHash } from 'node:crypto';
import type { State, World } from './state.js';
import { issueToken, readToken, type TokenFacts } from './tokens.js';

export type Form = ReadonlyMap<string, string>;

/** The parameters of each grant; which grants a version has is said in its document. */
export const GRANTS: Readonly<Record<string, readonly string[]>> = {
  client_credentials: [],
  authorization_code: ['code', 'redirect_uri'],
  refresh_token: ['refresh_token'],
};

export interface Granted {
  /** Undefined if no consent is behind the token. */
  readonly facts?: TokenFacts;
  readonly refresh_token?: string | null;
}

/** Spends a code or a refresh token; a text says why it is invalid. A public client has no secret. */
export function openGrant(
  grantType: string,
  form: Form,
  isPublic: boolean,
  { flips }: World,
  state: State,
): Granted | string {
  if (grantType === 'client_credentials')
    return flips.has('refresh-token-null') ? {} : { refresh_token: null };
  const kind = grantType === 'refresh_token' ? 'refresh_token' : 'code';
  const facts = readToken(state, kind, form.get(kind) ?? '');
  if (typeof facts === 'string') return `The ${kind} is ${facts}.`;
  const consent = state.consents.get(facts.consent);
  if (!consent || consent.clientId !== form.get('client_id'))
    return `The ${kind} is of another client.`;
  if (kind === 'code') {
    // RFC 7636 4.6; and RFC 9700 4.8.2: with a verifier but no challenge it is someone else's code.
    const isBound = !flips.has('pkce-parameters');
    if (isBound && challengeOf(form.get('code_verifier')) !== consent.challenge)
      return 'The code_verifier is not the one behind the code_challenge.';
    if (form.get('redirect_uri') !== consent.redirectUri)
      return 'The redirect_uri is not that of the consent request.';
  } else if (isPublic && !consent.isPublic) {
    return 'The client_secret came with the code, so it must come with the refresh_token.';
  }
  if (consent.ended) return 'The consent has ended.';
  if (facts.turn !== consent.turn) {
    // RFC 6749 4.1.2 and RFC 9700 4.14.2: one of the two who used it is a thief.
    consent.ended = 'invalid';
    return `The ${kind} was used before, so all that came of its consent has ended.`;
  }
  if (kind === 'refresh_token' && flips.has('refresh-token-rotates')) return { facts };
  consent.turn += 1;
  if (kind === 'code') consent.isPublic = isPublic;
  const next = { ...facts, turn: consent.turn };
  return { facts: next, refresh_token: issueToken(state, 'refresh_token', SIX_MONTHS_MS, next) };
}

const SIX_MONTHS_MS = 183 * 86_400_000;

function challengeOf(verifier: string | undefined): string | undefined {
  return verifier && createHash('sha256').update(verifier).digest('base64url');
}
