import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type BatchLimits, batches } from '../src/batches.js';
import { CONTACT_LIST, REPORT_IDS } from '../src/criteo/request-limits.js';
import { ConfigError } from '../src/errors.js';
import { fails } from './api.js';

const cut = async <T>(
  items: Iterable<T> | AsyncIterable<T>,
  limits: BatchLimits,
): Promise<T[][]> => {
  const list: T[][] = [];
  for await (const batch of batches(items, limits)) list.push(batch);
  return list;
};

/** Of a list as JSON, as it stands in a request. */
const sizeOf = (list: readonly unknown[]): number => Buffer.byteLength(JSON.stringify(list));

const numbers = (count: number): number[] => Array.from({ length: count }, (_, at) => at);

async function* later<T>(items: readonly T[]): AsyncGenerator<T, void, undefined> {
  yield* items;
}

describe('batches', () => {
  it('are all of it, in its order, each as many as may be', async () => {
    expect(await cut(numbers(7), { maxItems: 3 })).toEqual([[0, 1, 2], [3, 4, 5], [6]]);
    expect(await cut(numbers(6), { maxItems: 3 })).toEqual([
      [0, 1, 2],
      [3, 4, 5],
    ]);
    expect(await cut(numbers(2), { maxItems: 1 })).toEqual([[0], [1]]);
    expect(await cut(numbers(2), { maxItems: Number.POSITIVE_INFINITY })).toEqual([[0, 1]]);
  });

  it('of nothing are none', async () => {
    expect(await cut([], { maxItems: 3 })).toEqual([]);
    expect(await cut(later([]), { maxItems: 3, maxBytes: 2 })).toEqual([]);
  });

  it('are cut from any iterable', async () => {
    expect(await cut(new Set(['a', 'b', 'c']), { maxItems: 2 })).toEqual([['a', 'b'], ['c']]);
    expect(await cut(later(['a', 'b', 'c']), { maxItems: 2 })).toEqual([['a', 'b'], ['c']]);
  });

  it('are none of a string, which is surely meant otherwise', async () => {
    await expect(cut('abc', { maxItems: 2 })).rejects.toThrow('batches takes a list, not a string');
  });

  it('keep what is no JSON as it is', async () => {
    const items = [undefined, null, Number.NaN];
    expect(await cut(items, { maxItems: 3, maxBytes: 100 })).toEqual([items]);
  });

  it('need no JSON where bytes are not limited', async () => {
    expect(await cut([1n, 2n, 3n], { maxItems: 2 })).toEqual([[1n, 2n], [3n]]);
  });

  it('may be changed by who gets them', async () => {
    const sizes: number[] = [];
    for await (const batch of batches(numbers(4), { maxItems: 2 })) {
      sizes.push(batch.length);
      batch.length = 0;
    }
    expect(sizes).toEqual([2, 2]);
  });

  it('are as large as may be, to the byte', async () => {
    // ["aa","bb"] are 11 bytes.
    expect(await cut(['aa', 'bb', 'cc', 'dd'], { maxItems: 9, maxBytes: 11 })).toEqual([
      ['aa', 'bb'],
      ['cc', 'dd'],
    ]);
    expect(await cut(['aa', 'bb'], { maxItems: 9, maxBytes: 10 })).toEqual([['aa'], ['bb']]);
    // ["aa"] are 6.
    expect(await cut(['aa', 'bb'], { maxItems: 9, maxBytes: 6 })).toEqual([['aa'], ['bb']]);
  });

  it('count bytes, not characters', async () => {
    expect(await cut(['😀😀', '😀😀'], { maxItems: 9, maxBytes: 20 })).toEqual([
      ['😀😀'],
      ['😀😀'],
    ]);
  });
});

