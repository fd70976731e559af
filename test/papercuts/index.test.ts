import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';

/*
 * The twenty papercuts of other SDKs, a test for each at least. They are named by number:
 *  1 a logged error prints the token        11 64-bit ids lose digits
 *  2 debug mode prints secrets              12 instanceof fails between copies
 *  3 a new enum value crashes               13 the message lacks the reason
 *  4 open enums lose their completions      14 the process does not end
 *  5 names count: InlineObject3             15 the package weighs 36 MB
 *  6 a parameter more shifts arguments      16 one API version in the types
 *  7 the first parameter breaks callers     17 the editor is slow
 *  8 arrays in a query                      18 what is deprecated looks alive
 *  9 multipart without a boundary           19 a sample does not compile
 * 10 CSV parsed as JSON, or typed File      20 a test server cannot be used, or forgets
 */

/** Numbers from 1 to 20 that no test is named by. */
const missingIn = (sources: readonly string[]): readonly number[] => {
  const names = sources.flatMap((source) => source.match(/'(?:\d+: |\d+, \d+: )|; \d+: /g) ?? []);
  const covered = new Set(names.flatMap((name) => name.match(/\d+/g) ?? []).map(Number));
  return Array.from({ length: 20 }, (_, index) => index + 1).filter((one) => !covered.has(one));
};

it('each papercut has a test', () => {
  const files = readdirSync(import.meta.dirname).filter((file) =>
    /(?<!index)\.test\.ts$/.test(file),
  );
  const sources = files.map((file) => readFileSync(join(import.meta.dirname, file), 'utf8'));
  expect(missingIn(sources)).toEqual([]);
  expect(missingIn(sources.map((source) => source.replaceAll("'13: ", "'")))).toEqual([13]);
});
