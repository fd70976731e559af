import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { cleanerOf } from '../src/redact.js';
import { shownIn } from './canary.js';
import { ENCODERS, WRITTEN } from './encoders.js';

const SECRET = 'canary+secret/1==&"<\'%é';

describe('a secret of the client in a text of a server', () => {
  it.each(Object.entries(WRITTEN))('is not shown: %s', (_how, write) => {
    const clean = cleanerOf([SECRET])(`You sent "${write(SECRET)}", did you not?`);
    expect(shownIn(clean, [SECRET])).toEqual([]);
    expect(clean).toMatch(/^You sent ".*\[redacted\].*", did you not\?$/);
  });

  it('is found by the harness without the cleaning, however it is written', () => {
    for (const [how, write] of Object.entries(WRITTEN))
      expect([how, ...shownIn(`You sent "${write(SECRET)}"?`, [SECRET])]).toEqual([how, SECRET]);
  });

  // Letters that are told in the other case are no longer the same.
  const encoders = Object.keys(ENCODERS).filter((how) => how !== 'in capitals');
  const anything = fc.oneof(
    fc.integer({ min: 0x20, max: 0x7e }).map((code) => String.fromCharCode(code)),
    fc.constantFrom(...'%&+/"\'\\<>=;#x25u0 ', 'é', '語', '😀', '\ud800', '\udc00'),
  );
  const secrets = fc
    .array(anything, { minLength: 7, maxLength: 40 })
    .map((characters) => characters.join(''))
    .filter((secret) => secret.trim().length >= 7);

  it('is not shown whatever it consists of, and in whatever two ways it is written', () => {
    fc.assert(
      fc.property(
        secrets,
        fc.constantFrom(...encoders),
        fc.constantFrom(...encoders),
        (secret, inner, outer) => {
          const written = (ENCODERS[outer] as (text: string) => string)(
            (ENCODERS[inner] as (text: string) => string)(secret),
          );
          const clean = cleanerOf([secret])(`You sent "${written}", did you not?`);
          expect(clean).toMatch(/\[redacted\]|…/);
          expect(shownIn(clean, [secret])).toEqual([]);
        },
      ),
      { numRuns: Number(process.env.RUNS ?? 2_000) },
    );
  });
});
