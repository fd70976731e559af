import { readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { describe, expect, it } from 'vitest';
import {
  FAMILIES,
  type Family,
  familyOfCheck,
  OASDIFF,
  ourCells,
  ourTallies,
  STEPS,
  titleOf,
} from '../../tools/check/families.ts';
import { diff } from '../../tools/spec/compare/diff.ts';

const ROOT = resolve(import.meta.dirname, '../..');
const text = readFileSync(join(ROOT, 'docs/diff-and-oasdiff.md'), 'utf8');
const [tables = '', reasons = ''] = text.split('## Why they differ');

interface Row {
  readonly family: Family;
  readonly ours: string;
  readonly theirs: string;
  readonly cells: string;
}

const rowsBelow = (title: string): Row[] => {
  const section = tables.split(`### ${title}:`)[1]?.split('###')[0] ?? '';
  const rows = section.matchAll(/^\| (F\d\d|other) \| [^|]+ \| ([^|]+) \| ([^|]+) \| ([^|]+) \|/gm);
  return [...rows].map(([, family = '', ours = '', reach = '', theirs = '']) => ({
    family: family as Family,
    ours,
    theirs,
    cells: `${ours} | ${reach}`,
  }));
};

const countsOf = (cell: string): readonly number[] =>
  cell === '-' ? [0, 0, 0] : cell.split(' / ').map(Number);

// Major is held against error, minor and patch against warning and info.
const isDifferent = ({ ours, theirs }: Row): boolean => {
  const [[major, ...others], [error, ...less]] = [countsOf(ours), countsOf(theirs)] as const;
  const sum = (counts: readonly number[]): number => counts.reduce((a, b) => a + b, 0);
  return major !== error || sum(others) !== sum(less);
};

describe('docs/diff-and-oasdiff.md', () => {
  it.each(STEPS.map((step) => [titleOf(step), step] as const))(
    'has what the comparison says today of %s (else: node tools/check/oasdiff.ts --write)',
    { timeout: 120_000 },
    async (title, [product, old, fresh]) => {
      const comparison = await diff(ROOT, `${product}/${old}`, `${product}/${fresh}`);
      const tallies = ourTallies(comparison);
      const rows = rowsBelow(title);
      expect(rows.length).toBeGreaterThan(0);
      const families = new Set([...tallies.keys(), ...rows.map(({ family }) => family)]);
      const today = [...families].map((family) => [family, ourCells(tallies.get(family))]);
      expect(Object.fromEntries(rows.map(({ cells, family }) => [family, cells]))).toEqual(
        Object.fromEntries(today),
      );
      expect(tables).toContain(`### ${title}: ${comparison.bump}\n`);
    },
  );

  it('says of each family that differs why, and of no other', () => {
    const rows = STEPS.flatMap((step) => rowsBelow(titleOf(step)));
    const different = new Set(rows.filter(isDifferent).map(({ family }) => family));
    const explained = [...reasons.matchAll(/^- \*\*(\S+)\*\* \S.*\S/gm)].map(([, name]) => name);
    expect(explained).toEqual([...different].sort());
    expect(explained.length).toBeGreaterThan(10);
  });

  it('names the version and the command of the other comparison', () => {
    expect(tables).toContain(`${OASDIFF.module}@${OASDIFF.version}`);
    expect(tables).toContain(`oasdiff ${OASDIFF.args.join(' ')} <old> <new>`);
  });

  it('has under 200 lines', () => {
    expect(text.split('\n').length).toBeLessThan(200);
  });
});

describe('the family of a check', () => {
  it.each([
    ['api-path-removed-before-sunset', 'F02'],
    ['api-path-sunset-parse', 'F01'],
    ['request-parameter-removed-before-sunset', 'F16'],
    ['required-response-header-removed', 'F11'],
    ['response-header-became-nullable', 'F11'],
    ['request-body-media-type-schema-added', 'F12'],
    ['request-body-became-required', 'F13'],
    ['request-body-became-nullable', 'F17'],
    ['new-required-request-header-property', 'F15'],
    ['new-required-request-property-with-default', 'F20'],
    ['response-mediatype-enum-value-removed', 'F21'],
    ['request-parameter-became-enum', 'F21'],
    ['response-body-min-contains-set', 'F25'],
    ['response-body-contains-removed', 'F29'],
    ['response-property-pattern-property-removed', 'F25'],
    ['request-property-all-of-added-annotation-only', 'F28'],
    ['a-check-that-is-none', 'other'],
  ] satisfies [string, Family][])('%s is %s', (id, family) => {
    expect(familyOfCheck(id)).toBe(family);
    expect(FAMILIES[family]).toBeTruthy();
  });
});
