import { describe, expect, it } from 'vitest';
import type { Grant } from '../src/grants.js';
import { initialState, step } from '../src/token-state.js';
import { explore } from './token-explorer.js';
import { EARLIER, type Setting } from './token-world.js';

/*
 * Every order of what three callers, an endpoint, a store, a clock and a dying process can do to one
 * token: at most one flight, nothing spent twice, no token served that was given up or is over, and
 * nobody left waiting.
 */

const CLIENT: Grant = { type: 'client_credentials' };
const REFRESH: Grant = { type: 'refresh_token', refreshToken: 'r-0' };
const CODE: Grant = {
  type: 'authorization_code',
  code: 'r-0',
  redirectUri: 'https://app.example/',
};

/** `EXPLORED_STATES=2000` for a glance. */
const MOST = Number(process.env.EXPLORED_STATES ?? 100_000);

describe('every order of events', () => {
  it.each<readonly [string, Grant, Partial<Setting>]>([
    ['client_credentials', CLIENT, {}],
    ['refresh_token', REFRESH, {}],
    ['authorization_code', CODE, {}],
    ['refresh_token, shared with another process', REFRESH, { hasLock: true }],
    ['client_credentials, with a lock', CLIENT, { hasLock: true }],
    ['client_credentials, with a store that fails', CLIENT, { hasLock: true, isFlaky: true }],
    ['refresh_token, with a store that fails', REFRESH, { isFlaky: true }],
    ['refresh_token, with a store and a lock that fail', REFRESH, { hasLock: true, isFlaky: true }],
    [
      'authorization_code, with a store and a lock that fail',
      CODE,
      { hasLock: true, isFlaky: true },
    ],
    ['authorization_code, after an earlier consent', CODE, { hasLock: true, before: EARLIER }],
  ])(
    'of the grant %s keeps the promises',
    (_, grant, more) => {
      const decide = { initialState, step };
      const callers = more.isFlaky ? 2 : 3;
      const { faults, states } = explore({ decide, grant, callers, ...more }, MOST);
      expect([...faults]).toEqual([]);
      expect(states).toBeGreaterThanOrEqual(MOST);
    },
    120_000,
  );
});
