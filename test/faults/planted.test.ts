import { describe, expect, it } from 'vitest';
import { type Edit, PLANTED, type Planted } from './planted.ts';
import { sourcesWith } from './planted-core.ts';

const faultsOf = (planted: readonly Planted[]): string[] =>
  planted.flatMap((one) => {
    try {
      sourcesWith(one);
      return [];
    } catch (error) {
      return [(error as Error).message];
    }
  });

const one: Planted = { id: 'F08', file: 'redact.ts', from: "'[redacted]'", to: "'a secret'" };
const other: Edit = { file: 'json.ts', from: 'RISKY_KEY.test(json)', to: 'isRisky()' };

describe('the faults that `npm run test:faults -- --planted` seeds', () => {
  it('each find the text that they change once in the source of core', () =>
    expect(faultsOf(PLANTED)).toEqual([]));

  it('have ids of their own', () => {
    const ids = PLANTED.map(({ id }) => id);
    expect(ids.filter((id, index) => ids.indexOf(id) !== index)).toEqual([]);
  });

  it('change every file that they name', () => {
    const sources = sourcesWith({ ...one, also: [other] });
    expect([...sources.keys()]).toEqual([one.file, other.file]);
    expect(sources.get(one.file)).toContain(one.to);
    expect(sources.get(other.file)).toContain(other.to);
  });

  it.each([
    ['is gone', { from: 'no such text' }, /^F08 cannot be planted: .*redact\.ts .* 0 times/],
    ['stands twice', { from: 'export ' }, /^F08 cannot be planted: .*redact\.ts .* [2-9] times/],
    [
      'was in a file that is gone',
      { file: 'no.ts' },
      /^F08 cannot be planted: .*no\.ts .* 0 times/,
    ],
  ])('are refused by id and file where the text %s', (_, change, message) =>
    expect(faultsOf([{ ...one, ...change }])).toEqual([expect.stringMatching(message)]),
  );
});
