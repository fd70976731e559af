import { SDK_NAME } from './criteo/names.js';
import {
  type ErrorFields,
  PartialFailureError,
  type RateLimitFields,
  type SdkError,
} from './errors.js';
import { own, ownFields } from './own.js';
import { refreshTokenIn, withRefreshToken } from './rescued-token.js';

/** The error with these fields: a copy, because several calls may fail of one that they share. A class of the user's stays as it is. */
export const withFields = <E extends SdkError>(
  error: E,
  changed: Partial<ErrorFields & Pick<RateLimitFields, 'retryAfterMs'>> & {
    readonly message?: string;
  },
): E => {
  const { message = error.message, ...fields } = ownFields(changed);
  const isOurs = Object.hasOwn(
    Object.getPrototypeOf(error) as object,
    Symbol.for(`${SDK_NAME}.${error.name}`),
  );
  if (!isOurs) return error;
  const Kind = error.constructor as new (message: string, fields: object) => E;
  const data = error instanceof PartialFailureError ? { data: error.data } : {};
  const cause = own(error, 'cause');
  const copy = new Kind(message, { ...error, ...data, cause, ...fields });
  return withRefreshToken(Object.assign(copy, { stack: error.stack }), refreshTokenIn(error));
};
