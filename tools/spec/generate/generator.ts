import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import { mkdir, rm, writeFile } from 'node:fs/promises';
import { delimiter, dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { SpecError } from '../errors.ts';
import { ROOT } from '../registry.ts';

const run = promisify(execFile);

const JAR_SHA256 = '41ce4f6b07f196676439d710759fa1ced7a08066d06ff1bf314681470289efae';
const MAIN_CLASS = 'org.openapitools.codegen.OpenAPIGenerator';
const LIST = 'META-INF/services/org.openapitools.codegen.CodegenConfig';
const LISTED = 'org.openapitools.codegen.languages.TypeScriptAxiosClientCodegen';
const TEMPLATES = join(ROOT, 'tools/templates');

/** One run of the generator: a document, as the normaliser wrote it, and where its files go. */
export interface GeneratorJob {
  readonly inputSpec: string;
  readonly outputDir: string;
  readonly templateDir?: string;
}

/** Runs all jobs in one Java process, with the project's templates and settings. */
export const runGenerator = async (
  jobs: readonly GeneratorJob[],
  folder: string,
): Promise<void> => {
  const settings = JSON.parse(readFileSync(join(TEMPLATES, 'config.json'), 'utf8')) as object;
  await runBatch(
    jobs.map((job) => ({ templateDir: TEMPLATES, ...settings, ...job })),
    folder,
  );
};

/** Runs jobs in one Java process as their own settings say: without `templateDir`, the generator's own templates. */
export const runBatch = async (
  jobs: readonly (GeneratorJob & Readonly<Record<string, unknown>>)[],
  folder: string,
): Promise<void> => {
  const configs = jobs.map((job, index) => ({ file: join(folder, `job-${index}.json`), job }));
  for (const { file, job } of configs) await writeFile(file, JSON.stringify(job));
  const classes = join(folder, '.generator');
  const classPath = await writeClasses(await readJar(), classes);
  try {
    await runJava(classPath, ['batch', '--fail-fast', ...configs.map(({ file }) => file)], folder);
  } finally {
    await rm(classes, { recursive: true, force: true });
  }
};

// For each document the generator makes an object of every language that the jar lists, 170 of them.
// In a copy the list gets another name of the same length, and a list of our one stands beside it.
const writeClasses = async (jar: Buffer, folder: string): Promise<string> => {
  for (let at = jar.indexOf(LIST); at !== -1; at = jar.indexOf(LIST, at)) jar.write('META-OFF', at);
  await mkdir(join(folder, dirname(LIST)), { recursive: true });
  await writeFile(join(folder, LIST), LISTED);
  await writeFile(join(folder, 'generator.jar'), jar);
  return [folder, join(folder, 'generator.jar')].join(delimiter);
};

const runJava = async (
  classPath: string,
  args: readonly string[],
  folder: string,
): Promise<void> => {
  const flags = [
    '-XX:TieredStopAtLevel=1',
    '-XX:+UseSerialGC',
    // The jar's sha256 has been checked: its classes need no check, one by one.
    '-XX:+UnlockDiagnosticVMOptions',
    '-XX:-BytecodeVerificationRemote',
    '-Dlog.level=warn',
  ];
  const options = { cwd: folder, maxBuffer: 64 * 1024 * 1024 };
  await run('java', [...flags, '-cp', classPath, MAIN_CLASS, ...args], options).catch(
    (error: NodeJS.ErrnoException & { stdout?: string; stderr?: string }) => {
      if (error.code === 'ENOENT')
        throw new SpecError(
          'Generation needs Java 17 or newer on the PATH; nothing else in the project does.',
        );
      throw new SpecError(
        `openapi-generator failed:\n${(error.stdout ?? '') + (error.stderr ?? '')}`.slice(0, 4000),
      );
    },
  );
};

const version = (): string => {
  const settings = JSON.parse(readFileSync(join(ROOT, 'openapitools.json'), 'utf8')) as {
    'generator-cli': { version: string };
  };
  return settings['generator-cli'].version;
};

/** Where the wrapper puts the jar. */
export const jarPath = (): string =>
  join(ROOT, 'node_modules/@openapitools/openapi-generator-cli/versions', `${version()}.jar`);

// The wrapper downloads; what it got is checked before it runs.
const readJar = async (): Promise<Buffer> => {
  const jar = jarPath();
  if (!existsSync(jar)) {
    const wrapper = join(ROOT, 'node_modules/@openapitools/openapi-generator-cli/main.js');
    await run(process.execPath, [wrapper, 'version-manager', 'set', version()], {
      cwd: ROOT,
    }).catch(() => {});
    if (!existsSync(jar)) {
      throw new SpecError(
        `The generator's jar ${version()} could not be downloaded from Maven Central.`,
      );
    }
  }
  const bytes = readFileSync(jar);
  const sha256 = createHash('sha256').update(bytes).digest('hex');
  if (sha256 === JAR_SHA256) return bytes;
  throw new SpecError(
    `The generator's jar has the sha256 ${sha256}, not ${JAR_SHA256}; it was not run.`,
  );
};
