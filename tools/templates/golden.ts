import { execFileSync } from 'node:child_process';
import {
  cpSync,
  existsSync,
  globSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { diff, parseArgs } from 'node:util';
import { checkReferences, type JsonObject, readYaml } from '../spec/document.ts';
import { format } from '../spec/generate/generate.ts';
import { runGenerator } from '../spec/generate/generator.ts';
import { normalise } from '../spec/generate/normalise.ts';
import { readModel } from '../spec/model.ts';
import { ROOT } from '../spec/registry.ts';

import { FACTS } from '../spec/test/tiny.ts';
import { readVendor, type VersionFacts } from '../spec/vendor.ts';

/*
 * node tools/templates/golden.ts [--update | --planted-fault]
 *
 * Generates code from the tiny documents in test/documents, compiles all of it, and compares the
 * files that a document names in `x-golden` with those in test/golden; `x-life` is a version's life. Needs Java, as generation does.
 * With a planted fault, a changed copy of the templates is used and the comparison has to find it.
 */

const DOCUMENTS = join(import.meta.dirname, 'test/documents');
const GOLDEN = join(import.meta.dirname, 'test/golden');
const CORE = readVendor().core;

interface Question {
  readonly name: string;
  readonly document: JsonObject;
}

/** Contents by file name. */
type Files = ReadonlyMap<string, string>;

/** Generates the code of all questions, each in a folder of its name. */
const generateAll = async (
  questions: readonly Question[],
  folder: string,
  templateDir: string,
): Promise<void> => {
  const jobs = questions.map(({ name, document }) => {
    const inputSpec = join(folder, `${name}.json`);
    const life = (document['x-life'] ?? {}) as VersionFacts['life'];
    const facts = { ...FACTS, core: CORE, life };
    writeFileSync(inputSpec, normalise(readModel(document), name, facts));
    return { inputSpec, outputDir: join(folder, name), templateDir };
  });
  await runGenerator(jobs, folder);
  format(jobs.map(({ outputDir }) => outputDir));
};

/** Compiles everything below the folder as a package that depends on core would be. */
const compile = (folder: string): void => {
  const core = join(folder, 'node_modules', CORE);
  mkdirSync(dirname(core), { recursive: true });
  symlinkSync(join(ROOT, 'packages/core'), core, 'junction');
  writeFileSync(join(folder, 'package.json'), '{ "type": "module" }');
  const compilerOptions = {
    noEmit: true,
    composite: false,
    rootDir: '.',
    lib: ['ES2023', 'DOM'],
  };
  const config = {
    extends: join(ROOT, 'tsconfig.base.json'),
    compilerOptions,
    include: ['*/**/*.ts'],
  };
  writeFileSync(join(folder, 'tsconfig.json'), JSON.stringify(config));
  const tsc = join(ROOT, 'node_modules/typescript/bin/tsc');
  try {
    execFileSync(process.execPath, [tsc, '-p', folder], { cwd: folder, stdio: 'pipe' });
  } catch (error) {
    throw new Error(
      `The generated code does not compile:\n${(error as { stdout: Buffer }).stdout}`,
    );
  }
};

const readQuestions = (): Question[] =>
  readdirSync(DOCUMENTS)
    .sort()
    .map((file) => {
      const document = readYaml(join(DOCUMENTS, file));
      checkReferences(document);
      return { name: file.replace(/\.yaml$/, ''), document };
    });

/** Of what was generated, the files that answer a question. */
const answersOf = (questions: readonly Question[], folder: string): Files =>
  readFiles(
    folder,
    questions.flatMap(({ name, document }) =>
      (document['x-golden'] as string[]).map((pattern) => `${name}/${pattern}`),
    ),
  );

const readFiles = (folder: string, patterns: readonly string[]): Files =>
  new Map(
    globSync(patterns, { cwd: folder })
      .map((file) => file.replaceAll('\\', '/'))
      .sort()
      .map((file) => [file, readFileSync(join(folder, file), 'utf8')] as const),
  );

const writeGolden = (files: Files): void => {
  rmSync(GOLDEN, { recursive: true, force: true });
  for (const [file, text] of files) {
    mkdirSync(dirname(join(GOLDEN, file)), { recursive: true });
    writeFileSync(join(GOLDEN, file), text);
  }
};

/** One readable text for each file that differs. */
const differences = (golden: Files, actual: Files): string[] =>
  [...new Set([...golden.keys(), ...actual.keys()])].sort().flatMap((file) => {
    const [before, after] = [golden.get(file), actual.get(file)];
    if (before === after) return [];
    if (after === undefined)
      return [`${file} is no longer printed, or its document no longer names it.`];
    if (before === undefined) return [`${file} has no golden file yet.`];
    return [`${file}\n${changedLines(before, after)}`];
  });

const CONTEXT = 2;

const changedLines = (before: string, after: string): string => {
  const lines = diff(after.split('\n'), before.split('\n'));
  const isNear = (index: number): boolean =>
    lines.slice(Math.max(0, index - CONTEXT), index + CONTEXT + 1).some(([kind]) => kind !== 0);
  const sign = { '-1': '-', 0: ' ', 1: '+' } as const;
  return lines
    .flatMap(([kind, line], index) => (isNear(index) ? [`  ${sign[kind]} ${line}`] : []))
    .join('\n');
};

/** A copy of the templates that forgets which fields may be left out. */
const faultyTemplates = (folder: string): string => {
  const templates = join(folder, 'templates');
  for (const file of globSync('*.mustache', { cwd: import.meta.dirname })) {
    cpSync(join(import.meta.dirname, file), join(templates, file));
    const text = readFileSync(join(templates, file), 'utf8');
    writeFileSync(join(templates, file), text.replaceAll('{{{mark}}}', ''));
  }
  return templates;
};

const main = async (folder: string): Promise<number> => {
  const { values } = parseArgs({
    options: { update: { type: 'boolean' }, 'planted-fault': { type: 'boolean' } },
  });
  const isFaulty = values['planted-fault'] === true;
  const questions = readQuestions();
  await generateAll(questions, folder, isFaulty ? faultyTemplates(folder) : import.meta.dirname);
  const actual = answersOf(questions, folder);
  if (!isFaulty) compile(folder);
  if (!isFaulty && (values.update || process.env.UPDATE_GOLDEN === '1')) writeGolden(actual);
  const golden = existsSync(GOLDEN) ? readFiles(GOLDEN, ['**/*.ts']) : new Map<string, string>();
  const found = differences(golden, actual);
  if (isFaulty) {
    console.log(found.length > 0 ? 'planted fault found' : 'The planted fault was not found.');
    return found.length > 0 ? 0 : 1;
  }
  for (const difference of found) console.error(`${difference}\n`);
  if (found.length === 0) console.log(`${questions.length} golden documents equal`);
  else console.error('Look at each difference; --update takes them over.');
  return found.length > 0 ? 1 : 0;
};

const folder = mkdtempSync(join(tmpdir(), 'golden-'));
try {
  process.exitCode = await main(folder);
} catch (error) {
  console.error((error as Error).message);
  process.exitCode = 1;
} finally {
  rmSync(folder, { recursive: true, force: true });
}
