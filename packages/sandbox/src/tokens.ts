import { createHmac, randomBytes, timingSafeEqual } from 'node:crypto';
import { now, type State } from './state.js';

/** Named as the parameter that carries it. */
export type TokenKind = 'access_token' | 'code' | 'refresh_token';

/** The consent that a token comes of, 0 for none, and how many of its grants were spent before. */
export interface TokenFacts {
  readonly consent: number;
  readonly turn: number;
}

/** Tokens carry and sign what they are good for: any number is valid at once, none needs memory. */
export function issueToken(
  state: State,
  kind: TokenKind,
  lifetimeMs: number,
  { consent, turn }: TokenFacts = { consent: 0, turn: 0 },
): string {
  const payload = randomBytes(PAYLOAD_BYTES);
  payload.writeUIntBE(now(state).getTime() + lifetimeMs, 0, 6);
  payload.writeUIntBE(consent, 6, 6);
  payload.writeUIntBE(turn, 12, 4);
  return PREFIX + Buffer.concat([payload, sign(state, kind, payload)]).toString('base64url');
}

export function readToken(
  state: State,
  kind: TokenKind,
  token: string,
): TokenFacts | 'expired' | 'invalid' {
  const bytes = Buffer.from(token.slice(PREFIX.length), 'base64url');
  const payload = bytes.subarray(0, PAYLOAD_BYTES);
  const signature = bytes.subarray(PAYLOAD_BYTES);
  if (!token.startsWith(PREFIX) || signature.length !== 32) return 'invalid';
  if (!timingSafeEqual(sign(state, kind, payload), signature)) return 'invalid';
  if (payload.readUIntBE(0, 6) <= now(state).getTime()) return 'expired';
  return { consent: payload.readUIntBE(6, 6), turn: payload.readUIntBE(12, 4) };
}

/** Tells a sandbox token from a real one at first sight. */
const PREFIX = 'sandbox_';
const PAYLOAD_BYTES = 26;

function sign({ signingKey }: State, kind: TokenKind, payload: Buffer): Buffer {
  return createHmac('sha256', signingKey).update(kind).update(payload).digest();
}
