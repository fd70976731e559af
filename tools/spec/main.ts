import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { type ParseArgsOptionsConfig, parseArgs } from 'node:util';
import { diff, diffLines, told } from './compare/diff.ts';
import { exitCodeOf } from './compare/policies.ts';
import { SpecError } from './errors.ts';
import { factsOf } from './facts.ts';
import { generate } from './generate/generate.ts';
import { importDocument } from './import/import.ts';
import { reportPage } from './import/report.ts';
import { allGuides } from './migrate/migrate.ts';
import { listSpecs, ROOT, selectSpecs } from './registry.ts';
import { statusLine, statusOf } from './status.ts';

/** What was given beside the positionals: the command's own options, and those of every command. */
interface Values {
  readonly root: string;
  readonly [option: string]: boolean | string | readonly (boolean | string)[] | undefined;
}

interface Command {
  /** Arguments and what it does, as --help prints it. */
  readonly usage: readonly [args: string, what: string];
  readonly options?: ParseArgsOptionsConfig;
  /** Gives the exit code. */
  readonly run: (positionals: string[], values: Values) => Promise<number> | number;
}

const JSON_OPTION: ParseArgsOptionsConfig = { json: { type: 'boolean' } };

const COMMANDS: Readonly<Record<string, Command>> = {
  generate: {
    usage: ['[<product>[/<version>] …]', 'bring generated code up to date (npm run generate)'],
    run: async (names, { root }) => {
      const { generated, unchanged } = await generate(selectSpecs(names, listSpecs(root)), (line) =>
        console.error(`· ${line}`),
      );
      for (const name of generated) console.log(`generated ${name}`);
      for (const name of unchanged) console.log(`unchanged ${name}`);
      return 0;
    },
  },
  facts: {
    usage: ['[<product>[/<version>] …] [--json]', 'what is known about each operation'],
    options: JSON_OPTION,
    run: (names, { root, json }) =>
      print(
        selectSpecs(names, listSpecs(root)).flatMap(factsOf),
        json,
        ({ group, method, name, path, product, version }) =>
          `${product}/${version} ${group}.${name}  ${method} ${path}`,
      ),
  },
  status: {
    usage: ['[--json] [--at YYYY-MM-DD]', 'where each version stands: imported, stable, ending'],
    options: { ...JSON_OPTION, at: { type: 'string' } },
    run: (names, { root, json, at }) => {
      if (names.length > 0) throw new UsageError('status takes no names.');
      return print(statusOf(dayOf(at), root), json, statusLine);
    },
  },
  import: {
    usage: [
      '<product> <version> [<file|url>] [--dry-run] [--path-version <segment>]… [--overlay <file>] [--origin <text>] [--report <file>] [--json]',
      "bring in a vendor's document, new or changed in place",
    ],
    options: {
      ...JSON_OPTION,
      'dry-run': { type: 'boolean' },
      'path-version': { type: 'string', multiple: true },
      overlay: { type: 'string' },
      origin: { type: 'string' },
      report: { type: 'string' },
    },
    run: async ([product, version, from, ...more], values) => {
      if (product === undefined || version === undefined || more.length > 0)
        throw new UsageError('import takes a product, a version and at most one file or URL.');
      const report = await importDocument({
        root: values.root,
        product,
        version,
        from,
        overlay: textOf(values.overlay),
        origin: textOf(values.origin),
        pathVersions: Array.isArray(values['path-version'])
          ? values['path-version'].map(String)
          : [],
        isDryRun: values['dry-run'] === true,
        today: dayOf(undefined),
        tell: (line) => console.error(`· ${line}`),
      });
      const page = reportPage(report, values['dry-run'] === true);
      console.log(values.json ? JSON.stringify(report) : page);
      if (values.report !== undefined) writeFileSync(String(values.report), page);
      return 0;
    },
  },
  diff: {
    usage: [
      '<old> <new> [--json] [--exit-code]',
      'what a document means for users of another: each a spec or a file; exit code 0, 10, 20 or 30 for none, patch, minor or major',
    ],
    options: { ...JSON_OPTION, 'exit-code': { type: 'boolean' } },
    run: async ([old, fresh, ...more], { root, json, ...values }) => {
      if (old === undefined || fresh === undefined || more.length > 0)
        throw new UsageError('diff takes two specs or files.');
      const comparison = await diff(root, old, fresh);
      const { bump, findings } = comparison;
      if (json) console.log(JSON.stringify({ bump, findings: findings.map(told) }));
      else for (const line of diffLines(comparison)) console.log(line);
      return values['exit-code'] ? exitCodeOf(bump) : 0;
    },
  },
  guides: {
    usage: ['', 'write the migration guides anew, after words or names of an overlay changed'],
    run: (names, { root }) => {
      if (names.length > 0) throw new UsageError('guides takes no names.');
      for (const [path, text] of allGuides(root)) {
        mkdirSync(dirname(join(root, path)), { recursive: true });
        writeFileSync(join(root, path), text);
        console.log(path);
      }
      return 0;
    },
  },
};

