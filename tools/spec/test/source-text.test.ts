import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { stringify } from 'yaml';
import { type JsonObject, parseYaml } from '../document.ts';
import { SpecError } from '../errors.ts';
import { parseText } from '../intake/source-text.ts';

const refusal = (text: string): string => {
  try {
    parseText(text, 'doc');
  } catch (error) {
    expect(error).toBeInstanceOf(SpecError);
    return (error as SpecError).message;
  }
  return 'accepted';
};

/** Time that this thread worked, whatever else the machine has to do. */
const busyMs = (work: () => void): number => {
  const start = process.threadCpuUsage();
  work();
  const { user, system } = process.threadCpuUsage(start);
  return (user + system) / 1_000;
};

describe('a text', () => {
  it.each([
    ['', 'doc is empty; fetch it again.'],
    [' \n\t ', 'doc is empty; fetch it again.'],
    ['<!doctype html><p>Sign in', 'doc is a page (HTML or XML), no document'],
    ['<?xml version="1.0"?>', 'doc is a page (HTML or XML), no document'],
    ['[{"a":1}]', 'doc holds no object, so it is no OpenAPI document'],
    ['Not found', 'doc holds no object, so it is no OpenAPI document'],
    ['42', 'doc holds no object, so it is no OpenAPI document'],
    ['# nothing', 'doc holds no object, so it is no OpenAPI document'],
    ['{"a":', 'doc seems cut off (objects and lists still open: 1); fetch it again'],
    ['{"a":{"b":["x', 'doc seems cut off (objects and lists still open: 3)'],
    ['{"a":1}x', 'doc begins as JSON but is none'],
    ['{"a":1,}', 'doc begins as JSON but is none'],
    ['{a: 1}', 'doc begins as JSON but is none'],
    ['{"a":"\\x"}', 'doc begins as JSON but is none'],
    ['{"\\x":1}', 'doc begins as JSON but is none'],
    ['{"a":01}', 'doc begins as JSON but is none'],
    ['}{', 'doc, line 1 is no clean YAML'],
    ['a: "x', 'doc seems cut off (Missing closing "quote)'],
    ['a: 1\nb: [1, 2', 'doc seems cut off'],
    ['a: 1\nb: !!js/function "x"\nc: 1', 'doc, line 2 is no clean YAML: Unresolved tag'],
    ['a: 1\n---\na: 2\n', 'doc, line 2 is no clean YAML: Source contains multiple documents'],
    ['a: b: c\nd: 1', 'doc, line 1 is no clean YAML'],
    ['? [a]\n: 1\nb: 1', 'doc, line 1 is no clean YAML'],
    ['a: &x 1\nb: *x\nc: 1', 'doc#/b is a YAML alias; write the value out.'],
    ['a: .inf', 'doc#/a is no finite number; correct it.'],
    ['{"a":[1,1e999]}', 'doc#/a/1 is no finite number; correct it.'],
    ['{"a":{"b":"\\ud800"}}', 'doc#/a/b holds half a character'],
    ['{"a":{"\\udfff":1}}', 'doc#/a holds half a character'],
    ['{"a":[{"__proto__":{"x":1}}]}', 'doc#/a/0 has a key __proto__'],
    ['{"\\u005f_proto__":1}', 'doc# has a key __proto__'],
    ['a:\n  __proto__: { x: 1 }', 'doc#/a has a key __proto__'],
  ])('is refused by what it is: %j', (text, message) => {
    expect(refusal(text)).toContain(message);
  });

  it.each([
    ['{"a":{"b":1,"c":2,"b":3}}', 'doc#/a/b'],
    ['{"a":[{"b":1,"\\u0062" :3}]}', 'doc#/a/-/b'],
    ['{"b":{"b":1},"c":[],"b":1}', 'doc#/b'],
    ['a:\n  b: 1\n  b: 2', 'doc#/a/b'],
    ['a:\n  - { 200: 1, "200": 2 }', 'doc#/a/-/200'],
    ['a:\n  null: 1\n  "null": 2', 'doc#/a/null'],
  ])('has each key once: %j', (text, place) => {
    expect(refusal(text)).toBe(`${place} stands twice (keys are unique); take one out.`);
  });

  it('may have a key in several objects, and text that looks like keys', () => {
    const text = String.raw`{"a":{"b":"{\"b\":1,\"b\":2}","c":{"b":["b","b"]}},"b":"\\"}`;
    expect(parseText(text, 'doc')).toEqual(JSON.parse(text));
  });

  it.each([128, 129])('is nested %i levels deep', (depth) => {
    const json = `${'{"a":'.repeat(depth)}1${'}'.repeat(depth)}`;
    const yaml = `a: ${'['.repeat(depth - 1)}${']'.repeat(depth - 1)}`;
    for (const text of [json, yaml])
      expect(refusal(text)).toBe(
        depth === 128
          ? 'accepted'
          : 'doc is nested deeper than 128 levels; no document of an API is.',
      );
  });

  it.each([
    ['JSON 20,000 levels deep', `{"a":${'['.repeat(20_000)}`, 'nested deeper'],
    ['YAML 20,000 levels deep', `a: ${'['.repeat(20_000)}`, 'nested deeper'],
    ['YAML of 20,000 dashes', `${'- '.repeat(20_000)}x`, 'nested deeper'],
    ['YAML of 20,000 maps', `a: ${'{a: '.repeat(20_000)}1${'}'.repeat(20_000)}`, 'nested deeper'],
    ['a million values', `{"a":[${'1,'.repeat(1_000_000)}1]}`, 'has too many values'],
    ['a million lines', `a:\n${' - 1\n'.repeat(1_000_000)}`, 'has too many values'],
    ['a million commas', `a: [${','.repeat(1_000_000)}]`, 'has too many values'],
    ['100,000 faults in a line', `a: [${'"x" '.repeat(40_000)}]`, 'no clean YAML'],
    ['an alias bomb', aliasBomb(), 'is a YAML alias'],
  ])('ends at once: %s', (_, text, message) => {
    expect(busyMs(() => expect(refusal(text)).toContain(message))).toBeLessThan(5_000);
  });

  it('of many keys takes no quadratic time', () => {
    const keys = Array.from({ length: 40_000 }, (_, index) => `k${index}`);
    const text = keys.map((key) => `${key}: 1`).join('\n');
    const read = (): void => expect(Object.keys(parseText(text, 'doc'))).toEqual(keys);
    expect(busyMs(read)).toBeLessThan(5_000);
  });

  it('is read as JSON.parse and parseYaml read it', () => {
    fc.assert(
      fc.property(fc.dictionary(fc.string(), fc.jsonValue()), (anything) => {
        const value = JSON.parse(JSON.stringify(anything)) as JsonObject;
        fc.pre(!JSON.stringify(value).includes('__proto__'));
        expect(parseText(JSON.stringify(value), 'doc')).toEqual(value);
        const yaml = `# YAML\n${stringify(value, { aliasDuplicateObjects: false })}`;
        expect(parseText(yaml, 'doc')).toEqual(parseYaml(yaml, 'doc'));
      }),
      { numRuns: 200 },
    );
  });

  it('is read or refused, never worse', () => {
    const words =
      '{ } [ ] " : , \\ a 1 -\t &a *a !!x | > ? # % \' --- ... << __proto__ \u2028 é'.split(' ');
    const pieces = fc.constantFrom(' ', '\n', '- ', '\t', '!!x ', ...words);
    fc.assert(
      fc.property(fc.array(pieces, { maxLength: 30 }), fc.boolean(), (parts, isJson) => {
        const text = `${isJson ? '{' : 'a: 1\n'}${parts.join('')}`;
        try {
          parseText(text, 'doc');
        } catch (error) {
          expect(error).toBeInstanceOf(SpecError);
        }
      }),
      { numRuns: 3_000 },
    );
  });
});

function aliasBomb(): string {
  const levels = ['a: &a0 [x, x]'];
  for (let level = 1; level < 60; level += 1)
    levels.push(`k${level}: &a${level} [*a${level - 1}, *a${level - 1}]`);
  return levels.join('\n');
}
