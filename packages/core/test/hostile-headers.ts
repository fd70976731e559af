import fc from 'fast-check';

/** Headers of an answer that say anything, as a broken gateway or a test that went live might. */
export const hostileHeaders = (now: number): fc.Arbitrary<Record<string, string>> => {
  const second = fc
    .integer({ min: -200_000, max: 200_000 })
    .map((off) => Math.floor(now / 1_000) + off);
  const date = fc
    .oneof(
      second.map((one) => one * 1_000),
      fc.integer({ min: -62_000_000_000_000, max: 253_000_000_000_000 }),
    )
    .map((time) => new Date(time).toUTCString());
  const number = fc.oneof(
    fc.integer({ min: 0, max: 300 }),
    fc.integer({ min: 0, max: 100_000 }),
    fc.bigInt({ min: -(10n ** 20n), max: 10n ** 20n }),
    fc.double(),
    second,
  );
  const value = fc.oneof(
    { weight: 6, arbitrary: number.map(String) },
    { weight: 2, arbitrary: date },
    {
      weight: 1,
      arbitrary: fc.constantFrom(
        '',
        '0',
        '-0',
        '99999999999',
        '9'.repeat(400),
        'Infinity',
        'NaN',
        '0x10',
      ),
    },
    { weight: 1, arbitrary: fc.string() },
  );
  return fc.record(
    {
      date: fc.oneof(date, value),
      'retry-after': value,
      'retry-after-ms': value,
      'x-ratelimit-limit': value,
      'x-ratelimit-remaining': value,
      'x-ratelimit-reset': fc.oneof(second.map(String), value),
    },
    { requiredKeys: [] },
  );
};
