import assert from 'node:assert/strict';
import { cpSync, existsSync, globSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { runToEnd } from './node.ts';
import { copyPrograms } from './programs.ts';
import type { Context, Outcome, Row } from './row.ts';
import { toolFile } from './runtime.ts';
import { compile, markedErrors, versionOf } from './tsc.ts';

/*
 * The declarations, checked whole (no skipLibCheck) by the oldest compiler that is supported, a late
 * one of the old line and the native one: right programs compile and run, wrong ones are refused for
 * the right reason, and every entry point of every package is imported.
 */

const COMPILERS = ['5.4', '5.9', '7'] as const;
const RESOLUTIONS = ['node16', 'nodenext', 'bundler'] as const;
const PROGRAMS = ['ts-right.mts', 'ts-wrong.mts', 'ts-require.cts', 'ts-await-import.cts'];

type Compiler = (typeof COMPILERS)[number];
type Resolution = (typeof RESOLUTIONS)[number];

/** A project on a server, and one for the browser that knows nothing of Node. */
const PROJECTS = {
  'with @types/node': { lib: ['es2022'], types: ['node'] },
  'without @types/node': { lib: ['es2022', 'dom'], types: [] },
} as const;

const run = async (
  context: Context,
  compiler: Compiler,
  resolution: Resolution,
): Promise<Outcome> => {
  const tsc = toolFile(context, `typescript-${compiler}/bin/tsc`);
  const canRequire = takesRequire(compiler, resolution);
  for (const [project, { lib, types }] of Object.entries(PROJECTS)) {
    const folder = projectFolder(context, `ts-${compiler}-${resolution}`, types.length > 0);
    copyPrograms(folder, PROGRAMS);
    writeFileSync(join(folder, 'ts-entries.mts'), importAll(context));
    const module = resolution === 'bundler' ? 'esnext' : resolution;
    const options = { lib, types, module, moduleResolution: resolution };
    const expected = [...markedErrors(folder, 'ts-wrong.mts'), ...(canRequire ? [] : REFUSED)];
    await compile(tsc, folder, options, expected).catch((error: Error) => {
      throw new Error(`${project}: ${error.message}`);
    });
    if (resolution !== 'bundler') await runPrograms(context, join(folder, 'out'), canRequire);
  }
  return {
    version: await versionOf(tsc, compiler),
    ran: `${entryPoints(context).length} entry points; ${canRequire ? TAKES : REFUSES}`,
  };
};

/** TypeScript lets CommonJS require a module from 5.8 on, where it resolves as the newest Node does. */
const takesRequire = (compiler: Compiler, resolution: Resolution): boolean =>
  resolution === 'bundler' || (resolution === 'nodenext' && compiler !== '5.4');

const TAKES = '.mts, .cts by import and by await import()';
const REFUSES = '.mts, .cts by await import(); by import it is refused (TS1479)';
const REFUSED = ['ts-require.cts:1 TS1479', 'ts-require.cts:2 TS1479'];

/** What compiles runs, on the oldest Node; output for a bundler is for a bundler. */
const runPrograms = async (context: Context, out: string, canRequire: boolean): Promise<void> => {
  const node = toolFile(context, 'node-20.19/bin/node');
  await runToEnd(node, ['ts-right.mjs'], out, [5, 'string', 200]);
  await runToEnd(node, ['ts-await-import.cjs'], out, [5]);
  if (canRequire) await runToEnd(node, ['ts-require.cjs'], out, [5]);
};

/** The oldest way to resolve knows no `exports`: that it is refused is what the documents say. */
const runNode10 = async (context: Context): Promise<Outcome> => {
  const tsc = toolFile(context, 'typescript-5.9/bin/tsc');
  const folder = projectFolder(context, 'ts-5.9-node10', true);
  copyPrograms(folder, ['ts-require.cts']);
  const options = { types: ['node'], module: 'commonjs', moduleResolution: 'node10' };
  const expected = ['ts-require.cts:1 TS2307', 'ts-require.cts:2 TS2307'];
  await compile(tsc, folder, options, expected);
  const version = await versionOf(tsc, '5.9');
  return { version, ran: 'is refused, as it knows no entry points (TS2307)' };
};

/** A folder below what is installed; Node's types lie where npm would have put them, if at all. */
const projectFolder = (context: Context, name: string, hasNode: boolean): string => {
  const folder = join(hasNode ? withNodeTypes(context) : context.installed, name);
  mkdirSync(folder);
  return folder;
};

const withNodeTypes = ({ installed, tools }: Context): string => {
  const folder = `${installed}-with-types`;
  if (existsSync(folder)) return folder;
  const modules = join(folder, 'node_modules');
  cpSync(join(installed, 'node_modules'), modules, { recursive: true });
  assert.ok(!existsSync(join(modules, '@types')), 'a package brings types of others');
  for (const types of ['@types/node', 'undici-types'])
    cpSync(join(tools, types), join(modules, types), { recursive: true });
  return folder;
};

/** Imports of all that the installed packages export. */
const importAll = (context: Context): string => {
  const entries = entryPoints(context);
  const imports = entries.map((entry, index) => `import * as e${index} from '${entry}';`);
  return [
    ...imports,
    `export const all = [${entries.map((_, index) => `e${index}`).join(', ')}];`,
  ].join('\n');
};

const entryPoints = ({ installed }: Context): string[] =>
  globSync('node_modules/@criteo-sdk/*/package.json', { cwd: installed })
    .sort()
    .flatMap((file) => {
      const { name, exports } = JSON.parse(readFileSync(join(installed, file), 'utf8')) as {
        name: string;
        exports: Record<string, unknown>;
      };
      const code = Object.keys(exports).filter((subpath) => !subpath.endsWith('.json'));
      return code.map((subpath) => name + subpath.slice(1));
    });

export const rows: readonly Row[] = [
  ...COMPILERS.flatMap((compiler) =>
    RESOLUTIONS.map((resolution) => ({
      name: `typescript-${compiler} ${resolution}`,
      run: (context: Context) => run(context, compiler, resolution),
    })),
  ),
  { name: 'typescript-5.9 node10', run: runNode10 },
];
