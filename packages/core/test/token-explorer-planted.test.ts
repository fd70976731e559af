import { cpSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { afterAll, describe, expect, it } from 'vitest';
import type { Grant } from '../src/grants.js';
import { explore } from './token-explorer.js';
import { type Deciding, EARLIER, type Setting } from './token-world.js';

const CLIENT: Grant = { type: 'client_credentials' };
const REFRESH: Grant = { type: 'refresh_token', refreshToken: 'r-0' };
const CODE: Grant = {
  type: 'authorization_code',
  code: 'r-0',
  redirectUri: 'https://app.example/',
};

/** Another process uses the store, too. */
const SHARED = { callers: 1, hasLock: true };
/** And it fails. */
const FLAKY = { ...SHARED, isFlaky: true };
/** And it holds a refresh token. */
const RESUMED = {
  ...FLAKY,
  before: {
    record: { value: '', refreshToken: 'r-0', obtainedAt: 0, expiresAt: 0 },
    version: 'before',
  },
};

describe('a bug planted in what is shipped', () => {
  const SOURCE = resolve(import.meta.dirname, '../src');
  const folder = mkdtempSync(join(tmpdir(), 'criteo-explorer-'));
  symlinkSync(resolve(SOURCE, '../../../node_modules'), join(folder, 'node_modules'));
  afterAll(() => rmSync(folder, { recursive: true }));

  let copies = 0;
  const withBug = async (file: string, from: string, to: string): Promise<Deciding> => {
    copies += 1;
    const copy = join(folder, String(copies));
    cpSync(SOURCE, copy, { recursive: true });
    const text = readFileSync(join(copy, file), 'utf8');
    expect(text.split(from), `${from} stands in ${file} once`).toHaveLength(2);
    writeFileSync(join(copy, file), text.replace(from, to));
    const url = pathToFileURL(join(copy, 'token-state.ts')).href;
    return (await import(/* @vite-ignore */ url)) as Deciding;
  };

  it.each<
    readonly [
      bug: string,
      file: string,
      from: string,
      to: string,
      grant: Grant,
      setting: Omit<Setting, 'decide' | 'grant'>,
      fault: string,
    ]
  >([
    [
      'a request that goes on, and is forgotten',
      'token-state.ts',
      "        [{ type: 'stop', flight: flight.id }, ...unlocking(flight)],",
      '        [...unlocking(flight)],',
      CLIENT,
      { callers: 3 },
      'two flights at once',
    ],
    [
      'a store that brings back what was refused',
      'token-state.ts',
      'refused.includes(record.value) ||',
      '',
      CLIENT,
      { callers: 3 },
      't-1 was served after it was invalidated',
    ],
    [
      'a token that is served to its very end and beyond',
      'token-state.ts',
      '< held.hardEndMs) {',
      '< held.hardEndMs * 9) {',
      CLIENT,
      { callers: 3 },
      't-1 was served late',
    ],
    [
      'a failure that is told to nobody',
      'token-state.ts',
      'const reject = rejecting(error);',
      'const reject = rejecting(error, undefined, 0);',
      CLIENT,
      { callers: 3 },
      'somebody waits, and nothing is under way',
    ],
    [
      'a refresh token that is used before the one it brought',
      'grant-order.ts',
      'if (sent === undefined) return { origins, spent };',
      'return { origins, spent };',
      REFRESH,
      { callers: 1 },
      'r-0 was sent twice',
    ],
    [
      'a restart that does not know what was used',
      'token-state.ts',
      'const { origins, refreshToken, spent } = state.order;',
      'const { refreshToken } = state.order; const origins: string[] = []; const spent: string[] = [];',
      REFRESH,
      { callers: 1 },
      'r-0 was sent twice',
    ],
    [
      'a lock that is taken and not looked behind',
      'token-state.ts',
      'order: learn(before.order, stored)',
      'order: flight.isLocked ? before.order : learn(before.order, stored)',
      REFRESH,
      SHARED,
      'r-1 was sent twice',
    ],
    [
      'a lock that is never released',
      'token-state.ts',
      "isLocked ? [{ type: 'unlock', flight: id }] : []",
      'isLocked && id < 0 ? [] : []',
      REFRESH,
      SHARED,
      'the lock is kept, and nothing is under way',
    ],
    [
      'a failed load that is taken for an empty store',
      'token-state.ts',
      '{ stored: undefined, isRead: false }',
      '{ stored: undefined, isRead: true }',
      REFRESH,
      FLAKY,
      "a user's grant was sent and the store not read",
    ],
    [
      "a user's grant that is sent without the lock",
      'token-state.ts',
      'if (isUsers(state)) return stalled(state, flight, flightErrors.noLock',
      'if (!isUsers(state)) return stalled(state, flight, flightErrors.noLock',
      REFRESH,
      FLAKY,
      "a user's grant was sent without the lock",
    ],
    [
      'a lock that is released while a rotation is not saved',
      'token-state.ts',
      "[...first, { type: 'pause', flight: flight.id, ms, isIdle }]",
      "[...first, ...unlocking(flight), { type: 'pause', flight: flight.id, ms, isIdle }]",
      REFRESH,
      RESUMED,
      'r-0 was sent twice',
    ],
    [
      'a rotation that could not be saved, and is left at that',
      'token-state.ts',
      '  if (!isUsers(state)) {',
      '  if (state.hasLock) {',
      REFRESH,
      RESUMED,
      'r-0 was sent twice',
    ],
    [
      'a refusal that is told without another look into the store',
      'token-state.ts',
      'return error instanceof ReauthRequiredError || (isLost && error instanceof TokenError)',
      'return isLost && !(error instanceof ReauthRequiredError)',
      REFRESH,
      RESUMED,
      'a consent was told lost that the store has',
    ],
    [
      'a rescued refresh token that is dropped',
      'token-state.ts',
      'if (refreshToken !== undefined && error instanceof TokenError && isUsers(before)) {',
      'if (refreshToken === "" && error instanceof TokenError) {',
      REFRESH,
      FLAKY,
      'r-0 was sent twice',
    ],
    [
      'a pause that nobody keeps',
      'token-state.ts',
      'pause !== undefined && now.monotonic < pause.until;',
      'pause !== undefined && now.monotonic < 0;',
      CLIENT,
      { callers: 2 },
      'a request was sent in a pause',
    ],
    [
      'a new consent that is left unused while an older token lives',
      'token-state.ts',
      'if (isNewConsent(order)) return false;',
      '',
      CODE,
      { ...SHARED, before: EARLIER },
      'a new consent was left unused',
    ],
    [
      'someone who was overtaken and does not notice',
      'token-state.ts',
      'return overtaken(state, flight, now);',
      'return loaded(state, flight, { stored: undefined, isRead: true }, now);',
      REFRESH,
      FLAKY,
      "a user's grant was sent and the store not read",
    ],
  ])(
    'is found: %s',
    async (_, file, from, to, grant, setting, fault) => {
      const decide = await withBug(file, from, to);
      const { faults } = explore({ decide, grant, ...setting }, 30_000);
      expect([...faults.keys()].join(', ')).toContain(fault);
    },
    60_000,
  );
});
