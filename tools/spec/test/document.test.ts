import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { checkReferences, loadDocument, parseYaml, readYaml, resolveRef } from '../document.ts';

describe('reading YAML', () => {
  const read = (text: string): unknown => parseYaml(text, 'openapi.yaml');

  it('reads plain values, and dates as text', () => {
    expect(read('a: [1, true, null, x]\nb: 2026-01-01\non: off')).toEqual({
      a: [1, true, null, 'x'],
      b: '2026-01-01',
      on: 'off',
    });
  });

  it('refuses an alias, and so an alias bomb', () => {
    const levels = ['a: &a0 [x, x]'];
    for (let level = 1; level < 30; level += 1)
      levels.push(`k${level}: &a${level} [*a${level - 1}, *a${level - 1}]`);
    expect(() => read(levels.join('\n'))).toThrow('openapi.yaml uses a YAML alias');
    expect(() => read('a: &a { x: 1 }\nb: { <<: *a }')).toThrow('uses a YAML alias');
  });

  it.each([
    ['a duplicate key', 'a: 1\na: 2', 'unique'],
    ['a duplicate key deep inside', 'a:\n  - { b: 1, b: 2 }', 'unique'],
    ['a tag that YAML does not know', 'a: !!js/function "x"', 'Unresolved tag'],
    ['a second document', 'a: 1\n---\nb: 2', 'multiple documents'],
    ['what is no YAML', 'a: [1', 'no clean YAML'],
    ['nesting without end', '['.repeat(20_000), 'no clean YAML'],
  ])('refuses %s', (_, text, message) => {
    expect(() => read(text)).toThrow(message);
  });

  it.each(['', '[]', 'text', '42', 'null', '- a: 1'])('refuses %j, which is no object', (text) => {
    expect(() => read(text)).toThrow('openapi.yaml holds no object.');
  });

  it('keeps a key __proto__ as a key', () => {
    const value = read('__proto__: { polluted: true }') as object;
    expect(Object.keys(value)).toEqual(['__proto__']);
    expect(Object.getPrototypeOf(value)).toBe(Object.prototype);
    expect('polluted' in {}).toBe(false);
  });
});

describe('references', () => {
  const document = {
    a: { 'b/c': { '~d': { e: 1 } }, 'f g': { h: 2 }, list: [1], text: 'x' },
  };

  it.each([
    ['another file', 'other.yaml'],
    ['a part of another file', 'other.yaml#/a'],
    ['a parent folder', '../../secrets.yaml#/a'],
    ['an absolute path', '/etc/passwd'],
    ['a URL', 'https://example.com/openapi.yaml#/a'],
    ['a URL without a scheme', '//example.com/openapi.yaml'],
    ['a file URL', 'file:///etc/passwd'],
    ['the whole document', '#'],
    ['an anchor', '#a'],
    ['nothing', ''],
  ])('refuses a $ref that leaves the document for %s', (_, $ref) => {
    expect(() => checkReferences({ ...document, x: [{ $ref }] })).toThrow(
      `#/x/0: the $ref '${$ref}' leaves the document.`,
    );
  });

  it('refuses a $ref that is no text', () => {
    expect(() => checkReferences({ ...document, $ref: 1 })).toThrow("the $ref '1' leaves");
  });

  it.each(['#/b', '#/a/text', '#/a/list', '#/a/list/0', '#/a/b', '#/__proto__', '#/a/constructor'])(
    'refuses the $ref %s, which points to nothing or to no object',
    ($ref) => {
      expect(() => checkReferences({ ...document, x: { $ref } })).toThrow(
        `The $ref '${$ref}' points to nothing.`,
      );
    },
  );

  it('follows escaped names', () => {
    expect(resolveRef(document, '#/a/b~1c/~0d')).toEqual({ e: 1 });
    expect(resolveRef(document, '#/a/f%20g')).toEqual({ h: 2 });
  });

  it('takes a property that is called $ref for a property', () => {
    expect(() => checkReferences({ properties: { $ref: { type: 'string' } } })).not.toThrow();
  });
});

describe('loading a version', () => {
  let folder: string;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'criteo-test-'));
  });
  afterEach(() => rmSync(folder, { recursive: true, force: true }));

  const write = (openapi: string, actions: string): void => {
    mkdirSync(folder, { recursive: true });
    writeFileSync(join(folder, 'openapi.yaml'), openapi);
    writeFileSync(
      join(folder, 'overlay.yaml'),
      `overlay: 1.0.0\ninfo: { title: Facts, version: '1' }\nactions:\n${actions}`,
    );
  };

  it('applies the overlay to the document', () => {
    write(
      'paths: { /a: { get: {} } }',
      '  - { target: $.paths.*.get, description: Name., update: { x-name: getA } }',
    );
    expect(loadDocument({ folder })).toEqual({ paths: { '/a': { get: { 'x-name': 'getA' } } } });
  });

  it('refuses a document that refers to another', () => {
    write('a: { $ref: other.yaml }', '  - { target: $.a, description: Drop., remove: true }');
    expect(() => loadDocument({ folder })).toThrow("the $ref 'other.yaml' leaves the document");
  });

  it('names the file that is at fault', () => {
    write('a: 1', '  - [');
    expect(() => loadDocument({ folder })).toThrow(
      `${join(folder, 'overlay.yaml')} is no clean YAML`,
    );
  });

  it('refuses a file of more than 32 MiB', () => {
    const path = join(folder, 'large.yaml');
    writeFileSync(path, `a: ${'x'.repeat(32 * 1024 * 1024)}`);
    expect(() => readYaml(path)).toThrow('is larger than 32 MiB');
  });
});
