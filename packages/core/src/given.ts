import type { AccessToken } from './access-token.js';
import { ConfigError } from './errors.js';
import { TransportFault } from './fault.js';
import { isHeaderValue } from './headers.js';
import { runHook } from './hooks.js';
import type { Observe } from './observe.js';
import type { RateGate } from './rate-gate.js';
import { raced } from './time.js';
import type { TokenProvider } from './token-provider.js';

/*
 * A token provider or a rate gate of the user's, as the pipeline takes it: it ends with the call, whatever it does with
 * the signal, and what it fails at beside the call fails no call and no process.
 */

/** @throws {ConfigError} for what is no token provider */
export const checkTokens = (given: TokenProvider): void => {
  if (typeof given?.get === 'function' && typeof given.invalidate === 'function') return;
  throw new ConfigError(
    "The option 'tokens' must have the functions `get` and `invalidate`, as the `tokens` of a client do.",
  );
};

export const givenTokens = (given: TokenProvider, tell: Observe): TokenProvider => ({
  get: async (asked) =>
    checked(
      await raced(
        asked?.signal,
        asPromise(() => given.get(asked)),
      ),
    ),
  invalidate: (value) =>
    runHook(
      () => given.invalidate(value),
      () => tell({ type: 'warning', message: "`invalidate` of the option 'tokens' failed." }),
    ),
});

/** It may be no promise of ours, or throw. */
const asPromise = async <T>(start: () => PromiseLike<T> | T): Promise<T> => start();

const checked = (token: AccessToken): AccessToken => {
  const value: unknown = token?.value;
  if (typeof value === 'string' && value !== '' && isHeaderValue(value)) return token;
  throw new ConfigError(
    "The option 'tokens' gave no token that can be sent: `get` must resolve to an AccessToken.",
  );
};

export const givenGate = (given: RateGate, tell: Observe): RateGate => {
  const learn: RateGate['learn'] = (rateClass, answer) =>
    runHook(
      () => given.learn(rateClass, answer),
      () => tell({ type: 'warning', message: "`learn` of the option 'rateLimit' failed." }),
    );
  return {
    learn,
    enter: async (rateClass, entry) => {
      const { signal } = entry;
      let isOver = false;
      const entered = asPromise(() => given.enter(rateClass, entry));
      // A place that comes too late is given back.
      entered.then(
        () => isOver && learn(rateClass, undefined),
        () => {},
      );
      try {
        await raced(signal, entered);
      } catch (error) {
        isOver = true;
        if (!(error instanceof TransportFault) || error !== signal.reason) throw error;
        const { limitMs } = error;
        throw new TransportFault('timeout', 'the rate limit did not let it pass', {
          limitMs,
          isUnsent: true,
        });
      }
    },
  };
};
