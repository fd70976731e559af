import { createHash } from 'node:crypto';
import type { Consent, State, World } from './state.js';
import { issueToken, readToken, type TokenFacts } from './tokens.js';

export type Form = ReadonlyMap<string, string>;

export interface Granted {
  /** What the access token is to say of its consent; undefined if it needs none. */
  readonly facts?: TokenFacts;
  readonly refresh_token?: string | null;
}

export interface Grant {
  readonly needs: readonly string[];
  /** A text says why the grant is invalid. */
  readonly open: (form: Form, world: World, state: State) => Granted | string;
}

/** By `grant_type`; which of them a version has is said in its document. */
export const GRANTS: Readonly<Record<string, Grant>> = {
  client_credentials: {
    needs: [],
    open: (_form, { flips }) => (flips.has('refresh-token-null') ? {} : { refresh_token: null }),
  },
  authorization_code: { needs: ['code', 'redirect_uri'], open: redeemCode },
  refresh_token: { needs: ['refresh_token'], open: redeemRefreshToken },
};

function redeemCode(form: Form, _world: World, state: State): Granted | string {
  const facts = readToken(state, 'code', form.get('code') ?? '');
  if (typeof facts === 'string') return `The code is ${facts}.`;
  const consent = state.consents.get(facts.consent);
  if (!isOf(consent, form)) return 'The code is not one of this client.';
  // RFC 7636 4.6, and no verifier where nothing was challenged: someone else asked for the code.
  if (challengeOf(form.get('code_verifier')) !== consent.challenge)
    return 'The code_verifier is not the one behind the code_challenge.';
  if (form.get('redirect_uri') !== consent.redirectUri)
    return 'The redirect_uri is not the one of the consent request.';
  return spend(consent, facts, state);
}

function redeemRefreshToken(form: Form, { flips }: World, state: State): Granted | string {
  const facts = readToken(state, 'refresh', form.get('refresh_token') ?? '');
  if (typeof facts === 'string') return `The refresh_token is ${facts}.`;
  const consent = state.consents.get(facts.consent);
  if (!isOf(consent, form)) return 'The refresh_token is not one of this client.';
  return flips.has('refresh-token-rotates') && !consent.ended
    ? { facts }
    : spend(consent, facts, state);
}

/** A second use ends the consent with all that came of it (RFC 6749 4.1.2, RFC 9700 4.14.2). */
function spend(consent: Consent, facts: TokenFacts, state: State): Granted | string {
  if (consent.ended) return `The consent was ${consent.ended}.`;
  if (facts.turn !== consent.turn) {
    consent.ended = 'misused';
    return 'It was used before, so what came of it has ended.';
  }
  consent.turn += 1;
  const next = { ...facts, turn: consent.turn };
  return { facts: next, refresh_token: issueToken(state, 'refresh', REFRESH_LIFE_MS, next) };
}

/** Six months. */
const REFRESH_LIFE_MS = 183 * 86_400_000;

function isOf(consent: Consent | undefined, form: Form): consent is Consent {
  return consent !== undefined && consent.clientId === form.get('client_id');
}

function challengeOf(verifier: string | undefined): string | undefined {
  return verifier && createHash('sha256').update(verifier).digest('base64url');
}
