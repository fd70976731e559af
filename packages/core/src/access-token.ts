import { INSPECT } from './lazy.js';
import { outOfSight } from './out-of-sight.js';
import { ownFields } from './own.js';

/** What may be sent as a bearer token (RFC 6750 section 2.1), of a sensible size. */
export const BEARER_VALUE: RegExp = /^[\x21-\x7e]{1,16384}$/;

/** What an access token is made of. */
export interface AccessTokenFields {
  readonly value: string;
  readonly tokenType: string;
  readonly expiresAt: Date;
  readonly refreshToken?: string | undefined;
}

/**
 * A bearer token (RFC 6750), the same for every API version. Its secrets can be read by name only:
 * printing, inspecting or serialising it shows `[redacted]`.
 */
export class AccessToken {
  readonly #value: string;
  readonly #refreshToken: string | undefined;
  readonly #endsAt: number;
  readonly tokenType: string;

  constructor({ value, tokenType, expiresAt, refreshToken }: AccessTokenFields) {
    this.#value = value;
    this.#refreshToken = refreshToken;
    this.tokenType = tokenType;
    // A Date weighs more than all the rest.
    this.#endsAt = expiresAt.getTime();
    Object.defineProperty(this, INSPECT, SHOWN);
  }

  /** When the API stops taking it, by this machine's clock. The client renews it earlier. */
  get expiresAt(): Date {
    return new Date(this.#endsAt);
  }

  get value(): string {
    return this.#value;
  }

  get refreshToken(): string | undefined {
    return this.#refreshToken;
  }

  toJSON(): object {
    const refreshToken = this.#refreshToken === undefined ? {} : { refreshToken: '[redacted]' };
    return {
      value: '[redacted]',
      tokenType: this.tokenType,
      expiresAt: this.expiresAt,
      ...refreshToken,
    };
  }

  toString(): string {
    return `[AccessToken until ${this.expiresAt.toISOString()}]`;
  }
}

outOfSight(AccessToken.prototype, 'value', 'refreshToken');

const SHOWN: PropertyDescriptor = ownFields({
  value(this: AccessToken) {
    return this.toString();
  },
});
