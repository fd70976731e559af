import { execFile } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { SpecError } from '../errors.ts';
import { ROOT } from '../registry.ts';
import { type Declarations, readDeclarations } from './declarations.ts';
import { type Break, commonMethods, commonTypes, type Direction, lossesBetween } from './losses.ts';

export type { Break } from './losses.ts';

/** A type that is compared between both sides: `$` stands for the side. */
interface Check extends Pick<Break, 'at' | 'kind'> {
  readonly type: string;
  readonly direction: Direction;
}

interface Pair {
  readonly name: string;
  readonly old: Declarations;
  readonly now: Declarations;
}

type Files = readonly (readonly [file: string, text: string])[];

/** For each pair of folders of generated code: what of the old no longer compiles against the new. One compiler run for all; `root` has the packages that the code imports. */
export const breaksBetween = async (
  folders: readonly { readonly name: string; readonly old: string; readonly new: string }[],
  root: string = ROOT,
): Promise<ReadonlyMap<string, readonly Break[]>> => {
  const pairs = folders.map((one): Pair => {
    return { name: one.name, old: readDeclarations(one.old), now: readDeclarations(one.new) };
  });
  if (pairs.length === 0) return new Map();
  const answers = await compile(pairs.flatMap(filesOf), root);
  return new Map(
    pairs.map(({ name, old, now }, index) => {
      const refused = checksOf(old, now).flatMap(({ at, kind }, i) => {
        const message = answers.get(`${index}/check.ts:${i + 2}`);
        return message === undefined ? [] : [{ kind, at, message }];
      });
      return [name, distinct([...refused, ...lossesBetween(old, now)])];
    }),
  );
};

const distinct = (breaks: readonly Break[]): Break[] => [
  ...new Map(breaks.map((one) => [JSON.stringify(one), one])).values(),
];

const checksOf = (old: Declarations, now: Declarations): Check[] => [
  ...commonMethods(old, now).flatMap((at): Check[] => {
    const method = `$.Groups['${at.replace('.', "']['")}']`;
    return [
      { kind: 'parameters', at, type: `Parameters<${method}>`, direction: 'sent' },
      { kind: 'result', at, type: `Awaited<ReturnType<${method}>>`, direction: 'received' },
    ];
  }),
  ...commonTypes(old, now).map(([at, direction]): Check => {
    return { kind: 'type', at, type: `$.${at}`, direction };
  }),
];

const lineOf = ({ type, direction }: Check): string => {
  const [from, to] = direction === 'sent' ? ['Old', 'New'] : ['New', 'Old'];
  return `((it: ${type.replace('$', from)}): ${type.replace('$', to)} => it);`;
};

const IMPORTS = `import type * as Old from './old/index.js'; import type * as New from './new/index.js';`;

const filesOf = ({ old, now }: Pair, index: number): Files => [
  [`${index}/check.ts`, [IMPORTS, ...checksOf(old, now).map(lineOf)].join('\n')],
  ...[...old.files].map(([file, text]) => [`${index}/old/${file}`, text] as const),
  ...[...now.files].map(([file, text]) => [`${index}/new/${file}`, text] as const),
];

/** What the compiler needs beside the code. Sources of packages need no build, and are never old. */
const projectOf = (code: Files, root: string): Files => {
  const packages = code.flatMap(([, text]) => [
    ...text.matchAll(/^import [^;]* from ["']([^"'.]+)["'];/gm),
  ]);
  const sourceOf = (name: string): string => join(root, 'node_modules', name, 'src/index.ts');
  const paths = Object.fromEntries(packages.map(([, name = '']) => [name, [sourceOf(name)]]));
  const settings = { composite: false, noEmit: true, noUnusedLocals: false, rootDir: '/' };
  const compilerOptions = { ...settings, lib: ['ES2023', 'DOM'], paths };
  const config = { extends: join(ROOT, 'tsconfig.base.json'), compilerOptions };
  return [
    ['package.json', '{ "type": "module" }'],
    ['tsconfig.json', JSON.stringify(config)],
  ];
};

/** Runs the compiler as a process: TypeScript 7 has no API. What it says, by file and line. */
const compile = async (code: Files, root: string): Promise<ReadonlyMap<string, string>> => {
  const folder = mkdtempSync(join(tmpdir(), 'oracle-'));
  try {
    for (const [file, text] of [...code, ...projectOf(code, root)]) {
      mkdirSync(dirname(join(folder, file)), { recursive: true });
      writeFileSync(join(folder, file), text);
    }
    const args = [join(ROOT, 'node_modules/typescript/bin/tsc'), '--pretty', 'false'];
    await promisify(execFile)(process.execPath, args, { cwd: folder, maxBuffer: 2 ** 28 });
    return new Map();
  } catch (error) {
    const { stdout } = error as { readonly stdout?: string };
    if (!stdout) throw new SpecError(`The compiler could not be run: ${error}`);
    // A line that is set in belongs to the error above it.
    return new Map(stdout.split(/\r?\n(?=\S)/).flatMap(answerIn));
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
};

const answerIn = (error: string): [string, string][] => {
  const [, file = '', line, text = ''] = /^(\S+)\((\d+),\d+\): error (.*)/s.exec(error) ?? [];
  // The compiler tells types of one name apart by their files.
  const message = text
    .replace(/import\("[^"]*\/(old|new)\/[^"]*"\)/g, (_, side) => (side === 'old' ? 'Old' : 'New'))
    .replace(/\s+/g, ' ')
    .trim();
  if (/^\d+\/check.ts$/.test(file) && line !== '1') return [[`${file}:${line}`, message]];
  // Errors elsewhere are for core's own check: some of its imports need a build.
  if (file !== '' && !/^\d/.test(file)) return [];
  throw new SpecError(`The generated code does not compile: ${error}`);
};
