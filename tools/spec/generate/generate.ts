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
import { dirname, join, relative } from 'node:path';
import { loadDocument } from '../document.ts';
import { SpecError, within } from '../errors.ts';
import { readModel } from '../model.ts';
import { writeReference } from '../reference/reference.ts';
import { ROOT, type SpecEntry, specName } from '../registry.ts';
import { factsOfVersion, readVendor, type VersionFacts } from '../vendor.ts';
import { checkFolder } from './ast.ts';
import { runGenerator } from './generator.ts';
import { normalise } from './normalise.ts';

export interface GenerateResult {
  readonly generated: readonly string[];
  readonly unchanged: readonly string[];
}

/** Brings the generated code of these versions up to date, and the reference pages of all. */
export const generate = async (
  entries: readonly SpecEntry[],
  tell: (line: string) => void,
): Promise<GenerateResult> => {
  const result = await generateCode(entries, tell);
  for (const root of new Set(entries.map((entry) => entry.root))) writeReference(root);
  return result;
};

// A version whose inputs and outputs are as before is left alone.
const generateCode = async (
  entries: readonly SpecEntry[],
  tell: (line: string) => void,
): Promise<GenerateResult> => {
  const tools = toolsKey();
  const stale = entries.filter((entry) => readCache(entry) !== cacheText(entry, tools));
  const unchanged = entries.filter((entry) => !stale.includes(entry)).map(specName);
  if (stale.length === 0) return { generated: [], unchanged };
  const folder = mkdtempSync(join(tmpdir(), 'spec-'));
  try {
    for (const rendered of await render(stale, folder, tell)) install(rendered);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
  for (const entry of stale) writeCache(entry, cacheText(entry, tools));
  return { generated: stale.map(specName), unchanged };
};

/** Generates, formats and checks the code of these versions below a folder; installs nothing. */
export const render = async (
  entries: readonly SpecEntry[],
  folder: string,
  tell: (line: string) => void,
): Promise<readonly Rendered[]> => {
  tell(`reading ${entries.map(specName).join(', ')}`);
  const jobs = entries.map((entry) => prepare(entry, folder));
  tell('running openapi-generator, one process');
  await runGenerator(jobs, folder);
  tell('formatting');
  for (const { outputDir } of jobs)
    for (const leftover of ['.openapi-generator', '.openapi-generator-ignore'])
      rmSync(join(outputDir, leftover), { recursive: true, force: true });
  format(jobs.map(({ outputDir }) => outputDir));
  for (const { entry, outputDir, core } of jobs)
    within(specName(entry), () => checkFolder(outputDir, core));
  return jobs;
};

/** Notes that a version's generated code is what its spec gives. */
export const markFresh = (entry: SpecEntry): void =>
  writeCache(entry, cacheText(entry, toolsKey()));

/** Where a version's generated code stands. */
export const generatedFolder = ({ root, product, version }: SpecEntry): string =>
  join(root, 'packages', product, 'src', version, 'generated');

/** The document for the sandbox, where there is one. */
export const factsFile = ({ root, product, version }: SpecEntry): string | undefined => {
  const sandbox = join(root, 'packages/sandbox');
  return existsSync(sandbox) ? join(sandbox, 'generated', `${product}-${version}.json`) : undefined;
};

/** Generated code of one version, not yet installed. */
export interface Rendered {
  readonly entry: SpecEntry;
  readonly inputSpec: string;
  readonly outputDir: string;
  readonly core: string;
  /** The document with its overlay, as the sandbox reads it. */
  readonly facts: string;
}

/** Writes what the generator reads of this version below a folder. */
export const prepare = (entry: SpecEntry, folder: string): Rendered => {
  const name = `${entry.product}-${entry.version}`;
  const document = within(specName(entry), () => loadDocument(entry));
  const vendorFacts = readFacts(entry);
  const inputSpec = join(folder, `${name}.json`);
  writeFileSync(
    inputSpec,
    within(specName(entry), () => normalise(readModel(document), name, vendorFacts)),
  );
  return {
    entry,
    inputSpec,
    outputDir: join(folder, name),
    core: vendorFacts.core,
    facts: `${JSON.stringify(document)}\n`,
  };
};

/** Formats files in place, with the project's own settings; `check` puts imports in order, too. */
export const format = (
  folders: readonly string[],
  command: 'check' | 'format' = 'format',
): void => {
  const biome = join(ROOT, 'node_modules/@biomejs/biome/bin/biome');
  const args = [command, '--write', '--config-path', ROOT, '--log-level=error', ...folders];
  try {
    execFileSync(process.execPath, [biome, ...args], { cwd: ROOT, stdio: 'pipe' });
  } catch (error) {
    throw new SpecError(
      `The generated code could not be formatted:\n${String((error as { stderr?: Buffer }).stderr)}`,
    );
  }
};

// Emptied first: a file that is generated no more must not stay.
const install = ({ entry, outputDir, facts }: Rendered): void => {
  const target = generatedFolder(entry);
  const fresh = `${target}.new`;
  mkdirSync(dirname(target), { recursive: true });
  rmSync(fresh, { recursive: true, force: true });
  cpSync(outputDir, fresh, { recursive: true });
  rmSync(target, { recursive: true, force: true });
  renameSync(fresh, target);
  const file = factsFile(entry);
  if (file === undefined) return;
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, facts);
};

