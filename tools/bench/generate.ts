import assert from 'node:assert/strict';
import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { copyProject, ROOT, withFolder } from '../scratch.ts';
import { prepare } from '../spec/generate/generate.ts';
import { jarPath } from '../spec/generate/generator.ts';
import { listSpecs, type SpecEntry, specName } from '../spec/registry.ts';
import { type BenchReport, type Cost, least, measure, sum } from './measure.ts';

/*
 * What generation costs: all documents cold, against the same documents with the generator as it
 * comes, one run each; then with nothing changed, and with one document changed.
 */

const ROUNDS = 2;

interface Round {
  readonly cold: Cost;
  readonly peer: Cost;
  readonly unchanged: Cost;
  readonly one: Cost;
}

export const benchGenerate = (tell: (line: string) => void): BenchReport =>
  withFolder((folder) => {
    const project = join(folder, 'project');
    mkdirSync(project);
    copyProject(project);
    const entries = listSpecs(project);
    const rounds = Array.from({ length: ROUNDS }, (_, index) => {
      tell(`round ${index + 1} of ${ROUNDS}, ${entries.length} documents`);
      return measureRound(entries, project, join(folder, `peer-${index}`));
    });
    const costOf = (part: keyof Round): Cost => least(rounds.map((round) => round[part]));
    const [cold, peer, unchanged] = [costOf('cold'), costOf('peer'), costOf('unchanged')];
    return {
      subject: `${entries.length} documents, the least of ${ROUNDS} rounds`,
      rows: [
        { what: 'all documents, cold', ...cold },
        { what: 'peer: one default run per document', ...peer },
        { what: 'nothing changed', ...unchanged },
        { what: 'one document changed', ...costOf('one') },
      ],
      goals: [
        {
          what: 'CPU, cold / peer',
          value: cold.cpuSeconds / peer.cpuSeconds,
          limit: 0.3,
          unit: '',
        },
        {
          what: 'wall time, nothing changed',
          value: unchanged.wallSeconds,
          limit: 2,
          unit: 's',
        },
      ],
    };
  });

const measureRound = (entries: readonly SpecEntry[], project: string, folder: string): Round => {
  const names = entries.map(specName);
  rmSync(join(project, '.cache/generate'), { recursive: true, force: true });
  const cold = generate(project, names, []);
  const peer = measurePeer(entries, folder);
  const unchanged = generate(project, [], names);
  const changed = entries.at(-1);
  assert.ok(changed, 'there are no documents');
  const one = withOneTypeChanged(changed, () =>
    generate(
      project,
      [specName(changed)],
      names.filter((name) => name !== specName(changed)),
    ),
  );
  return { cold, peer, unchanged, one };
};

/** Generates, and sees to it that these versions are made anew and those are left alone. */
const generate = (
  project: string,
  generated: readonly string[],
  unchanged: readonly string[],
): Cost => {
  const cost = measure(process.execPath, ['tools/spec/main.ts', 'generate'], project);
  assert.deepEqual(cost.stdout.trim().split('\n'), [
    ...generated.map((name) => `generated ${name}`),
    ...unchanged.map((name) => `unchanged ${name}`),
  ]);
  return cost;
};

/** The generator as it comes: no flags for Java, one process after the other, on the same inputs. */
const measurePeer = (entries: readonly SpecEntry[], folder: string): Cost => {
  mkdirSync(folder);
  const templates = join(ROOT, 'tools/templates');
  const costs = entries.map((entry) => {
    const { inputSpec, outputDir } = prepare(entry, folder);
    const paths = ['-i', inputSpec, '-o', outputDir, '-t', templates];
    const settings = ['-g', 'typescript-axios', '-c', join(templates, 'config.json')];
    return measure('java', ['-jar', jarPath(), 'generate', ...settings, ...paths], folder);
  });
  return sum(costs);
};

/** Changes one property of a document from text to a truth value, for the time of the work. */
const withOneTypeChanged = <T>(entry: SpecEntry, work: () => T): T => {
  const file = join(entry.folder, 'openapi.yaml');
  const before = readFileSync(file, 'utf8');
  const changed = before.replace(/(\n {8}\w+:\n {10}type: )string(?=\n {4,8}\w)/, '$1boolean');
  assert.notEqual(changed, before, `${file} has no property that is text and no more`);
  writeFileSync(file, changed);
  try {
    return work();
  } finally {
    writeFileSync(file, before);
  }
};
