import { createHmac, randomBytes, timingSafeEqual } from 'node:crypto';
import { now, type State } from './state.js';

/** Tokens carry their own signed expiry: any number is valid at once, and none needs memory. */
export function issueToken(state: State, lifetimeMs: number): string {
  const payload = randomBytes(PAYLOAD_BYTES);
  payload.writeUIntBE(now(state).getTime() + lifetimeMs, 0, EXPIRY_BYTES);
  return PREFIX + Buffer.concat([payload, sign(state, payload)]).toString('base64url');
}

export function checkToken(state: State, token: string): 'valid' | 'expired' | 'invalid' {
  const bytes = Buffer.from(token.slice(PREFIX.length), 'base64url');
  const payload = bytes.subarray(0, PAYLOAD_BYTES);
  const signature = bytes.subarray(PAYLOAD_BYTES);
  if (!token.startsWith(PREFIX) || signature.length !== 32) return 'invalid';
  if (!timingSafeEqual(sign(state, payload), signature)) return 'invalid';
  return payload.readUIntBE(0, EXPIRY_BYTES) > now(state).getTime() ? 'valid' : 'expired';
}

/** Tells a sandbox token from a real one at first sight. */
const PREFIX = 'sandbox_';
const EXPIRY_BYTES = 6;
const PAYLOAD_BYTES = 22;

function sign({ signingKey }: State, payload: Buffer): Buffer {
  return createHmac('sha256', signingKey).update(payload).digest();
}
