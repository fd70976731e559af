import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { ROOT, run, withFolder } from '../scratch.ts';
import type { Comparison } from '../spec/compare/compare.ts';
import { diff } from '../spec/compare/diff.ts';
import { versionless } from '../spec/compare/match.ts';
import { isObject, type JsonObject, loadDocument } from '../spec/document.ts';
import { specEntry } from '../spec/registry.ts';
import {
  enter,
  FAMILIES,
  type Family,
  familyOfCheck,
  levelCell,
  methodsByRoute,
  OASDIFF,
  ourCells,
  ourTallies,
  routeOf,
  STEPS,
  type Step,
  type Tallies,
  type Tally,
  threeCell,
  titleOf,
} from './families.ts';

/*
 * Our comparison beside oasdiff's on the real steps, by family of rules: prints the tables of
 * docs/diff-and-oasdiff.md. Run by hand; it needs Go, which builds the pinned oasdiff.
 *   --write  into the document
 */

const { args, checksum, module, version } = OASDIFF;
const DOCUMENT = join(ROOT, 'docs/diff-and-oasdiff.md');

const { values } = parseArgs({ options: { write: { type: 'boolean' } } });

/** Builds oasdiff in a folder. Go holds the module to its checksum database, and we to ours. */
const install = (folder: string): string => {
  const sumdb = { GOSUMDB: 'sum.golang.org', GONOSUMDB: '', GOPRIVATE: '' };
  Object.assign(process.env, { GOBIN: folder, ...sumdb });
  run('go', ['install', `${module}@${version}`], folder);
  const program = join(folder, 'oasdiff');
  const built = run('go', ['version', '-m', program], folder);
  if (built.includes(`\tmod\t${module}\t${version}\t${checksum}\n`)) return program;
  throw new Error(`The built oasdiff is not ${version} with the checksum ${checksum}:\n${built}`);
};

/** A finding of oasdiff, as it prints it. */
interface Change {
  readonly id: string;
  readonly level: 1 | 2 | 3;
  readonly operation?: string;
  readonly path?: string;
}

type Place = (document: JsonObject) => JsonObject;

const asIs: Place = (document) => document;

const withoutVersion: Place = ({ paths, ...document }) => ({
  ...document,
  paths: Object.fromEntries(
    Object.entries(isObject(paths) ? paths : {}).map(([path, item]) => [versionless(path), item]),
  ),
});

const changesOf = (program: string, folder: string, step: Step, place: Place): Change[] => {
  const [product, ...versions] = step;
  const files = versions.map((version) => {
    const file = join(folder, `${version}.json`);
    const document = place(loadDocument(specEntry(ROOT, product, version)));
    writeFileSync(file, JSON.stringify(document));
    return file;
  });
  return JSON.parse(run(program, [...args, ...files], folder)) as Change[];
};

const theirTallies = (changes: readonly Change[], comparison: Comparison): Tallies => {
  const methods = methodsByRoute(comparison);
  const tallies: Tallies = new Map();
  for (const { id, level, operation, path } of changes) {
    const route = operation && path ? routeOf(operation, path) : undefined;
    const reached = route === undefined ? [] : [methods.get(route) ?? route];
    enter(tallies, familyOfCheck(id), 3 - level, reached);
  }
  return tallies;
};

interface Columns {
  readonly ours: Tallies;
  readonly theirs: Tallies;
  readonly asTheyAre: Tallies;
}

const HEAD = [
  '| | family | ours: major / minor / patch | reach | oasdiff: error / warning / info | methods: both / ours / oasdiff | oasdiff, version in the paths |',
  '|---|---|---|---|---|---|---|',
];

const tableOf = (step: Step, bump: string, { asTheyAre, ours, theirs }: Columns): string[] => {
  const families = (Object.keys(FAMILIES) as Family[]).filter((family) =>
    [ours, theirs, asTheyAre].some((tallies) => tallies.has(family)),
  );
  const rows = families.map((family) => {
    const tallies = [ours, theirs, asTheyAre].map((all) => all.get(family));
    return rowOf(family, FAMILIES[family], tallies);
  });
  return [
    `### ${titleOf(step)}: ${bump}`,
    '',
    ...HEAD,
    ...rows,
    rowOf('', 'all', [ours, theirs, asTheyAre].map(sum)),
    '',
  ];
};

const rowOf = (
  name: string,
  what: string,
  [ours, theirs, asTheyAre]: readonly (Tally | undefined)[],
): string => {
  const cells = [ourCells(ours), levelCell(theirs), methodCell(ours, theirs), levelCell(asTheyAre)];
  return `| ${name} | ${what} | ${cells.join(' | ')} |`;
};

const methodCell = (ours: Tally | undefined, theirs: Tally | undefined): string => {
  const [own, other] = [[...(ours?.methods ?? [])], [...(theirs?.methods ?? [])]];
  const both = own.filter((method) => other.includes(method)).length;
  return threeCell([both, own.length - both, other.length - both]);
};

/** All families as one. */
const sum = (tallies: Tallies): Tally =>
  [...tallies.values()].reduce<Tally>(
    (total, { levels: [worst, middle, least], methods, reach }) => ({
      levels: [total.levels[0] + worst, total.levels[1] + middle, total.levels[2] + least],
      reach: total.reach + reach,
      methods: new Set([...total.methods, ...methods]),
    }),
    { levels: [0, 0, 0], reach: 0, methods: new Set() },
  );

const unknown = (changes: readonly Change[]): string[] => [
  ...new Set(changes.map(({ id }) => id).filter((id) => familyOfCheck(id) === 'other')),
];

const [START, END] = [
  '<!-- counted by node tools/check/oasdiff.ts --write -->',
  '<!-- counted -->',
];

const write = (lines: readonly string[]): void => {
  const text = readFileSync(DOCUMENT, 'utf8');
  const [before, rest] = text.split(START);
  const after = rest?.split(END)[1];
  if (after === undefined) throw new Error(`${DOCUMENT} has no place for the tables.`);
  writeFileSync(DOCUMENT, `${before}${START}\n\n${lines.join('\n')}\n${END}${after}`);
};

const hasGo = (): boolean => {
  try {
    return run('go', ['version'], ROOT) !== '';
  } catch {
    return false;
  }
};

if (!hasGo()) {
  console.error('There is no go to build oasdiff with (https://go.dev/dl).');
  process.exit(2);
}

const comparisons = await Promise.all(
  STEPS.map(([product, old, fresh]) => diff(ROOT, `${product}/${old}`, `${product}/${fresh}`)),
);

withFolder((folder) => {
  const program = install(folder);
  const strangers: string[] = [];
  const tables = STEPS.flatMap((step, index) => {
    const comparison = comparisons[index] as Comparison;
    const changes = changesOf(program, folder, step, withoutVersion);
    const changesAsIs = changesOf(program, folder, step, asIs);
    strangers.push(...unknown([...changes, ...changesAsIs]));
    return tableOf(step, comparison.bump, {
      ours: ourTallies(comparison),
      theirs: theirTallies(changes, comparison),
      asTheyAre: theirTallies(changesAsIs, comparison),
    });
  });
  const command = ['oasdiff', ...args, '<old>', '<new>'].join(' ');
  const made = `The columns of oasdiff come from ${module}@${version}, \`${command}\`.`;
  const lines = [made, '', ...tables];
  if (values.write) write(lines);
  else console.log(lines.join('\n'));
  for (const id of strangers) console.error(`The check ${id} is in no family.`);
  process.exitCode = strangers.length === 0 ? 0 : 1;
});