const COMMON: ParseArgsOptionsConfig = { help: { type: 'boolean' }, root: { type: 'string' } };

const USAGE = `Usage: npm run spec -- <command> [--root <folder>]

${Object.entries(COMMANDS)
  .map(([name, { usage }]) => `  ${name} ${usage[0]}\n      ${usage[1]}`)
  .join('\n')}

  --root   another project's folder, with specs/ and packages/
  --json   one JSON value on stdout (with npm run -s)
`;

/** The command line is wrong, not the data. */
class UsageError extends Error {}

const print = <T>(rows: readonly T[], json: unknown, line: (row: T) => string): number => {
  if (json === true) console.log(JSON.stringify(rows));
  else for (const row of rows) console.log(line(row));
  return 0;
};

const textOf = (value: unknown): string | undefined =>
  typeof value === 'string' ? value : undefined;

/** A date that there is; today without one. */
const dayOf = (at: unknown): string => {
  if (at === undefined) return new Date().toISOString().slice(0, 10);
  const time = Date.parse(String(at));
  const day = Number.isNaN(time) ? '' : new Date(time).toISOString().slice(0, 10);
  if (day === at) return day;
  throw new UsageError(`--at takes a date such as 2026-11-22, not '${String(at)}'.`);
};

/** Exit codes: 0 done, 2 wrong usage, 65 bad data, 74 a file that cannot be read or written. */
const main = async ([name = '', ...args]: readonly string[]): Promise<number> => {
  const command = Object.hasOwn(COMMANDS, name) ? COMMANDS[name] : undefined;
  if (command === undefined) {
    (name === '--help' ? console.log : console.error)(USAGE);
    return name === '--help' ? 0 : 2;
  }
  const { positionals, values } = parseArgs({
    args,
    allowPositionals: true,
    options: { ...COMMON, ...command.options },
  });
  if (values.help) {
    console.log(USAGE);
    return 0;
  }
  const root = values.root === undefined ? ROOT : resolve(String(values.root));
  return command.run(positionals, { ...values, root });
};

const isUsage = (error: unknown): error is Error =>
  error instanceof UsageError ||
  (error instanceof TypeError &&
    'code' in error &&
    String(error.code).startsWith('ERR_PARSE_ARGS'));

try {
  process.exitCode = await main(process.argv.slice(2));
} catch (error) {
  if (error instanceof SpecError) {
    console.error(`spec: ${error.message}`);
    process.exitCode = 65;
  } else if (isUsage(error)) {
    console.error(`spec: ${error.message}\n\n${USAGE}`);
    process.exitCode = 2;
  } else if (error instanceof Error && 'syscall' in error) {
    console.error(`spec: the file system refused: ${error.message}`);
    process.exitCode = 74;
  } else {
    throw error;
  }
}
