import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parseJson } from '../src/json.js';

describe('reading JSON of a server', () => {
  it('reads what JSON.parse reads, for any value of safe numbers and ordinary keys', () => {
    fc.assert(
      fc.property(fc.jsonValue(), (value) => {
        const text = JSON.stringify(value);
        const parsed = parseJson(text);
        if (/__proto__|constructor|prototype/.test(text) || !isSafe(value)) return;
        expect(parsed).toEqual({ ok: true, value: JSON.parse(text) });
      }),
    );
  });

  it('takes a byte order mark', () => {
    expect(parseJson('\ufeff{"a":1}')).toEqual({ ok: true, value: { a: 1 } });
  });

  it.each(['{"a":', '', 'html', '[1,]', '"a'])('refuses %j as unparsable', (text) => {
    expect(parseJson(text)).toEqual({ ok: false, reason: 'unparsable' });
  });

  it('refuses 65 levels and takes 64', () => {
    expect(parseJson('['.repeat(65) + ']'.repeat(65))).toEqual({ ok: false, reason: 'too-deep' });
    expect(parseJson('['.repeat(64) + ']'.repeat(64)).ok).toBe(true);
    expect(parseJson('['.repeat(100_000))).toEqual({ ok: false, reason: 'too-deep' });
    expect(parseJson('{"a": '.repeat(65) + 1 + '}'.repeat(65))).toEqual({
      ok: false,
      reason: 'too-deep',
    });
  });

  it('refuses more than 5,000,000 values before it parses them, and takes as many', () => {
    const zeros = (count: number): string => `[${'0,'.repeat(count - 2)}0]`;
    expect(parseJson(zeros(5_000_000)).ok).toBe(true);
    expect(parseJson(zeros(5_000_001))).toEqual({ ok: false, reason: 'too-many' });
    const objects = `[${'{},'.repeat(2_500_000)}{}]`;
    expect(parseJson(objects)).toEqual({ ok: false, reason: 'too-many' });
    // Not even complete JSON: the count comes first.
    expect(parseJson('{"a":0,'.repeat(60) + ','.repeat(5_000_000))).toEqual({
      ok: false,
      reason: 'too-many',
    });
  });

  it('counts no comma of a text', () => {
    expect(parseJson(`["${','.repeat(5_000_001)}"]`).ok).toBe(true);
  });

  it.each(['[1]', '{"a":1}', '[]', '{}'])('counts levels, not brackets: 100 times %s', (item) => {
    const text = `[${Array(100).fill(item)}]`;
    expect(parseJson(text)).toEqual({ ok: true, value: JSON.parse(text) });
  });

  it.each([
    ['{"data":[{"id":1},{"id":9007199254740993}]}', 'data.1.id'],
    ['{"a, b":{"x":"1,2","y":-9007199254740993}}', 'a, b.y'],
    ['[[1,2],[3,12345678901234567890]]', '1.1'],
    ['9007199254740993', ''],
    ['{"a":[],"b":{"c":{}},"d\\"e":9007199254740993}', 'd\\"e'],
    ['["\\\\",9007199254740993]', '1'],
    ['{"a":9007199254740993.0}', 'a'],
    ['[1,-9007199254740993e0]', '1'],
    ['12345678901234567890e1', ''],
    ['{"a":12345678901234567890E+1}', 'a'],
    ['1000000000000000000000000', ''],
    ['{"a":{"b":900719925474099.3e1}}', 'a.b'],
    ['90071992547409930E-1', ''],
    ['{"a":1e400}', 'a'],
    ['[-1E+999]', '0'],
  ])('names the field of an integer that would lose digits: %s', (text, field) => {
    expect(parseJson(text)).toEqual({ ok: false, reason: 'unsafe-integer', field });
  });

  it.each([
    '9007199254740991',
    '-9007199254740991',
    '12345678901234567890.5',
    '1e30',
    '9007199254740993.5',
    '1e21',
    '12345678901234567890e2',
    '9007199254740992.0',
    '9007199254740991e0',
    '1.5e3',
    '0e+12345678901234567890',
    '0e-12345678901234567890',
    '"12345678901234567890"',
    '"\\" 12345678901234567890"',
    '["\\\\",1]',
    '{"a":1,"b 12345678901234567890":2}',
  ])('takes %s', (text) => {
    expect(parseJson(text)).toEqual({ ok: true, value: JSON.parse(text) });
  });

  it.each([
    '{"__proto__":{"polluted":1},"a":1}',
    '{"constructor":{"prototype":{"polluted":1}},"a":1}',
    '{"prototype":{"polluted":1},"a":1}',
    '{"\\u005f_proto__":{"polluted":1},"a":1}',
  ])('drops keys that reach a prototype: %s', (text) => {
    const reading = parseJson(text);
    const value = reading.ok ? (reading.value as object) : {};
    expect(Object.keys(value)).toEqual(['a']);
    expect(Object.getPrototypeOf(value)).toBe(Object.prototype);
  });

  it('drops them at every depth, and nothing else', () => {
    const text = '[{"a":{"constructor":1,"b":[{"__proto__":{"c":1},"d":null}]}},{"e":"prototype"}]';
    expect(parseJson(text)).toEqual({
      ok: true,
      value: [{ a: { b: [{ d: null }] } }, { e: 'prototype' }],
    });
  });

  it('lets a string speak of prototypes', () => {
    expect(parseJson('{"a":"__proto__"}')).toEqual({ ok: true, value: { a: '__proto__' } });
  });
});

const isSafe = (value: unknown): boolean => {
  if (typeof value === 'number') return !Number.isInteger(value) || Number.isSafeInteger(value);
  return typeof value !== 'object' || value === null || Object.values(value).every(isSafe);
};
