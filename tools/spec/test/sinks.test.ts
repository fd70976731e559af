import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { SpecError } from '../errors.ts';
import { comment, identifier, number, propertyKey, string } from '../generate/sinks.ts';

// Any code units, also halves of surrogate pairs, with what hurts code made likely.
const HOSTILE = [
  '*/',
  '/*',
  '/',
  '*',
  '\\',
  '"',
  "'",
  '`',
  '${',
  '}',
  '</script>',
  '<!--',
  '\n',
  '\r\n',
  '\u2028',
  '\u2029',
  '\u0085',
  '\u000b',
  '\u000c',
  '\u0000',
  '\u200b',
  '\u202e',
  '\u2066',
  '\ufeff',
  '@ts-ignore',
  '@ts-',
  'eslint-disable',
  'biome-ignore',
  'oxlint-disable',
  '//# sourceMappingURL=x',
  '__proto__',
  '{{{name}}}',
  '\ud800',
  '\udc00',
  '\u0301',
  '1',
  'a',
  ' ',
];
const anyText = fc.oneof(
  fc.string({ unit: 'binary' }),
  fc.array(fc.integer({ min: 0, max: 0xffff })).map((units) => String.fromCharCode(...units)),
  fc.array(fc.constantFrom(...HOSTILE)).map((parts) => parts.join('')),
);

const RUNS = { numRuns: 1_000 };

describe('string', () => {
  it('is ASCII that means the same text and cannot end a script element', () => {
    fc.assert(
      fc.property(anyText, (text) => {
        const literal = string(text);
        expect(JSON.parse(literal)).toBe(text);
        expect(literal).toMatch(/^[\x20-\x7e]*$/);
        expect(literal).not.toContain('</');
      }),
      RUNS,
    );
  });

  it('holds no quote that would end it', () => {
    expect(string('"; process.exit() //')).toBe('"\\"; process.exit() //"');
  });
});

describe('propertyKey', () => {
  it('is a plain name or a string literal', () => {
    fc.assert(
      fc.property(anyText, (text) => {
        const key = propertyKey(text);
        if (key === text) expect(key).toMatch(/^[A-Za-z_$][\w$]*$/);
        else expect(JSON.parse(key)).toBe(text);
      }),
      RUNS,
    );
  });

  it.each(['account-id', '1st', '', "it's", '__proto__', 'größe', 'a\n'])('quotes %j', (name) => {
    expect(propertyKey(name)).toBe(string(name));
  });

  it.each(['id', '$ref', '_links', 'class', 'constructor'])('prints %s as it is', (name) => {
    expect(propertyKey(name)).toBe(name);
  });
});

describe('identifier', () => {
  it('returns a name unchanged or refuses it', () => {
    fc.assert(
      fc.property(anyText, (text) => {
        try {
          expect(identifier(text)).toBe(text);
          expect(text).toMatch(/^[A-Za-z_$][\w$]*$/);
        } catch (error) {
          expect(error).toBeInstanceOf(SpecError);
        }
      }),
      RUNS,
    );
  });

  it.each([
    'class',
    'await',
    'arguments',
    'let',
    'Error',
    'Blob',
    'Promise',
    'Operation',
    'PagedOperation',
    'NoParams',
    'groups',
    'transport',
    '__proto__',
    'then',
    'toString',
  ])('refuses %s, which the language or core has taken', (name) => {
    expect(() => identifier(name)).toThrow('give it another name in the overlay (x-name)');
  });

  it.each(['', '1a', 'a-b', 'a b', 'a\n', 'a;b', 'größe', '\u0430', 'a'.repeat(101)])(
    'refuses %j',
    (name) => {
      expect(() => identifier(name)).toThrow('is no identifier');
    },
  );

  it('shows a refused name without its controls and shortened', () => {
    expect(() => identifier(`\u001b[31m${'x'.repeat(500)}`)).toThrow(
      /^'\?\[31mx{95}' is no identifier/,
    );
  });
});

describe('number', () => {
  it('means the same number', () => {
    fc.assert(
      fc.property(fc.double({ noNaN: true, noDefaultInfinity: true }), (value) => {
        expect(number(value)).toMatch(/^-?\d+(\.\d+)?(e[+-]\d+)?$/);
        expect(Number(number(value)) === value).toBe(true);
      }),
      RUNS,
    );
  });

  it.each([Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY])(
    'refuses %d',
    (value) => {
      expect(() => number(value)).toThrow(SpecError);
    },
  );
});

describe('comment', () => {
  it('ends once, at its end, and holds nothing that a tool obeys', () => {
    fc.assert(
      fc.property(fc.array(anyText), (lines) => {
        const text = comment(lines);
        if (text === '') return;
        expect(text).toMatch(/^\/\*\*/);
        expect(text.indexOf('*/')).toBe(text.length - '*/\n'.length);
        expect(text.indexOf('/*', 1)).toBe(-1);
        expect(text).not.toMatch(/[\r\v\f\u0085\u2028\u2029]/);
        expect(text).not.toMatch(/@ts-|eslint-|biome-|oxlint-|sourceMappingURL|sourceURL/i);
        for (const line of text.trimEnd().split('\n').slice(1)) expect(line).toMatch(/^ \*/);
      }),
      RUNS,
    );
  });

  it('holds no control and no mark that turns the direction of text', () => {
    fc.assert(
      fc.property(fc.array(anyText), (lines) => {
        expect(comment(lines).replaceAll('\n', '')).not.toMatch(
          /[\p{Cc}\u202a-\u202e\u2066-\u2069\ufeff]/u,
        );
      }),
      RUNS,
    );
  });

  it('disarms an end of comment that an invisible character hides', () => {
    expect(comment(['a *\u200b/ b'])).toBe('/** a *\\/ b */\n');
  });

  it.each([
    ['a mark of Arabic', 'a\u061cb', 'ab'],
    ['a soft hyphen', 'a\u00adb', 'ab'],
    ['a tag', 'a\u{e0041}b', 'ab'],
    ['a private character', 'a\ue000b', 'ab'],
    ['a pragma for JSX', '@jsxImportSource x', '@ jsxImportSource x'],
  ])('disarms %s', (_, text, plain) => {
    expect(comment([text])).toBe(`/** ${plain} */\n`);
  });

  it('prints one line on one line, several on lines of their own, and nothing for none', () => {
    expect(comment(['One.'])).toBe('/** One. */\n');
    expect(comment(['One.', 'Two.\nThree.'])).toBe('/**\n * One.\n * Two.\n * Three.\n */\n');
    expect(comment([])).toBe('');
    expect(comment(['', ' \n\t'])).toBe('');
  });

  it('leaves plain text alone', () => {
    expect(comment(['Größe in `px`, {@link Size}.', '@deprecated'])).toBe(
      '/**\n * Größe in `px`, {@link Size}.\n * @deprecated\n */\n',
    );
  });
});
