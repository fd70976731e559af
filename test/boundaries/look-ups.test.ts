import { globSync, readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { describe, expect, it } from 'vitest';
import { lookUpsIn } from './look-ups.ts';

const ROOT = resolve(import.meta.dirname, '../..');

/** Look-ups by a variable that cannot reach what every object inherits, and why. */
const ALLOWED: readonly (readonly [file: string, lookUp: string, why: string])[] = [
  ['core/src/attempt.ts', 'LATE[stage]', 'the stages are its own'],
  ['core/src/csv.ts', 'row[names[i] as string]', 'a column may not be named __proto__'],
  ['core/src/fault.ts', 'Reflect.get(value, name)', 'of an error, whose class may have the member'],
  ['core/src/http.ts', 'plain[name.toLowerCase()]', 'the object inherits nothing'],
  ['core/src/node/http-adapter.ts', 'headers[name]', 'the object has no prototype'],
  ['core/src/node/routes.ts', "'Deno' in globalThis", 'a global'],
  ['core/src/node/routes.ts', "'Deno' in globalThis", 'a global'],
  ['core/src/own.ts', '(record as Readonly<Record<PropertyKey, never>>)[name]', 'own() itself'],
  ['core/src/rate-gate.ts', "'enter' in option", 'of an object whose class may have the method'],
  ['core/src/transport-web.ts', "'credentials' in Request.prototype", 'a class of the platform'],
  ['sandbox/src/own.ts', 'record[name as string]', 'own() itself'],
];

describe('look-ups by a name', () => {
  const sources = globSync('packages/*/src/**/*.ts', { cwd: ROOT });

  it('go through own(), Object.hasOwn or a Map, everywhere in the packages', () => {
    const found = sources.flatMap((file) =>
      lookUpsIn(file, readFileSync(resolve(ROOT, file), 'utf8')).map(
        (lookUp) => `${file.replaceAll('\\', '/')}: ${lookUp}`,
      ),
    );
    expect(sources.length).toBeGreaterThan(300);
    expect(found.sort()).toEqual(
      ALLOWED.map(([file, lookUp]) => `packages/${file}: ${lookUp}`).sort(),
    );
  });

  it.each([
    'RECORD[name]',
    'RECORD[header.toLowerCase()]?.()',
    "RECORD['x-' + name]",
    "RECORD[name + '-x']",
    'record[name] = 1',
    'const { [name]: value } = record;',
    'name in record',
    "'status' in outcome",
    'Reflect.get(value, key)',
    'a + b[c + d]',
  ])('are found: %s', (source) => {
    expect(lookUpsIn('planted.ts', source)).toHaveLength(1);
  });

  it.each([
    'own(RECORD, name)',
    'RECORD.name',
    "RECORD['name']",
    'list[0]',
    'list[i]',
    'list[at + 1]',
    'list[list.length - 1]',
    'list[hash(key) % list.length]',
    'value[Symbol.asyncIterator]',
    'const MARK = Symbol.for("a"); value[MARK]; MARK in value',
    'const made = { [name]: 1 };',
    "Reflect.get(error, 'code')",
  ])('are none: %s', (source) => {
    expect(lookUpsIn('planted.ts', source)).toEqual([]);
  });
});
