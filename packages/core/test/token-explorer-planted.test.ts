import { cpSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { afterAll, describe, expect, it } from 'vitest';
import type { Grant } from '../src/grants.js';
import { explore } from './token-explorer.js';
import type { Deciding } from './token-world.js';

const CLIENT: Grant = { type: 'client_credentials' };
const REFRESH: Grant = { type: 'refresh_token', refreshToken: 'r-0' };

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
      setting: { readonly callers: number; readonly hasLock?: boolean },
      fault: string,
    ]
  >([
    [
      'a request that goes on, and is forgotten',
      'token-state.ts',
      "[{ type: 'stop', flight: flight.id }, ...unlocking(flight)]",
      '[...unlocking(flight)]',
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
      '>= held.hardEndMs) return',
      '>= held.hardEndMs * 9) return',
      CLIENT,
      { callers: 3 },
      't-1 was served late',
    ],
    [
      'a failure that is told to nobody',
      'token-state.ts',
      "{ type: 'reject', waiters: flight.waiters, error }",
      "{ type: 'reject', waiters: [], error }",
      CLIENT,
      { callers: 3 },
      'somebody waits, and nothing is under way',
    ],
    [
      'a refresh token that is used before the one it brought',
      'grant-order.ts',
      'isFirstSpent: order.isFirstSpent || isFirst',
      'isFirstSpent: order.isFirstSpent',
      REFRESH,
      { callers: 1 },
      'r-0 was sent twice',
    ],
    [
      'a restart that does not know what was used',
      'token-state.ts',
      'const origin = originOf(order.first);',
      'const origin: string | undefined = undefined;',
      REFRESH,
      { callers: 1 },
      'r-0 was sent twice',
    ],
    [
      'a lock that is taken and not looked behind',
      'token-state.ts',
      'const order = learn(state.order, stored);',
      'const order = flight.isLocked ? state.order : learn(state.order, stored);',
      REFRESH,
      { callers: 1, hasLock: true },
      'r-0 was sent twice',
    ],
    [
      'a lock that is never released',
      'token-state.ts',
      "isLocked ? [{ type: 'unlock', flight: id }] : []",
      'isLocked && id < 0 ? [] : []',
      REFRESH,
      { callers: 1, hasLock: true },
      'the lock is kept, and nothing is under way',
    ],
  ])(
    'is found: %s',
    async (_, file, from, to, grant, { callers, hasLock }, fault) => {
      const decide = await withBug(file, from, to);
      const { faults } = explore({ decide, grant, callers, hasLock }, 30_000);
      expect([...faults.keys()].join(', ')).toContain(fault);
    },
    60_000,
  );
});
