import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { AccessToken } from '../src/access-token.js';
import { TokenError } from '../src/errors.js';
import type { TokenResponse } from '../src/token-endpoint.js';
import { createTokenProvider, type TokenProvider } from '../src/token-provider.js';
import { type ManualClock, manualClock } from './manual-clock.js';

/*
 * The provider as it is, driven at random for long: what the explorer shows of its decisions for a few
 * steps holds of the whole for many.
 */

type Action =
  | { readonly do: 'get' | 'answer' | 'fail' }
  | { readonly do: 'abort' | 'refuse'; readonly which: number }
  | { readonly do: 'wait'; readonly ms: number };

const ACTION: fc.Arbitrary<Action> = fc.oneof(
  { weight: 4, arbitrary: fc.constant<Action>({ do: 'get' }) },
  { weight: 3, arbitrary: fc.constant<Action>({ do: 'answer' }) },
  { weight: 1, arbitrary: fc.constant<Action>({ do: 'fail' }) },
  fc.record({ do: fc.constant('abort' as const), which: fc.nat(20) }),
  fc.record({ do: fc.constant('refuse' as const), which: fc.nat(20) }),
  { weight: 2, arbitrary: fc.record({ do: fc.constant('wait' as const), ms: fc.nat(14_000) }) },
);

const LIFE_S = 10;

interface Pending {
  readonly answer: () => void;
  readonly fail: () => void;
}

interface Call {
  readonly leaving: AbortController;
  readonly settled: Promise<void>;
  hasLeft: boolean;
  isSettled: boolean;
}

type Make = (options: {
  readonly clock: ManualClock;
  readonly request: (signal: AbortSignal | undefined) => Promise<TokenResponse>;
}) => TokenProvider;

const ours: Make = ({ clock, request }) =>
  createTokenProvider({
    endpoint: {
      grants: ['client_credentials'],
      defaultLifetimeMs: 900_000,
      requestToken: (_transport, _parameters, { signal }) => request(signal),
    },
    transport: { call: () => expect.unreachable() },
    grant: { type: 'client_credentials' },
    credentials: async () => ({ clientId: 'id', clientSecret: 'secret' }),
    clock,
    random: () => 0.5,
    tell: () => {},
  });

/** Plays the actions, and gives what was broken. */
const play = async (make: Make, actions: readonly Action[]): Promise<string[]> => {
  const clock = manualClock();
  const faults: string[] = [];
  const refused = new Set<string>();
  const values: string[] = [];
  const calls: Call[] = [];
  let pending: Pending[] = [];
  let requests = 0;
  const request = (signal: AbortSignal | undefined): Promise<TokenResponse> =>
    new Promise((resolve, reject) => {
      const value = `t-${requests}`;
      requests += 1;
      const ended = (end: () => void) => (): void => {
        pending = pending.filter((other) => other !== one);
        end();
      };
      const one: Pending = {
        answer: ended(() => resolve({ access_token: value, expires_in: LIFE_S })),
        fail: ended(() => reject(new TokenError('down'))),
      };
      signal?.addEventListener(
        'abort',
        ended(() => reject(signal.reason)),
      );
      pending.push(one);
      if (pending.length > 1) faults.push('two requests at once');
    });
  const tokens = make({ clock, request });

  const served = ({ value, expiresAt }: AccessToken): void => {
    if (refused.has(value)) faults.push(`${value} was served after it was refused`);
    if (expiresAt.getTime() <= clock.now()) faults.push(`${value} was served after its end`);
    if (!values.includes(value)) values.push(value);
  };
  const get = (): void => {
    const leaving = new AbortController();
    const got = tokens.get({ signal: leaving.signal });
    const call: Call = {
      leaving,
      hasLeft: false,
      isSettled: false,
      settled: got.then(
        (token) => {
          call.isSettled = true;
          if (!call.hasLeft) served(token);
        },
        () => {
          call.isSettled = true;
        },
      ),
    };
    calls.push(call);
  };

  for (const action of actions) {
    if (action.do === 'get') get();
    if (action.do === 'answer') pending[0]?.answer();
    if (action.do === 'fail') pending[0]?.fail();
    if (action.do === 'wait') await clock.advance(action.ms);
    if (action.do === 'abort') {
      const call = calls[action.which % Math.max(1, calls.length)];
      if (call) call.hasLeft = true;
      call?.leaving.abort(new Error('gone'));
    }
    if (action.do === 'refuse') {
      const value = values[action.which % Math.max(1, values.length)];
      if (value !== undefined) {
        refused.add(value);
        tokens.invalidate(value);
      }
    }
    await clock.advance(0);
  }
  // Nobody may be left waiting once the endpoint has answered all.
  for (let round = 0; round < 10; round += 1) {
    pending[0]?.answer();
    await clock.advance(20_000);
  }
  if (calls.some(({ isSettled }) => !isSettled)) faults.push('somebody waits for ever');
  if (clock.pending() > 0) faults.push('a timer is left');
  return faults;
};

describe('a token provider, driven at random', () => {
  it('keeps its promises', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(ACTION, { maxLength: 60 }), async (actions) => {
        expect(await play(ours, actions)).toEqual([]);
      }),
      { numRuns: 500 },
    );
  }, 60_000);

  const bugs: readonly (readonly [string, Make])[] = [
    [
      'a request for each caller',
      (options) => {
        const all = Array.from({ length: 3 }, () => ours(options));
        let next = 0;
        return {
          get: (given) => {
            next += 1;
            return (all[next % all.length] as TokenProvider).get(given);
          },
          invalidate: (value) => {
            for (const one of all) one.invalidate(value);
          },
        };
      },
    ],
    ['refusals that nobody hears of', (options) => ({ ...ours(options), invalidate: () => {} })],
    [
      'a token that is kept for ever',
      (options) => {
        const tokens = ours(options);
        let kept: Promise<AccessToken> | undefined;
        const get: TokenProvider['get'] = (given) => {
          kept ??= tokens.get(given);
          return kept;
        };
        return { ...tokens, get };
      },
    ],
  ];

  it.each(bugs)(
    'would show %s',
    async (_, make) => {
      const failing = fc.asyncProperty(fc.array(ACTION, { maxLength: 60 }), async (actions) => {
        expect(await play(make, actions)).toEqual([]);
      });
      await expect(fc.assert(failing, { numRuns: 500, endOnFailure: true })).rejects.toThrow();
    },
    60_000,
  );
});
