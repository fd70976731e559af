import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import type { JsonObject } from '../document.ts';
import { lifeSentence, stateAt, statusLine, statusOf } from '../status.ts';
import { readVendor, type Stage, type VersionLife } from '../vendor.ts';
import { productOfAcme, vendorOf, vendorText } from './acme.ts';

const VERSIONS = {
  '2025-07': { stable: '2025-07-15', endsOn: '2026-07-28', successor: 'tiny/2026-07' },
  '2026-01': { deprecatedFrom: '2026-10', endsOn: '2027-01-27', successor: 'tiny/2026-07' },
  '2026-07': { stable: '2026-07', deprecatedFrom: '2027-04', endsOn: '2027-07' },
  '2027-01-rc': {},
  preview: {},
};

const root = (versions: JsonObject = VERSIONS, imported: readonly string[] = []): string => {
  const folder = mkdtempSync(join(tmpdir(), 'status-test-'));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  mkdirSync(join(folder, 'specs'));
  const vendor = vendorOf({ products: { tiny: productOfAcme(versions) } });
  writeFileSync(join(folder, 'specs/acme.yaml'), vendorText(vendor));
  for (const name of imported) {
    mkdirSync(join(folder, 'specs', name), { recursive: true });
    writeFileSync(join(folder, 'specs', name, 'openapi.yaml'), '');
  }
  return folder;
};

describe('the state of a version', () => {
  const life = { stable: '2026-01-20', deprecatedFrom: '2026-10', endsOn: '2027-01-27' };

  it.each<[string, VersionLife, Stage, string]>([
    ['2026-01-19', life, 'stable', 'candidate'],
    ['2026-01-20', life, 'stable', 'stable'],
    ['2026-09-30', life, 'stable', 'stable'],
    ['2026-10-01', life, 'stable', 'ending'],
    ['2027-01-26', life, 'stable', 'ending'],
    ['2027-01-27', life, 'stable', 'ended'],
    ['2027-06-30', { endsOn: '2027-07' }, 'stable', 'stable'],
    ['2027-07-01', { endsOn: '2027-07' }, 'stable', 'ended'],
    ['2026-11-22', {}, 'stable', 'stable'],
    ['2026-11-22', {}, 'candidate', 'candidate'],
    ['2026-11-22', { stable: '2026-01' }, 'preview', 'preview'],
    ['2026-11-22', { deprecatedFrom: '2026-01' }, 'preview', 'ending'],
    ['2026-11-22', { endsOn: '2026-11' }, 'preview', 'ended'],
  ])('on %s, with %j and called %s, is %s', (at, dates, stage, state) => {
    expect(stateAt(at, dates, stage)).toBe(state);
  });
});

describe('status', () => {
  const rows = (at: string): string[] =>
    statusOf(at, root()).map(({ version, state, daysLeft }) => `${version} ${state} ${daysLeft}`);

  it('has one row for each version, with the days that are left', () => {
    expect(rows('2026-11-22')).toEqual([
      '2025-07 ended 0',
      '2026-01 ending 66',
      '2026-07 stable 221',
      '2027-01-rc candidate null',
      'preview preview null',
    ]);
    expect(rows('2027-07-01').slice(0, 3)).toEqual([
      '2025-07 ended 0',
      '2026-01 ended 0',
      '2026-07 ended 0',
    ]);
  });

  it('misses no key: what is not known is null', () => {
    expect(statusOf('2026-11-22', root({ v1: {} }))).toEqual([
      {
        product: 'tiny',
        version: 'v1',
        imported: false,
        state: 'stable',
        stable: null,
        deprecatedFrom: null,
        endsOn: null,
        daysLeft: null,
        successor: null,
        note: null,
      },
    ]);
  });

  it('says what is imported, also where the vendor file does not name it', () => {
    const found = statusOf('2026-11-22', root({ v1: {}, v2: {} }, ['tiny/v2', 'tiny/v3']));
    expect(found.map(({ version, imported }) => [version, imported])).toEqual([
      ['v1', false],
      ['v2', true],
      ['v3', true],
    ]);
  });

  it('refuses a folder that is no version, and a product that the vendor has not', () => {
    expect(() => statusOf('2026-11-22', root({}, ['tiny/latest']))).toThrow(
      "'latest' is no name of a version.",
    );
    expect(() => statusOf('2026-11-22', root({}, ['other/v1']))).toThrow(
      "The vendor acme has no product 'other'.",
    );
  });

  it('notes that a candidate and a preview promise nothing', () => {
    const notes = statusOf('2026-11-22', root()).map(({ note }) => note !== null);
    expect(notes).toEqual([false, false, false, true, true]);
  });

  it('prints a line that a reader understands', () => {
    const [, row] = statusOf('2026-11-22', root(VERSIONS, ['tiny/2026-01']));
    expect(row && statusLine(row).split(/\s{2,}/)).toEqual([
      'tiny/2026-01',
      'ending',
      'imported',
      '2027-01-27, 66 days left',
      '-> tiny/2026-07',
    ]);
  });
});

describe('the sentence of a docstring', () => {
  it.each([
    ['2025-07', 'Ended on 2026-07-28; `@acme/tiny/2026-07` is its successor.'],
    ['2026-01', 'Ends on 2027-01-27; `@acme/tiny/2026-07` is its successor.'],
    ['2026-07', 'Ends in 2027-07.'],
    ['2026-10', ''],
    ['preview', 'Unstable: no promise of semver, it may change in any release.'],
  ])('of %s is %j', (version, sentence) => {
    const vendor = readVendor(root());
    expect(lifeSentence(vendor, { product: 'tiny', version }, '2026-11-22')).toBe(sentence);
  });
});
