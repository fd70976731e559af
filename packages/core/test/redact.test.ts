import { describe, expect, it } from 'vitest';
import type { CallState } from '../src/call-state.js';
import type { HttpRequest } from '../src/exchange.js';
import { cleaner, cleanLine } from '../src/redact.js';

const cleanOf = (...secrets: readonly string[]): ((text: string) => string) =>
  cleaner({ call: { secrets: new Set(secrets) } as Partial<CallState> } as HttpRequest);

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
