import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { SpecError } from '../errors.ts';
import { format, generate, generatedFolder } from '../generate/generate.ts';
import { ROOT, type SpecEntry, specEntry } from '../registry.ts';
import { vendorText } from './acme.ts';

// Nothing here needs Java: what comes before the generator runs, and the formatter.
let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'criteo-test-'));
});
afterEach(() => {
  vi.unstubAllEnvs();
  rmSync(folder, { recursive: true, force: true });
});

const entry = (): SpecEntry => specEntry(folder, 'tiny', 'v0');

const write = (document: string): void => {
  mkdirSync(entry().folder, { recursive: true });
  writeFileSync(join(folder, 'specs/acme.yaml'), vendorText());
  writeFileSync(join(entry().folder, 'openapi.yaml'), document);
  writeFileSync(
    join(entry().folder, 'overlay.yaml'),
    `overlay: 1.0.0
info: { title: Facts, version: '1' }
actions:
  - { target: $.info, description: A name., update: { title: Tiny } }`,
  );
};

describe('generating', () => {
  it('does nothing and tells nothing where nothing is asked for', async () => {
    const told: string[] = [];
    expect(await generate([], (line) => told.push(line))).toEqual({ generated: [], unchanged: [] });
    expect(told).toEqual([]);
  });

  it('says which version is at fault, and leaves nothing behind', async () => {
    write('openapi: 3.0.3\ninfo: {}\npaths: { /a: { get: { responses: {} } } }');
    for (const name of ['TMPDIR', 'TEMP']) vi.stubEnv(name, folder);
    await expect(generate([entry()], () => undefined)).rejects.toThrow(
      new SpecError('tiny/v0: GET /a has no x-name.'),
    );
    expect(readdirSync(folder)).toEqual(['specs']);
    expect(existsSync(generatedFolder(entry()))).toBe(false);
  });

  it('tells which versions it reads before it reads them', async () => {
    write('swagger: 2');
    const told: string[] = [];
    await expect(generate([entry()], (line) => told.push(line))).rejects.toThrow(SpecError);
    expect(told).toEqual(['reading tiny/v0']);
  });

  it('refuses a product that the vendor has not', async () => {
    write('swagger: 2');
    const other = specEntry(folder, 'other', 'v0');
    await expect(generate([other], () => undefined)).rejects.toThrow(
      new SpecError("other/v0: The vendor acme has no product 'other'. It has: tiny."),
    );
  });

  it('has a place for each version inside its package, below its root', () => {
    expect(generatedFolder(entry())).toBe(join(folder, 'packages/tiny/src/v0/generated'));
    expect(generatedFolder(specEntry(ROOT, 'tiny', 'v0'))).toBe(
      join(ROOT, 'packages/tiny/src/v0/generated'),
    );
  });
});

describe('formatting', () => {
  it("follows the project's settings, also outside of the project", () => {
    const file = join(folder, 'a.ts');
    writeFileSync(file, 'export const a={b:"c",d:[1,2]}');
    format([folder]);
    expect(readFileSync(file, 'utf8')).toBe("export const a = { b: 'c', d: [1, 2] };\n");
  });

  it('refuses code that it cannot read', () => {
    writeFileSync(join(folder, 'a.ts'), 'export const = ;');
    expect(() => format([folder])).toThrow('The generated code could not be formatted');
  });
});