const readFacts = (entry: SpecEntry): VersionFacts =>
  within(specName(entry), () => factsOfVersion(readVendor(entry.root), entry));

// What decides whether a version is up to date: all that goes in, of the vendor's file what is said
// of this version alone, and all that came out.
const cacheText = (entry: SpecEntry, tools: string): string =>
  JSON.stringify({
    tools,
    vendor: readFacts(entry),
    input: hashOf(
      ['openapi.yaml', 'overlay.yaml'].map((file) => join(entry.folder, file)),
      entry.root,
    ),
    output: hashOf([generatedFolder(entry), factsFile(entry) ?? ''], entry.root),
  });

const cacheFile = ({ root, product, version }: SpecEntry): string =>
  join(root, '.cache/generate', `${product}-${version}.json`);

const readCache = (entry: SpecEntry): string | undefined =>
  existsSync(cacheFile(entry)) ? readFileSync(cacheFile(entry), 'utf8') : undefined;

const writeCache = (entry: SpecEntry, text: string): void => {
  mkdirSync(dirname(cacheFile(entry)), { recursive: true });
  writeFileSync(cacheFile(entry), text);
};

// Tests and golden documents are not among them: they change no output.
const TOOLS =
  /^tools\/(?:spec\/(?:generate\/)?[^/]+\.(?:ts|json)|templates\/[^/]+\.(?:json|mustache))$/;

const toolsKey = (): string => {
  const tools = ['tools/spec', 'tools/spec/generate', 'tools/templates'].flatMap((folder) =>
    readdirSync(join(ROOT, folder))
      .map((name) => `${folder}/${name}`)
      .filter((file) => TOOLS.test(file)),
  );
  return hashOf(
    [...tools.sort(), 'biome.json', 'openapitools.json', 'package-lock.json'].map((path) =>
      join(ROOT, path),
    ),
    ROOT,
  );
};

const hashOf = (paths: readonly string[], root: string): string => {
  const hash = createHash('sha256');
  for (const file of paths.flatMap(filesBelow))
    hash.update(relative(root, file)).update('\0').update(readFileSync(file));
  return hash.digest('hex');
};

const filesBelow = (path: string): string[] => {
  if (!existsSync(path)) return [];
  if (statSync(path).isFile()) return [path];
  return readdirSync(path)
    .sort()
    .flatMap((name) => filesBelow(join(path, name)));
};
