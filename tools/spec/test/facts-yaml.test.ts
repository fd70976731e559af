import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import type { Json } from '../document.ts';
import { SpecError } from '../errors.ts';
import { writeFacts } from '../intake/facts-yaml.ts';

describe('facts in YAML', () => {
  it.each<[value: Json, text: string]>([
    ['query', 'query'],
    ['Criteo Marketing API (legacy)', 'Criteo Marketing API (legacy)'],
    ['^([01][0-9]|2[0-3]):[0-5][0-9]$', '^([01][0-9]|2[0-3]):[0-5][0-9]$'],
    ['none', 'none'],
    ['', '""'],
    ['no', '"no"'],
    ['Y', '"Y"'],
    ['on', '"on"'],
    ['true', '"true"'],
    ['null', '"null"'],
    ['~', '"~"'],
    ['200', '"200"'],
    ['2026-07', '"2026-07"'],
    ['3.0.3', '"3.0.3"'],
    ['30D', '"30D"'],
    ['.5', '".5"'],
    ['e5', '"e5"'],
    ['-', '"-"'],
    ['=', '"="'],
    ['<<', '"<<"'],
    ['a: b', '"a: b"'],
    ['a:', '"a:"'],
    ['a #b', '"a #b"'],
    [' a', '" a"'],
    ['a\nb', '"a\\nb"'],
    ['é\u2028', '"\\u00e9\\u2028"'],
    ['😀', '"\\U0001f600"'],
    ['\u001b[31m', '"\\u001b[31m"'],
    [1, '1'],
    [-0.5, '-0.5'],
    [-0, '0'],
    [1e21, '1000000000000000000000'],
    [1e-7, '1.0e-7'],
    [true, 'true'],
    [null, 'null'],
    [[], '[]'],
    [{}, '{}'],
  ])('hold %j as %s', (value, text) => {
    expect(writeFacts({ a: value })).toBe(`a: ${text}\n`);
    if (typeof value === 'string') expect(writeFacts({ [value]: 1 })).toBe(`${text}: 1\n`);
  });

  it('quote a reference once', () => {
    expect(writeFacts({ $ref: '#/components/schemas/A' })).toBe("$ref: '#/components/schemas/A'\n");
    expect(writeFacts({ $ref: "#/it's" })).toBe("$ref: '#/it''s'\n");
    expect(writeFacts({ $ref: '#/a\nb' })).toBe('$ref: "#/a\\nb"\n');
    expect(writeFacts({ $ref: { type: 'string' } })).toBe('$ref:\n  type: string\n');
  });

  it('indent what is in a list', () => {
    expect(writeFacts({ a: [{ b: [1, [2, 3]], c: {} }, 'x'] })).toBe(
      'a:\n  - b:\n      - 1\n      - - 2\n        - 3\n    c: {}\n  - x\n',
    );
  });

  it('do not fold a long line', () => {
    expect(writeFacts({ a: 'word '.repeat(100).trim() }).split('\n')).toHaveLength(2);
  });

  it('refuse a name that could not be read again', () => {
    expect(() => writeFacts({ ['x'.repeat(1_001)]: 1 })).toThrow(SpecError);
    expect(() => writeFacts({ ['é'.repeat(170)]: 1 })).toThrow('is too long; shorten it.');
  });

  it('are what was written, to readers of YAML 1.2 and of 1.1', () => {
    const word = fc.oneof(
      fc.string({ maxLength: 12 }),
      fc.string({ unit: 'binary', maxLength: 12 }),
      fc.stringMatching(/^[-0-9a-fxo_:.+eE ]{0,12}$/),
      fc.constantFrom('<<', '=', '---', '...', '0x1F', '1_000', '190:20:30', '2001-12-14', '0o7'),
    );
    const { value } = fc.letrec<{ value: Json }>((tie) => ({
      value: fc.oneof(
        { depthSize: 'small' },
        word,
        fc.double({ noDefaultInfinity: true, noNaN: true }),
        fc.maxSafeInteger(),
        fc.constantFrom(true, false, null),
        fc.array(tie('value'), { maxLength: 4 }),
        fc.dictionary(word, tie('value'), { maxKeys: 4 }),
      ),
    }));
    fc.assert(
      fc.property(fc.dictionary(word, value, { minKeys: 1 }), (document) => {
        const plain = JSON.parse(JSON.stringify(document)) as Record<string, Json>;
        fc.pre(!JSON.stringify(plain).includes('__proto__'));
        const text = writeFacts(plain);
        expect(text).toMatch(/^[\x20-\x7e\n]*$/);
        expect(parse(text)).toEqual(plain);
        expect(parse(text, { version: '1.1' })).toEqual(plain);
      }),
      { numRuns: 1_000 },
    );
  });
});
