import { describe, expect, it } from 'vitest';
import { cleanerOf, cleanLine } from '../src/redact.js';

const cleanOf = (...secrets: readonly string[]): ((text: string) => string) => cleanerOf(secrets);

describe('a text of a server', () => {
  it.each([
    ['loses its control characters', 'a\u0000\u001b[31mb\u007fc\u0085d', 'a [31mb c d'],
    ['becomes one line', 'one\r\n\r\n\ttwo', 'one two'],
    ['loses the marks that turn its direction', 'a\u202e\u2066b\u2069c', 'a b c'],
    ['has no spaces around it', '\n text \n', 'text'],
    ['of 300 characters stays whole', 'x'.repeat(300), 'x'.repeat(300)],
    ['ends after 300 characters', 'x'.repeat(301), `${'x'.repeat(300)}…`],
  ])('%s', (_what, text, line) => {
    expect(cleanLine(text)).toBe(line);
    expect(cleanOf('some secret')(text)).toBe(line);
  });
});

describe('a secret of the request in a text of a server', () => {
  // Its base64 has +, / and two signs of padding.
  const secret = 'a b~?>"c?d';

  it.each([
    ['as it is', secret],
    ['in a path', 'a%20b~%3F%3E%22c%3Fd'],
    ['in a form', 'a+b%7E%3F%3E%22c%3Fd'],
    ['in JSON', 'a b~?>\\"c?d'],
    ['as base64', 'YSBifj8+ImM/ZA=='],
    ['as base64 without its padding', 'YSBifj8+ImM/ZA'],
    ['as base64url', 'YSBifj8-ImM_ZA'],
  ])('is not shown %s', (_how, form) => {
    expect(cleanOf(secret)(`You sent "${form}", ${form}.`)).toBe(
      'You sent "[redacted]", [redacted].',
    );
  });

  it('goes whole where it holds another one', () => {
    expect(cleanOf('secret-1', 'secret-12345')('secret-12345 secret-1')).toBe(
      '[redacted] [redacted]',
    );
  });

  it('goes although a lone surrogate in it cannot be encoded', () => {
    const clean = cleanOf('secret-\ud800');
    expect(clean('secret-\ud800 secret-%EF%BF%BD')).toBe('[redacted] [redacted]');
  });

  it('goes from seven characters on: shorter ones would tear words apart', () => {
    expect(cleanOf('secret')('The secret is wrong.')).toBe('The secret is wrong.');
    expect(cleanOf('secrets')('The secrets are wrong.')).toBe('The [redacted] are wrong.');
  });
});

describe('a text of a server that holds no secret', () => {
  const clean = cleanOf('canary+secret/1==', 'a-refresh-token', 'dBjftJeZ4CVP-mB92K27uhbUJU1p1r');

  it.each([
    'The secret is wrong; the refresh token has expired.',
    'Line item 4711: productId "SKU-0815" is unknown (see https://api.criteo.com/docs?a=b%20c&d=e).',
    'At 100 % & more: 5 > 3, a\\b, C:\\new, &amp; &nope; %zz \\u12 &#99999999;',
    'dGhpcyBpcyBubyBzZWNyZXQgYXQgYWxsLCBpcyBpdD8= deadbeefdeadbeefdeadbeef',
    'trace 6f1c2b7e-0d3a-4f4e-9c57-2f1f0b9a7c11 of 2026-07-01T00:00:00Z',
  ])('stays as it is: %s', (text) => {
    expect(clean(text)).toBe(text);
  });

  it('keeps what stands around a secret', () => {
    expect(clean('client_id%3Did%26client_secret%3Dcanary%2Bsecret%2F1%3D%3D%26x%3Dy')).toBe(
      'client_id%3Did%26client_secret%3D[redacted]%26x%3Dy',
    );
  });
});

describe('a secret in a text that is cut', () => {
  const secret = 'canary+secret/1==&"';

  it.each([
    ['as it is', secret],
    ['with percent signs', encodeURIComponent(secret)],
    ['as base64', btoa(`id:${secret}`)],
    ['as HTML in JSON', JSON.stringify(secret.replaceAll('"', '&quot;')).slice(1, -1)],
  ])('leaves no half of it, wherever the cut is: %s', (_how, written) => {
    const clean = cleanOf(secret);
    for (let before = 250; before <= 301; before += 1) {
      const text = clean(`${'.'.repeat(before)}${written}${'.'.repeat(100)}`);
      expect(text).toMatch(/^\.+(?:\[redacted\]\.*|\[[redact]*)?…$/);
    }
  });

  it('is not shown where a text is so long that its end is not read', () => {
    const clean = cleanOf(secret);
    const blank = '\u0000'.repeat(65_536 - 8);
    expect(clean(`${blank}${secret}`)).toBe('[redacted]');
    expect(clean(`${'x'.repeat(65_530)}${secret}`)).toBe(`${'x'.repeat(300)}…`);
  });

  it('goes together with the line that it ends with in its file', () => {
    const clean = cleanOf(`${secret}\r\n`);
    expect(clean(`No: ${secret}.`)).toBe('No: [redacted].');
    expect(clean(`No: ${encodeURIComponent(`${secret}\r\n`)}.`)).toBe('No: [redacted].');
  });

  it('goes whole where secrets overlap', () => {
    expect(cleanOf('abcdefghij', 'ghijklmnop')('-abcdefghijklmnop-')).toBe('-[redacted]-');
  });
});

/** How much longer the one takes than the other: the least of some, as what else the machine does makes none shorter. */
const ratioOf = (one: () => unknown, other: () => unknown): number => {
  const least = [one, other].map(() => Number.POSITIVE_INFINITY);
  for (let round = 0; round < 7; round += 1) {
    for (const [index, work] of [one, other].entries()) {
      const startedAt = performance.now();
      work();
      least[index] = Math.min(least[index] ?? 0, performance.now() - startedAt);
    }
  }
  return (least[0] ?? 0) / (least[1] ?? 1);
};

describe('a text that is made to take long', () => {
  const HOSTILE: Readonly<Record<string, string>> = {
    'percent signs of percent signs': '%25',
    'percent signs without end': '25',
    'entities of entities': '&#38;',
    'zeros of an entity': '0',
    'all encodings': '%26#38;\\u0025&amp;\\x5c+',
    backslashes: '\\',
    'base64 of zeros': 'A',
    'base64 of base64': 'WVdGaFlXRmhZV0Zo',
    'hex of hex': '3631',
    'control characters': '\u0001a',
    'the beginning of the secret': 'canary+secret',
  };

  it.each(Object.entries(HOSTILE))('takes time for its length, and no more: %s', (_what, piece) => {
    const textOf = (length: number): string =>
      `%&#${piece.repeat(Math.ceil(length / piece.length))}`.slice(0, length);
    const [short, long] = [textOf(2 * 1024), textOf(32 * 1024)];
    const clean = (text: string): string => cleanOf('canary+secret/1==')(text);
    const often = (): string[] => Array.from({ length: 16 }, () => clean(short));
    // As much text in all. If time grew by the square, one long text would take sixteen times as long.
    expect(ratioOf(() => clean(long), often)).toBeLessThan(5);
  });

  it('is not shown where it has more readings than can be looked through', () => {
    const clean = cleanOf('canary+secret/1==');
    const text = '%26#38;\\u0025&amp;'.repeat(3_000);
    const shown = Array.from({ length: 30 }, (_, index) => clean(`${index} ${text}`));
    expect(shown[0]).toMatch(/^0 %26#38;/);
    expect(shown.at(-1)).toBe('[redacted]');
    expect(clean('plain text is')).toBe('plain text is');
  });
});
