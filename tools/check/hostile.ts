import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import {
  cpSync,
  globSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  realpathSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { stripTypeScriptTypes } from 'node:module';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { isDeepStrictEqual, parseArgs } from 'node:util';
import fc from 'fast-check';
import { parseSync } from 'oxc-parser';
import { ROOT } from '../scratch.ts';
import {
  checkReferences,
  isObject,
  type Json,
  type JsonObject,
  parseYaml,
} from '../spec/document.ts';
import { checkGenerated } from '../spec/generate/ast.ts';
import { format } from '../spec/generate/generate.ts';
import { runGenerator } from '../spec/generate/generator.ts';
import { normalise } from '../spec/generate/normalise.ts';
import { readModel } from '../spec/model.ts';
import { FACTS as TINY } from '../spec/test/tiny.ts';
import { readVendor, type VersionFacts } from '../spec/vendor.ts';
import {
  docLines,
  documentOf,
  PAYLOADS,
  PLAIN,
  POSITIONS,
  SHAPES,
  type Texts,
} from './hostile/document.ts';
import { importAll, plantedFaults } from './hostile/import.ts';

/*
 * node tools/check/hostile.ts [--runs N] [--seed N] [--keep] [--planted-fault]
 *
 * Text of a document never becomes code. A document that has text wherever text can stand gets hostile
 * ones: each text is refused with an error that names the place, or is found again, as text, in what
 * was generated, or stands where nothing is ever printed. What was generated passes the AST check,
 * compiles, and does nothing when it is imported. Needs Java, as generation does.
 * With a planted fault, changed copies of the tools are used and the AST check has to find each.
 */

/** The tools under test: the project's own, or a copy with a fault. */
interface Tools {
  readonly normalise: typeof normalise;
  readonly readModel: typeof readModel;
  readonly templateDir: string;
}

const FACTS: VersionFacts = { ...TINY, core: readVendor().core };
const TOOLS: Tools = { normalise, readModel, templateDir: join(ROOT, 'tools/templates') };

type Outcome =
  | { readonly text: string }
  | { readonly refusal: string }
  | { readonly crash: string };

const attempt = (texts: Texts, tools = TOOLS): Outcome => {
  try {
    const document = documentOf(texts);
    checkReferences(document);
    return { text: tools.normalise(tools.readModel(document), 'hostile', FACTS) };
  } catch (error) {
    const { message, name } = error as Error;
    return name === 'SpecError' ? { refusal: message } : { crash: `${name}: ${message}` };
  }
};

/** What the generator reads, without the order that names of schemas give. */
const inAnyOrder = (text: string): unknown => {
  const { components, paths } = JSON.parse(text) as {
    components: { schemas: JsonObject };
    paths: JsonObject;
  };
  return [
    paths,
    Object.values(components.schemas)
      .map((schema) => JSON.stringify(schema))
      .sort(),
  ];
};

/** An error says where in the document it is, or which name it is about. */
const PLACE = /(?:GET|POST|PUT) \/|^\/alpha|^schema |\$ref|^#\/|called '/;

interface Sample {
  readonly name: string;
  readonly texts: Texts;
  /** What the generator reads. */
  readonly text: string;
}

/** Positions with another text than the plain one; what is no text leaves no trace. */
const hostileOf = ({ texts }: Sample): (readonly [position: string, text: string])[] =>
  Object.entries(texts).flatMap(([position, text]) =>
    typeof text === 'string' && text !== PLAIN[position] ? [[position, text] as const] : [],
  );

const violations: string[] = [];
const violation = (text: string): void => {
  violations.push(text);
  console.error(`VIOLATION ${text}`);
};
const startedAt = Date.now();
const progress = (text: string): void =>
  console.error(`${((Date.now() - startedAt) / 1000).toFixed(1).padStart(5)} s  ${text}`);

interface Counts {
  printed: number;
  refused: number;
  never: number;
  /** Nothing is left of the text: an empty line of a comment. */
  nothing: number;
}

/** Which texts are taken. */
type Accepted = ReadonlyMap<string, readonly Json[]>;

/** Each text at each position alone: is it refused, or without effect, or is it to be found? */
const runPairs = (counts: Record<string, Counts>): Accepted => {
  const baseline = attempt(PLAIN);
  assert.ok('text' in baseline, JSON.stringify(baseline));
  const expected = inAnyOrder(baseline.text);
  const accepted = Object.entries(POSITIONS).map(([position, { traces }]) => {
    const count: Counts = { printed: 0, refused: 0, never: 0, nothing: 0 };
    counts[position] = count;
    const taken = PAYLOADS.filter((payload) => {
      assert.notEqual(payload, PLAIN[position]);
      const outcome = attemptPair(position, payload);
      if (!('text' in outcome)) {
        if ('refusal' in outcome) count.refused += 1;
        return false;
      }
      if (traces) return true;
      if (outcome.text === baseline.text || isDeepStrictEqual(inAnyOrder(outcome.text), expected))
        count.never += 1;
      else
        violation(
          `${position} = ${JSON.stringify(payload)}: has an effect although it is never printed`,
        );
      return false;
    });
    return [position, taken] as const;
  });
  return new Map(accepted);
};

const attemptPair = (position: string, value: Json): Outcome => {
  const outcome = attempt({ ...PLAIN, [position]: value });
  const pair = `${position} = ${JSON.stringify(value)}`;
  if ('crash' in outcome) violation(`${pair}: ${outcome.crash}`);
  if ('refusal' in outcome && !PLACE.test(outcome.refusal))
    violation(`${pair}: no place in: ${outcome.refusal}`);
  return outcome;
};

/** The same with what is no text at all; where that is taken, it leaves no trace that could be looked for. */
const runShapes = (): Accepted =>
  new Map(
    Object.entries(POSITIONS)
      .filter(([, { isPart }]) => !isPart)
      .map(([position]) => [
        position,
        SHAPES.filter((shape) => 'text' in attemptPair(position, shape)),
      ]),
  );

/** Samples in which each accepted text stands at each position once, many positions at a time. */
const square = (
  prefix: string,
  accepted: Accepted,
  payloads: readonly Json[],
  tools = TOOLS,
): Sample[] =>
  payloads.flatMap((_, shift) => {
    const hostile = [...accepted].flatMap(([position, texts], index) => {
      const payload = payloads[(index + shift) % payloads.length] as Json;
      return texts.includes(payload) ? [[position, payload] as const] : [];
    });
    return samplesOf(`${prefix}${shift}`, hostile, tools);
  });

/** One sample, or several if two names meet in it. */
const samplesOf = (
  name: string,
  hostile: readonly (readonly [string, Json])[],
  tools: Tools,
): Sample[] => {
  const sample = sampleOf(name, Object.fromEntries(hostile), tools);
  if (sample || hostile.length < 2) return sample ? [sample] : [];
  const half = hostile.length >> 1;
  return [hostile.slice(0, half), hostile.slice(half)].flatMap((part, index) =>
    samplesOf(`${name}-${index}`, part, tools),
  );
};

const sampleOf = (name: string, hostile: Texts, tools = TOOLS): Sample | undefined => {
  const texts = { ...PLAIN, ...hostile };
  const outcome = attempt(texts, tools);
  if ('crash' in outcome) violation(`${name}: ${outcome.crash} ${JSON.stringify(hostile)}`);
  return 'text' in outcome ? { name, texts, text: outcome.text } : undefined;
};

/** Random combinations, read as YAML. */
const combinations = (accepted: Accepted, runs: number, seed: number): Sample[] => {
  const payload = fc.constantFrom(...PAYLOADS);
  const hostile = fc.oneof(
    { arbitrary: payload, weight: 4 },
    {
      arbitrary: fc.array(payload, { minLength: 2, maxLength: 3 }).map((parts) => parts.join('')),
      weight: 2,
    },
    { arbitrary: fc.string({ unit: 'binary', maxLength: 12 }), weight: 1 },
  );
  const record = Object.fromEntries(
    Object.entries(POSITIONS).map(([position, { plain, traces }]) => {
      const isStrict = traces && (accepted.get(position)?.length ?? 0) < PAYLOADS.length / 2;
      return [
        position,
        fc.oneof(
          { arbitrary: fc.constant(plain), weight: isStrict ? 100 : 2 },
          { arbitrary: hostile, weight: isStrict ? 1 : 3 },
        ),
      ];
    }),
  );
  const samples = fc.sample(fc.record(record), { numRuns: runs, seed });
  return samples.flatMap((texts, index) => {
    const name = `r${index}`;
    const document = documentOf(texts);
    if (!isDeepStrictEqual(parseYaml(JSON.stringify(document), name), document))
      violation(`${name}: YAML reads something else`);
    const outcome = attempt(texts);
    if ('refusal' in outcome && !PLACE.test(outcome.refusal))
      violation(`${name}: no place in: ${outcome.refusal}`);
    return sampleOf(name, texts) ?? [];
  });
};

/** Generates the code of all samples, each in a folder of its name. */
const generateAll = async (
  samples: readonly Sample[],
  folder: string,
  code: string,
  tools = TOOLS,
): Promise<void> => {
  for (let start = 0; start < samples.length; start += 300) {
    const batch = join(folder, `batch-${code.length}-${start}`);
    mkdirSync(batch);
    const jobs = samples.slice(start, start + 300).map(({ name, text }) => {
      const inputSpec = join(batch, `${name}.json`);
      writeFileSync(inputSpec, text);
      return { inputSpec, outputDir: join(code, name), templateDir: tools.templateDir };
    });
    await runGenerator(jobs, batch);
    progress(`generated ${start + jobs.length} of ${samples.length}`);
  }
};

const sourcesBelow = (folder: string): string[] =>
  globSync('**/*.ts', { cwd: folder }).map((file) => file.replaceAll('\\', '/'));

interface AstNode {
  readonly type: string;
  readonly [key: string]: unknown;
}

/** All texts in generated files, as traces. */
const tracesIn = (files: ReadonlyMap<string, string>): Set<string> => {
  const found = new Set<string>();
  const visit = (value: unknown, kind: string): void => {
    if (Array.isArray(value)) for (const one of value) visit(one, kind);
    if (!isObject(value) || typeof value.type !== 'string') return;
    const { type, ...node } = value as AstNode;
    if (type === 'Literal' && typeof node.value === 'string') found.add(`${kind}:${node.value}`);
    // One that stands as a value is a reference to what has the name, such as a class of a group.
    if (type === 'Identifier' && kind !== 'value') found.add(`${kind}:${node.name}`);
    for (const [key, child] of Object.entries(node)) visit(child, kindOf(type, key));
  };
  for (const [file, text] of files) {
    const { comments, program } = parseSync(file, text, { lang: 'ts', sourceType: 'module' });
    for (const { value } of comments)
      for (const line of docLines(value.slice(1))) found.add(`doc:${line}`);
    visit(program, 'other');
  }
  return found;
};

const kindOf = (type: string, key: string): string => {
  if (key === 'key') return type === 'TSPropertySignature' ? 'key' : 'other';
  if (key === 'id' || (type === 'ImportNamespaceSpecifier' && key === 'local')) return 'name';
  if (type === 'TSLiteralType') return 'type';
  return type === 'Property' || type === 'ArrayExpression' ? 'value' : 'other';
};

/** The AST check on all files of a sample, and where its texts are. */
const inspect = (sample: Sample, code: string): { faults: string[]; found: Set<string> } => {
  const folder = join(code, sample.name);
  const files = new Map(
    sourcesBelow(folder).map((file) => [file, readFileSync(join(folder, file), 'utf8')]),
  );
  const missing = ['index.ts', 'models.ts'].filter((file) => !files.has(file));
  return {
    faults: [
      ...missing.map((file) => `${file} is missing`),
      ...[...files].flatMap(([file, text]) => checkGenerated(file, text, FACTS.core)),
    ],
    found: tracesIn(files),
  };
};

/** Texts that were taken and that nobody finds again. */
const lost = (
  sample: Sample,
  found: ReadonlySet<string>,
  tell: (position: string, text: string, traces: readonly string[]) => void,
): string[] =>
  hostileOf(sample).flatMap(([position, text]) => {
    const traces = POSITIONS[position]?.traces?.(text, sample.texts);
    if (traces === undefined) return [];
    const missing = traces.filter((trace) => !found.has(trace));
    if (missing.length === 0) tell(position, text, traces);
    return missing.map(
      (trace) => `${position} = ${JSON.stringify(text)}: nowhere ${JSON.stringify(trace)}`,
    );
  });

/** Compiles all samples with the strictest settings, in one run. */
const compile = (code: string, js: string): void => {
  mkdirSync(join(code, 'node_modules/@criteo-sdk'), { recursive: true });
  symlinkSync(join(ROOT, 'packages/core'), join(code, 'node_modules/@criteo-sdk/core'), 'junction');
  writeFileSync(join(code, 'package.json'), '{ "type": "module" }');
  const compilerOptions = {
    composite: false,
    declarationMap: false,
    sourceMap: false,
    tsBuildInfoFile: null,
    rootDir: '.',
    outDir: js,
    lib: ['ES2023', 'DOM'],
  };
  const config = {
    extends: join(ROOT, 'tsconfig.base.json'),
    compilerOptions,
    include: ['*/**/*.ts'],
  };
  writeFileSync(join(code, 'tsconfig.json'), JSON.stringify(config));
  const tsc = join(ROOT, 'node_modules/typescript/bin/tsc');
  const { status, stdout } = spawnSync(process.execPath, [tsc, '-p', code], {
    cwd: code,
    encoding: 'utf8',
    maxBuffer: 1 << 28,
  });
  if (status === 0) return;
  const errors = stdout.split('\n').filter((line) => /^\S/.test(line));
  for (const error of [`ended with ${status}`, ...errors.slice(0, 20)]) violation(`tsc: ${error}`);
};

const main = async (folder: string, runs: number, seed: number): Promise<void> => {
  for (const fault of plantedFaults(join(folder, 'planted'))) violation(`harness: ${fault}`);
  progress('the import tells of planted modules');
  const counts: Record<string, Counts> = {};
  const accepted = runPairs(counts);
  progress(`${Object.keys(POSITIONS).length} positions × ${PAYLOADS.length} texts tried`);
  const plain = sampleOf('plain', {});
  assert.ok(plain);
  const pairs = square('pairs', accepted, PAYLOADS);
  const random = combinations(accepted, runs, seed);
  const samples = [plain, ...pairs, ...square('shapes', runShapes(), SHAPES), ...random];
  progress(
    `${samples.length} documents; ${random.length} of ${runs} random combinations are taken (seed ${seed})`,
  );
  const [code, js] = [join(folder, 'code'), join(folder, 'js')];
  await generateAll(samples, folder, code);
  format([code]);
  progress('formatted');
  const usual = inspect(plain, code).found;
  for (const sample of samples) {
    const { faults, found } = inspect(sample, code);
    const isPair = pairs.includes(sample);
    const missing = lost(sample, found, (position, text, traces) => {
      const count = counts[position];
      if (count && isPair) count[traces.length > 0 ? 'printed' : 'nothing'] += 1;
      if (traces.length > 0 && traces.every((trace) => usual.has(trace)))
        violation(`${position}: the trace of ${JSON.stringify(text)} is always there`);
    });
    for (const fault of [...faults, ...missing]) violation(`${sample.name}: ${fault}`);
  }
  progress('AST check passed over, texts looked for');
  compile(code, js);
  progress('compiled');
  const modules = globSync('*/**/*.js', { cwd: js, exclude: ['node_modules'] }).sort();
  for (const [module, what] of Object.entries(importAll(js, modules)))
    violation(`import of ${module}: ${what.join('; ')}`);
  progress(`${modules.length} modules imported`);
  printTable(counts);
  if (modules.length < 4 * samples.length)
    violation(`only ${modules.length} modules were imported`);
  console.log(
    `${samples.length} documents, ${PAYLOADS.length} payloads: ${Object.keys(POSITIONS).length} positions, ${modules.length} modules compiled and imported, ${violations.length} violations`,
  );
};

const printTable = (counts: Readonly<Record<string, Counts>>): void => {
  const row = (cells: readonly (number | string)[]): string =>
    cells
      .map((cell, index) => (index === 0 ? String(cell).padEnd(34) : String(cell).padStart(9)))
      .join('');
  console.log(row(['position', 'printed', 'refused', 'never', 'nothing']));
  for (const [position, { never, nothing, printed, refused }] of Object.entries(counts)) {
    console.log(row([position, printed, refused, never, nothing]));
    const sum = printed + refused + never + nothing;
    if (sum !== PAYLOADS.length) violation(`${position}: ${PAYLOADS.length - sum} texts are lost`);
  }
};

/** Faults that the AST check has to find: a file, what it says, and what it says instead. */
const FAULTS: Readonly<Record<string, readonly [file: string, from: string, to: string]>> = {
  'string() does not escape': [
    'spec/generate/sinks.ts',
    'JSON.stringify(value)',
    "'\"' + value + '\"'",
  ],
  'string() escapes nothing but quotes': [
    'spec/generate/sinks.ts',
    'JSON.stringify(value)',
    "'\"' + value.replaceAll('\"', '\\\\\"') + '\"'",
  ],
  'comment() lets an end through': ['spec/generate/sinks.ts', ".replaceAll('*/', '*\\\\/')", ''],
  'comment() lets tools obey': ['spec/generate/sinks.ts', '.replace(DIRECTIVE,', '.replace(/^$/,'],
  'propertyKey() does not quote': [
    'spec/generate/sinks.ts',
    '? name : string(name)',
    '? name : name',
  ],
  'identifier() takes everything': [
    'spec/generate/sinks.ts',
    'export const identifier = (name: string): string => {',
    "export const identifier = (name: string): string => {\n  if (name !== '') return name;",
  ],
  'a template calls': ['templates/operations.mustache', '{{{value}}}', 'eval({{{value}}})'],
};

const runFaults = async (folder: string): Promise<void> => {
  // Enough to break out of each sink; the generator itself makes names of groups safe, or stops.
  const payloads = PAYLOADS.filter((text) => /^(?:\*\/|"|';|x;|a\n|\\"|@ts-n).*/.test(text));
  const positions = Object.entries(POSITIONS).filter(
    ([position, { traces }]) => traces && position !== 'x-group',
  );
  for (const [index, [name, [file, from, to]]] of Object.entries(FAULTS).entries()) {
    const root = join(folder, `fault-${index}`);
    const tools = await faultyTools(root, join(root, 'tools', file), from, to);
    const accepted = new Map(
      positions.map(([position]) => [
        position,
        payloads.filter((text) => 'text' in attempt({ ...PLAIN, [position]: text }, tools)),
      ]),
    );
    const samples = square('', accepted, payloads, tools);
    const [code, js] = [join(root, 'code'), join(root, 'js')];
    await generateAll(samples, root, code, tools);
    const found = samples.filter((sample) => inspect(sample, code).faults.length > 0).length;
    const told = Object.values(importAll(js, strip(code, js)));
    const fired = told.filter((what) => what.some((one) => one.includes('the canary'))).length;
    console.log(
      `${name}: found by the AST check in ${found} of ${samples.length} documents; the canary goes off in ${fired} modules`,
    );
    if (found === 0) violation(`the planted fault was not found: ${name}`);
  }
  if (violations.length === 0) console.log('planted faults found');
};

/** The tools in a copy in which one file says something else. */
const faultyTools = async (
  root: string,
  path: string,
  from: string,
  to: string,
): Promise<Tools> => {
  for (const part of ['tools/spec', 'tools/spec/generate', 'tools/templates'])
    for (const file of globSync('*.{ts,json,mustache}', { cwd: join(ROOT, part) }))
      cpSync(join(ROOT, part, file), join(root, part, file));
  symlinkSync(join(ROOT, 'node_modules'), join(root, 'node_modules'), 'junction');
  const text = readFileSync(path, 'utf8');
  assert.ok(text.includes(from), `${path} does not hold ${from}`);
  writeFileSync(
    path,
    text.replace(from, () => to),
  );
  const load = (file: string): Promise<unknown> =>
    import(pathToFileURL(join(root, 'tools/spec', file)).href);
  return {
    ...((await load('generate/normalise.ts')) as Pick<Tools, 'normalise'>),
    ...((await load('model.ts')) as Pick<Tools, 'readModel'>),
    templateDir: join(root, 'tools/templates'),
  };
};

/** Makes JavaScript of the files that are no broken code, and names them. */
const strip = (code: string, js: string): string[] =>
  sourcesBelow(code).flatMap((file) => {
    try {
      const text = stripTypeScriptTypes(readFileSync(join(code, file), 'utf8'));
      const module = file.replace(/ts$/, 'js');
      mkdirSync(dirname(join(js, module)), { recursive: true });
      writeFileSync(join(js, module), text);
      return [module];
    } catch {
      return [];
    }
  });

const { values: options } = parseArgs({
  options: {
    runs: { type: 'string', default: '100' },
    seed: { type: 'string', default: '20221001' },
    'planted-fault': { type: 'boolean', default: false },
    keep: { type: 'boolean', default: false },
  },
});
const folder = realpathSync(mkdtempSync(join(tmpdir(), 'criteo-hostile-')));
try {
  if (options['planted-fault']) await runFaults(folder);
  else await main(folder, Number(options.runs), Number(options.seed));
} finally {
  if (options.keep) progress(`kept ${folder}`);
  else rmSync(folder, { recursive: true, force: true });
}
process.exitCode = violations.length === 0 ? 0 : 1;
