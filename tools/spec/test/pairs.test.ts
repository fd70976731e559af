import { describe, expect, it } from 'vitest';
import { compare } from '../compare/compare.ts';
import { rawModel } from '../compare/diff.ts';
import { KINDS } from '../compare/policies.ts';
import type { JsonObject } from '../document.ts';
import { stripProse } from '../intake/prose.ts';
import pairs from './pairs/pairs.ts';

/* What each minimal pair means, both ways. The compiler judges the same pairs in tools/check/pairs.ts. */

const step = (old: JsonObject, fresh: JsonObject): ReturnType<typeof compare> =>
  compare(rawModel(stripProse(old).document), rawModel(stripProse(fresh).document), 'made');

describe.each(pairs.map((pair) => ({ ...pair, title: `${pair.family} ${pair.where}` })))(
  '$title: $name',
  (pair) => {
    it(`is ${pair.bump}`, () => {
      const { bump, findings } = step(pair.old, pair.new);
      expect(bump, JSON.stringify(findings.map(({ message }) => message))).toBe(pair.bump);
    });

    it(`is ${pair.reverse} on the way back`, () => {
      const { bump, findings } = step(pair.new, pair.old);
      expect(bump, JSON.stringify(findings.map(({ message }) => message))).toBe(pair.reverse);
    });
  },
);

describe('the pairs', () => {
  it('meet every kind of finding', () => {
    const met = new Set(
      pairs.flatMap((pair) =>
        [step(pair.old, pair.new), step(pair.new, pair.old)].flatMap(({ findings }) =>
          findings.map(({ kind }) => kind),
        ),
      ),
    );
    // These need facts of an overlay, which raw documents have not.
    const withOverlay = ['behaviour-changed', 'type-renamed', 'alias-removed'];
    expect(KINDS.filter((kind) => !met.has(kind)).sort()).toEqual(withOverlay.sort());
  });
});
