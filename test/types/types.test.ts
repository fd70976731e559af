import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, describe, expect, it } from 'vitest';
import { findAny } from './any.js';
import { callPrograms } from './calls.js';
import { compile, expectedIn, writeProject } from './compiler.js';

const ROOT = fileURLToPath(new URL('../../', import.meta.url));
const PROGRAMS = fileURLToPath(new URL('./programs/', import.meta.url));

/*
 * One run of the compiler over all programs: those of the folder `programs`, and those that are
 * written here from the documents, in a folder outside of the repository.
 */
const folder = mkdtempSync(join(tmpdir(), 'criteo-sdk-types-'));
const written = callPrograms();
const sources = new Map([
  ...readdirSync(PROGRAMS)
    .filter((file) => file.endsWith('.ts'))
    .map((file): [string, string] => [file, readFileSync(join(PROGRAMS, file), 'utf8')]),
  ...written,
]);

afterAll(() => rmSync(folder, { recursive: true }));

writeProject(folder, written, [join(PROGRAMS, '*.ts'), './*.ts']);
const found = compile(folder);

describe('programs', () => {
  it.each([...sources])('%s has the errors that it expects, and no other', (file, source) => {
    const inFile = found.filter((diagnostic) => diagnostic.startsWith(`${file}:`));
    expect(inFile.toSorted()).toEqual(expectedIn(file, source).toSorted());
  });

  it('leave nothing else to complain about, the declarations of the packages included', () => {
    const isKnown = (diagnostic: string): boolean => sources.has(diagnostic.split(':')[0] ?? '');
    expect(found.filter((diagnostic) => !isKnown(diagnostic))).toEqual([]);
  });

  it('call each of the 140 operations with what is required, and with everything but for getToken: it has one grant at a time', () => {
    const calls = [...written.values()].flatMap(
      (source) => source.match(/^client\..*\);$/gm) ?? [],
    );
    expect(calls).toHaveLength(279);
  });
});

describe('the reading of marks', () => {
  it('finds them on the line and above it', () => {
    const source = "a('x'); // expect TS1\n// expect-next TS2\nb();\nc(); // expected TS3\n";
    expect(expectedIn('a.ts', source)).toEqual(['a.ts:1 TS1', 'a.ts:3 TS2']);
  });
});

describe('any', () => {
  const declarations = [
    'core',
    'marketing',
    'marketingsolutions',
    'retailmedia',
    'sandbox',
  ].flatMap((name) => {
    const dist = join(ROOT, 'packages', name, 'dist');
    const files = readdirSync(dist, { recursive: true, encoding: 'utf8' });
    return files.filter((file) => file.endsWith('.d.ts')).map((file) => join(dist, file));
  });

  it('is in no declaration of the packages', () => {
    expect(declarations.length).toBeGreaterThan(100);
    const places = declarations.flatMap((file) =>
      findAny(file, readFileSync(file, 'utf8')).map((place) => `${file}:${place}`),
    );
    expect(places).toEqual([]);
  });

  it('would be found wherever it stands', () => {
    const source = `export interface A { a: any; "any": string }
export declare const any: <T = any>(x: readonly any[]) => Promise<{ [key: string]: T | any }>;
/** any */
export declare class B extends C<any> { get(): unknown }
`;
    expect(findAny('planted.d.ts', source).map((place) => place.split(':')[0])).toEqual([
      '1',
      '2',
      '2',
      '2',
      '4',
    ]);
  });
});
