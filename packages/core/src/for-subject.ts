import type { ApiVersion, ClientOptions } from './client-options.js';
import { ConfigError } from './errors.js';
import type { Grant } from './grants.js';
import { isText } from './options.js';
import { own, ownFields } from './own.js';

/**
 * Options of the next user's client: those of this one, but for who it is.
 * @throws {ConfigError} if a client of this kind has no users, or nothing to get their tokens with
 */
export const subjectOptions = <G extends Grant>(
  api: Pick<ApiVersion<G, unknown>, 'grants' | 'name' | 'product'>,
  options: ClientOptions<G>,
  subject: string,
  stated?: Grant,
): ClientOptions<G> => {
  if (own(options, 'tokens') !== undefined) {
    throw new ConfigError(
      'forSubject: this client was made with `tokens`, and has no app to ask for others.',
      {
        hint: 'Make the first client with clientId and clientSecret, or with credentials.',
      },
    );
  }
  if (!api.grants.some((type) => type !== 'client_credentials')) {
    throw new ConfigError(
      `forSubject: ${api.product.name}/${api.name} has no grant for a user's consent.`,
      {
        hint: `It has: ${api.grants.join(', ')}.`,
      },
    );
  }
  if (!isText(subject)) {
    throw new ConfigError("forSubject needs 'subject', a non-empty string.", {
      hint: 'Pass your own id of the user who consented.',
    });
  }
  const grant: Grant = stated ?? { type: 'refresh_token' };
  const isResumed = grant.type === 'refresh_token' && !isText(own(grant, 'refreshToken'));
  if (isResumed && options.store === undefined) {
    throw new ConfigError(
      'forSubject: there is neither a store to go on from nor a refresh token.',
      {
        hint: "Make the first client with a `store`, or pass the user's grant: { type: 'refresh_token', refreshToken }.",
      },
    );
  }
  return ownFields({ ...options, subject, grant: grant as G });
};
