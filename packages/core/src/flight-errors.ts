import { withFields } from './error-copy.js';
import { ReauthRequiredError, TokenError } from './errors.js';
import { LOST_REFRESH, withNote } from './token-failure.js';

/** Why no token came, where no answer of the endpoint says it. `cause` is a failure that came before. */
export const flightErrors = {
  noGrant: (): ReauthRequiredError =>
    new ReauthRequiredError(
      'There is no consent to use: no refresh token is left, and no code that was not used.',
      { hint: 'Ask the user for consent again and create the client with the new code.' },
    ),
  noStore: (cause?: TokenError): TokenError =>
    new TokenError(
      'No token was requested: the token store failed to load, and what it holds may be newer than what is known here.',
      { ...WITHOUT_STORE, cause },
    ),
  noLock: (cause?: TokenError): TokenError =>
    new TokenError(
      'No token was requested: the token store gave no lock, and two who use one refresh token may lose the consent.',
      { ...WITHOUT_STORE, hint: NO_LOCK, cause },
    ),
  /** The error of an answer of which only the refresh token could be used. */
  useless: (error: TokenError): TokenError =>
    withFields(error, {
      retryable: true,
      hint: 'The refresh token that came with it is kept: the next request uses it.',
    }),
  /** Of a refresh that was sent again. */
  afterLost: (error: TokenError, lost: TokenError): TokenError =>
    withFields(error, {
      attempts: error.attempts + lost.attempts,
      message:
        error instanceof ReauthRequiredError
          ? withNote(error.message, LOST_REFRESH)
          : error.message,
    }),
  overAlready: (): TokenError =>
    new TokenError('The token had ended before it came: the endpoint took longer than it lives.', {
      retryable: true,
      hint: 'Is the network slow, or the clock of this machine wrong?',
    }),
} as const;

const NO_LOCK =
  'Another process may hold it for long, as the token endpoint is slow, or the store fails: repeat the call.';

const WITHOUT_STORE = {
  retryable: true,
  outcome: 'not-sent',
  hint: "A user's token is renewed as soon as the store works again: repeat the call then.",
} as const;