describe('batches of any list', () => {
  const limits = fc.record({
    maxItems: fc.integer({ min: 1, max: 8 }),
    maxBytes: fc.integer({ min: 40, max: 120 }),
  });
  const items = fc.array(
    fc.oneof(
      fc.integer(),
      fc.string({ unit: 'grapheme', maxLength: 5 }),
      fc.record({ a: fc.boolean() }),
    ),
    { maxLength: 40 },
  );

  it('have all of it in its order, and keep to the limits', async () => {
    await fc.assert(
      fc.asyncProperty(items, limits, fc.boolean(), async (list, limit, isAsync) => {
        const most = Math.max(limit.maxBytes, ...list.map((item) => sizeOf([item]) + 1));
        const made = await cut(isAsync ? later(list) : list, { ...limit, maxBytes: most });
        expect(made.flat()).toEqual(list);
        for (const batch of made) {
          expect(batch.length).toBeGreaterThan(0);
          expect(batch.length).toBeLessThanOrEqual(limit.maxItems);
          expect(sizeOf(batch)).toBeLessThanOrEqual(most);
        }
      }),
    );
  });

  it('are no more than they must be', async () => {
    await fc.assert(
      fc.asyncProperty(items, limits, async (list, limit) => {
        const most = Math.max(limit.maxBytes, ...list.map((item) => sizeOf([item])));
        const made = await cut(list, { ...limit, maxBytes: most });
        for (const [at, batch] of made.slice(0, -1).entries()) {
          const more = [...batch, made[at + 1]?.[0]];
          expect(more.length > limit.maxItems || sizeOf(more) > most).toBe(true);
        }
      }),
    );
  });
});

describe('a list that is cut', () => {
  it('is read no further than one item beyond', async () => {
    let read = 0;
    function* items(): Generator<number> {
      for (;;) yield read++;
    }
    const cutting = batches(items(), { maxItems: 3 });
    expect(read).toBe(0);
    expect((await cutting.next()).value).toEqual([0, 1, 2]);
    expect(read).toBeLessThanOrEqual(4);
    expect((await cutting.next()).value).toEqual([3, 4, 5]);
    expect(read).toBeLessThanOrEqual(7);
  });

  it('is ended with the loop', async () => {
    let hasEnded = false;
    async function* items(): AsyncGenerator<number, void, undefined> {
      try {
        for (;;) yield 1;
      } finally {
        hasEnded = true;
      }
    }
    for await (const batch of batches(items(), { maxItems: 2 })) {
      expect(batch).toEqual([1, 1]);
      break;
    }
    expect(hasEnded).toBe(true);
  });

  it('fails as it fails itself', async () => {
    const own = new Error('of the list');
    async function* items(): AsyncGenerator<number, void, undefined> {
      yield 1;
      throw own;
    }
    expect(await fails(cut(items(), { maxItems: 2 }))).toBe(own);
  });
});

describe('limits', () => {
  it('refuse an item that is larger than a batch may be', async () => {
    const made: string[][] = [];
    const read = async (): Promise<void> => {
      for await (const batch of batches(['a', 'b'.repeat(20)], { maxItems: 1, maxBytes: 20 }))
        made.push(batch);
    };
    const error = await fails(read());
    expect(error).toBeInstanceOf(ConfigError);
    expect(String(error)).toMatch(/An item is larger than a batch may be: \d+ of 20 bytes\./);
  });

  it.each([0, -1, 0.5, Number.NaN])('refuse %d items before anything is read', async (maxItems) => {
    let isRead = false;
    function* items(): Generator<number> {
      isRead = true;
      yield 1;
    }
    const error = await fails(cut(items(), { maxItems }));
    expect(error).toBeInstanceOf(ConfigError);
    expect(error).toMatchObject({ message: "'maxItems' of batches must be at least 1." });
    expect(isRead).toBe(false);
  });

  it.each([0, -1, Number.NaN])('refuse %d bytes', async (maxBytes) => {
    expect(await fails(cut([1], { maxItems: 1, maxBytes }))).toBeInstanceOf(ConfigError);
  });

  it('are those of the API: 50 ids of a report, 50,000 identifiers and 10 MB of a contact list', async () => {
    expect(REPORT_IDS).toEqual({ maxItems: 50 });
    expect(CONTACT_LIST).toEqual({ maxItems: 50_000, maxBytes: 9_990_000 });
    expect((await cut(numbers(101), REPORT_IDS)).map(({ length }) => length)).toEqual([50, 50, 1]);
    const identifiers = Array.from({ length: 50_001 }, (_, at) => `${at}`.padStart(64, '0'));
    const few = await cut(identifiers, CONTACT_LIST);
    expect(few.map(({ length }) => length)).toEqual([50_000, 1]);
    const long = identifiers.slice(0, 100).map((identifier) => identifier + 'x'.repeat(200_000));
    for (const batch of await cut(long, CONTACT_LIST))
      expect(sizeOf(batch)).toBeLessThanOrEqual(9_990_000);
  });
});
