import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import {
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { checkFolder } from './ast.ts';
import { loadDocument } from './document.ts';
import { SpecError, within } from './errors.ts';
import { runGenerator } from './generator.ts';
import { readModel } from './model.ts';
import { normalise } from './normalise.ts';
import { ROOT, type SpecEntry, specName } from './registry.ts';

export interface GenerateResult {
  readonly generated: readonly string[];
  readonly unchanged: readonly string[];
}

/** Brings the generated code of these versions up to date; a version whose inputs and outputs are as before is left alone. */
export const generate = async (
  entries: readonly SpecEntry[],
  tell: (line: string) => void,
): Promise<GenerateResult> => {
  const tools = toolsKey();
  const stale = entries.filter((entry) => readCache(entry) !== cacheText(entry, tools));
  const unchanged = entries.filter((entry) => !stale.includes(entry)).map(specName);
  if (stale.length === 0) return { generated: [], unchanged };
  const folder = mkdtempSync(join(tmpdir(), 'criteo-spec-'));
  try {
    tell(`reading ${stale.map(specName).join(', ')}`);
    const jobs = stale.map((entry) => prepare(entry, folder));
    tell('running openapi-generator, one process');
    await runGenerator(jobs, folder);
    tell('formatting');
    format(jobs.map(({ outputDir }) => outputDir));
    for (const { entry, outputDir } of jobs) within(specName(entry), () => checkFolder(outputDir));
    for (const job of jobs) install(job);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
  for (const entry of stale) writeCache(entry, cacheText(entry, tools));
  return { generated: stale.map(specName), unchanged };
};

/** Where a version's generated code stands. */
export const generatedFolder = ({ product, version }: SpecEntry): string =>
  join(ROOT, 'packages', product, 'src', version, 'generated');

const factsFile = ({ product, version }: SpecEntry): string =>
  join(ROOT, 'packages/sandbox/generated', `${product}-${version}.json`);

interface Prepared {
  readonly entry: SpecEntry;
  readonly inputSpec: string;
  readonly outputDir: string;
  /** The document with its overlay, as the sandbox reads it. */
  readonly facts: string;
}

const prepare = (entry: SpecEntry, folder: string): Prepared => {
  const name = `${entry.product}-${entry.version}`;
  const document = within(specName(entry), () => loadDocument(entry));
  const inputSpec = join(folder, `${name}.json`);
  writeFileSync(
    inputSpec,
    within(specName(entry), () => normalise(readModel(document), name)),
  );
  return {
    entry,
    inputSpec,
    outputDir: join(folder, name),
    facts: `${JSON.stringify(document)}\n`,
  };
};

/** Formats generated files in place, with the project's own settings. */
export const format = (folders: readonly string[]): void => {
  const biome = join(ROOT, 'node_modules/@biomejs/biome/bin/biome');
  const args = ['format', '--write', '--config-path', ROOT, '--log-level=error', ...folders];
  try {
    execFileSync(process.execPath, [biome, ...args], { cwd: ROOT, stdio: 'pipe' });
  } catch (error) {
    throw new SpecError(
      `The generated code could not be formatted:\n${String((error as { stderr?: Buffer }).stderr)}`,
    );
  }
};

// Emptied first: a file that is generated no more must not stay.
const install = ({ entry, outputDir, facts }: Prepared): void => {
  for (const leftover of ['.openapi-generator', '.openapi-generator-ignore'])
    rmSync(join(outputDir, leftover), { recursive: true, force: true });
  const target = generatedFolder(entry);
  const fresh = `${target}.new`;
  mkdirSync(dirname(target), { recursive: true });
  rmSync(fresh, { recursive: true, force: true });
  cpSync(outputDir, fresh, { recursive: true });
  rmSync(target, { recursive: true, force: true });
  renameSync(fresh, target);
  mkdirSync(dirname(factsFile(entry)), { recursive: true });
  writeFileSync(factsFile(entry), facts);
};

// What decides whether a version is up to date: a hash of all that goes in and of all that came out.
const cacheText = (entry: SpecEntry, tools: string): string =>
  JSON.stringify({
    tools,
    input: hashOf([entry.folder]),
    output: hashOf([generatedFolder(entry), factsFile(entry)]),
  });

const cacheFile = ({ product, version }: SpecEntry): string =>
  join(ROOT, '.cache/generate', `${product}-${version}.json`);

const readCache = (entry: SpecEntry): string | undefined =>
  existsSync(cacheFile(entry)) ? readFileSync(cacheFile(entry), 'utf8') : undefined;

const writeCache = (entry: SpecEntry, text: string): void => {
  mkdirSync(dirname(cacheFile(entry)), { recursive: true });
  writeFileSync(cacheFile(entry), text);
};

// Tests and golden documents are not among them: they change no output.
const TOOLS = /^(?:tools\/spec\/[^/]+\.(?:ts|json)|tools\/templates\/[^/]+\.(?:json|mustache))$/;

const toolsKey = (): string => {
  const tools = ['tools/spec', 'tools/templates'].flatMap((folder) =>
    readdirSync(join(ROOT, folder))
      .map((name) => `${folder}/${name}`)
      .filter((file) => TOOLS.test(file)),
  );
  return hashOf(
    [...tools.sort(), 'biome.json', 'openapitools.json', 'package-lock.json'].map((path) =>
      join(ROOT, path),
    ),
  );
};

const hashOf = (paths: readonly string[]): string => {
  const hash = createHash('sha256');
  for (const file of paths.flatMap(filesBelow))
    hash.update(file.slice(ROOT.length)).update('\0').update(readFileSync(file));
  return hash.digest('hex');
};

const filesBelow = (path: string): string[] => {
  if (!existsSync(path)) return [];
  if (statSync(path).isFile()) return [path];
  return readdirSync(path)
    .sort()
    .flatMap((name) => filesBelow(join(path, name)));
};
