import { globSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { SpecError } from '../errors.ts';
import { checkFolder, checkGenerated } from '../generate/ast.ts';
import { ROOT } from '../registry.ts';
import { readVendor } from '../vendor.ts';

const CORE = readVendor().core;
const OPERATION = "import type { Operation } from '@criteo-sdk/core';\n";
const API = `import { Api, type Transport } from '@criteo-sdk/core';
import * as offer from '../operations/offer.js';
`;

const classOf = (body: string): string => `${API}export class OfferApi extends Api { ${body} }`;
const constant = (value: string): string => `export const a = ${value};`;
const groups = (classes: string): string => `import { OfferApi } from './apis/offer.js';
export const groups: GroupClasses<Groups> = { ${classes} };`;

describe('a generated module may hold', () => {
  it('the classes of its groups, in the index', () => {
    expect(checkGenerated('index.ts', groups('offer: OfferApi'), CORE)).toEqual([]);
    expect(checkGenerated('apis/offer.ts', groups('offer: OfferApi'), CORE)).not.toEqual([]);
  });

  it.each([
    ['nothing', ''],
    [
      'types',
      'export type A = { readonly b?: (string & {}) | -1 | null; [key: string]: unknown };',
    ],
    ['interfaces', 'export interface A { "x-y": Bound<typeof offer.get>; constructor?: B[] }'],
    ['data', constant('{ b: [-1, 1e3, true, null, "text"], "c d": {} }')],
    ['a constant that stands earlier, in data', `${constant('1')} export const b = { c: [a] };`],
    [
      'annotated data',
      `${OPERATION}export const get: Operation<A, B[] | undefined> = { id: 'get' };`,
    ],
    ['a class of operations', classOf('constructor(t: Transport) { super(t, [offer.get]); }')],
    ['exports of its neighbours', "export * from '../models.js';\nexport type * from './a.js';"],
    ['docs', '/** A *\\/ b // c */\nexport interface A { /** d */ b: 1 }'],
  ])('%s', (_, text) => {
    expect(checkGenerated('apis/offer.ts', text, CORE)).toEqual([]);
  });
});

describe('a generated module may not hold', () => {
  it.each([
    ['a statement', 'globalThis.pwned = 1;', 'a ExpressionStatement at the top'],
    ['a call', 'eval("1");', 'a ExpressionStatement at the top'],
    ['a directive', "'use strict';", 'a ExpressionStatement at the top'],
    ['a condition', 'if (true) {}', 'a IfStatement at the top'],
    ['a constant of its own', 'const a = 1;', 'a VariableDeclaration at the top'],
    ['a variable', 'export let a = 1;', 'a VariableDeclaration of another kind'],
    ['an enum', 'export enum A { B = 1 }', 'a TSEnumDeclaration of another kind'],
    ['a namespace', 'export namespace A { x(); }', 'a TSModuleDeclaration of another kind'],
    ['a default export', 'export default 1;', 'a ExportDefaultDeclaration at the top'],
    [
      'an export of what it has not',
      "export { x } from 'x';",
      'a ExportNamedDeclaration at the top',
    ],
    ['an import of a package', "import { x } from 'node:fs';", "imports 'node:fs'"],
    ['an import from outside', "import { x } from '../../x.js';", "imports '../../x.js'"],
    ['a hidden way out', "import { x } from './a/../../../x.js';", "imports './a/../../../x.js'"],
    ['an import of data', "import { x } from 'data:text/javascript,1';", "imports 'data:"],
    ['an import for its effect', "import '../models.js';", 'a ImportDeclaration at the top'],
    ['an export of core', "export * from '@criteo-sdk/core';", "gives '@criteo-sdk/core'"],
    ['an await', 'await 1;', 'a ExpressionStatement at the top'],
    ['a call in data', constant('{ b: [f()] }'), 'a CallExpression in data'],
    ['a name in data', constant('{ b: process }'), 'a Identifier in data'],
    ['itself in data', constant('[a]'), 'a Identifier in data'],
    ['a later constant', 'export const b = [a]; export const a = 1;', 'a Identifier in data'],
    ['a sum in data', constant("'a' + 'b'"), 'a BinaryExpression in data'],
    // biome-ignore lint/suspicious/noTemplateCurlyInString: it is the planted fault
    ['a template', constant('`${globalThis.pwned = 1}`'), 'a TemplateLiteral in data'],
    ['a tagged template', constant('f``'), 'a TaggedTemplateExpression in data'],
    ['a dynamic import', constant("import('x')"), 'a ImportExpression in data'],
    ['a function in data', constant('() => 1'), 'a ArrowFunctionExpression in data'],
    ['a regular expression', constant('/(a+)+/'), 'a Literal in data'],
    ['a spread', constant('{ ...b }'), 'a property of another kind'],
    ['a spread list', constant('[...b]'), 'a SpreadElement in data'],
    ['a computed key', constant('{ [f()]: 1 }'), 'a property of another kind'],
    ['a getter', constant('{ get b() { return 1; } }'), 'a property of another kind'],
    ['a method', constant('{ b() {} }'), 'a property of another kind'],
    ['a shorthand', constant('{ b }'), 'a property of another kind'],
    ['a prototype', constant('{ "__proto__": [] }'), 'a property of another kind'],
    ['a cast of a call', constant('f() as string'), 'a TSAsExpression in data'],
    ['a pattern', 'export const { a = f() } = {};', 'a ObjectPattern'],
    ['no value', 'export declare const a: 1;', 'a VariableDeclaration of another kind'],
    ['a type of a module', "export type A = import('x').B;", 'a TSImportType'],
    ['a computed member', 'export interface A { [f.x]: 1 }', 'a TSPropertySignature'],
    ['a static block', classOf('static { f(); }'), 'a StaticBlock in a class'],
    ['a static field', classOf('static a = f();'), 'a PropertyDefinition in a class'],
    ['a method of a class', classOf('a() {}'), 'a MethodDefinition in a class'],
    ['a decorator', classOf('').replace('export class', '@f() export class'), 'a Decorator'],
    ['a decorated parameter', classOf('constructor(@f() a: A) { super(a); }'), 'a Decorator'],
    ['a default parameter', classOf('constructor(a = f()) { super(a); }'), 'a AssignmentPattern'],
    ['more than super', classOf('constructor() { super(); f(); }'), 'a busy constructor'],
    ['less than super', classOf('constructor() { f(); }'), 'a busy constructor'],
    ['a call in super', classOf('constructor() { super(f()); }'), 'a CallExpression'],
    ['a computed operation', classOf('constructor() { super(offer[x]); }'), 'a MemberExpression'],
    ['a class of a call', 'export class A extends f() {}', 'a class that extends nothing known'],
    ['a class of another', 'export class A extends Function {}', 'extends nothing known'],
    ['a call in groups', groups('offer: f()'), 'a CallExpression in data'],
    ['a global in groups', groups('offer: Function'), 'a Identifier in data'],
    ['an instance in groups', groups('offer: new OfferApi(t)'), 'a NewExpression in data'],
    ['a shorthand in groups', groups('OfferApi'), 'a property of another kind'],
    ['a function', 'export function a() { return {}; }', 'of another kind'],
    ['an async function', 'export async function a() { return {}; }', 'of another kind'],
    ['a line comment', '// @ts-nocheck', 'a comment of another kind'],
    ['a plain comment', '/* a */', 'a comment of another kind'],
    ['a word that tools obey', '/** a @ts-ignore */', 'a comment of another kind'],
    ['a source map', '/** sourceMappingURL=x */', 'a comment of another kind'],
    ['an unseen character', 'export type A = "\u202e";', 'an unseen character'],
    ['a line separator', 'export type A = "\u2028";', 'an unseen character'],
    ['a constant without a value', 'export const a: 1;', 'Missing initializer'],
    ['half a statement', 'export const a = ;', 'Unexpected token'],
  ])('%s', (_, text, fault) => {
    expect(checkGenerated('apis/offer.ts', text, CORE).join('\n')).toContain(fault);
    expect(checkGenerated('index.ts', text, CORE).join('\n')).toMatch(/./);
  });

  it('anything without saying where it stands', () => {
    const text = `${OPERATION}export const a = {\n  b: f(),\n};\nx();`;
    expect(checkGenerated('operations/a.ts', text, CORE)).toEqual([
      'operations/a.ts:3: a CallExpression in data',
      'operations/a.ts:5: a ExpressionStatement at the top',
    ]);
  });
});

describe('what stands in the project', () => {
  it.each([
    ['generated code', 'packages/*/src/*/generated/**/*.ts', 60],
    ['golden files', 'tools/templates/test/golden/**/*.ts', 30],
  ])('%s holds nothing else', (_, pattern, least) => {
    const files = globSync(pattern, { cwd: ROOT });
    expect(files.length).toBeGreaterThan(least);
    const faults = files.flatMap((file) =>
      checkGenerated(
        file.replaceAll('\\', '/').replace(/.*\/(?:generated|golden\/[^/]+)\//, ''),
        readFileSync(join(ROOT, file), 'utf8'),
        CORE,
      ),
    );
    expect(faults).toEqual([]);
  });
});

describe('a folder', () => {
  it('is refused for one bad file at any depth', () => {
    const folder = mkdtempSync(join(tmpdir(), 'criteo-test-'));
    try {
      mkdirSync(join(folder, 'apis'));
      writeFileSync(join(folder, 'models.ts'), 'export type A = 1;\n');
      expect(() => checkFolder(folder, CORE)).not.toThrow();
      writeFileSync(join(folder, 'apis/a.ts'), 'f();\n');
      expect(() => checkFolder(folder, CORE)).toThrow(
        new SpecError(
          'Generated code holds what it may not:\napis/a.ts:1: a ExpressionStatement at the top',
        ),
      );
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
  });
});
