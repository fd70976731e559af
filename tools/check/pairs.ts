import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { compare, type Finding } from '../spec/compare/compare.ts';
import { withFacts } from '../spec/compare/diff.ts';
import { highest } from '../spec/compare/policies.ts';
import type { JsonObject } from '../spec/document.ts';
import { runGenerator } from '../spec/generate/generator.ts';
import { normalise } from '../spec/generate/normalise.ts';
import { proposeAliases } from '../spec/import/propose.ts';
import { stripProse } from '../spec/intake/prose.ts';
import { readModel } from '../spec/model.ts';
import { type Break, breaksBetween } from '../spec/oracle/oracle.ts';
import { applyOverlay } from '../spec/overlay.ts';
import pairs from '../spec/test/pairs/pairs.ts';
import { FACTS } from '../spec/test/tiny.ts';
import { readVendor } from '../spec/vendor.ts';

/*
 * The minimal pairs against the compiler: the code of both documents of each pair is generated, and
 * the old is compiled against the new, in both directions. The comparison may miss no break, and may
 * call a break at most three in a hundred of what the compiler takes. With --planted-fault it
 * overlooks keys that are gone, and has to be found out.
 */

const { values } = parseArgs({ options: { 'planted-fault': { type: 'boolean' } } });

// With a planted fault the comparison does not see that a key is gone.
const isSeen = ({ kind }: Finding): boolean => !values['planted-fault'] || kind !== 'key-removed';

interface Case {
  readonly name: string;
  readonly family: string;
  readonly expected: string;
  readonly bump: string;
  readonly old: JsonObject;
  readonly fresh: JsonObject;
}

const caseOf = (
  name: string,
  family: string,
  expected: string,
  before: JsonObject,
  after: JsonObject,
): Case => {
  const [old, fresh] = [before, after].map((raw) => withFacts(stripProse(raw).document)) as [
    JsonObject,
    JsonObject,
  ];
  const { findings, renames } = compare(readModel(old), readModel(fresh), 'made');
  const bump = highest(findings.filter(isSeen).map(({ level }) => level));
  const aliases = proposeAliases(renames, fresh, 'the old document');
  return { name, family, expected, bump, old, fresh: applyOverlay(fresh, aliases) };
};

const cases = pairs.flatMap((pair) => {
  const name = `${pair.family} ${pair.where}: ${pair.name}`;
  return [
    caseOf(name, pair.family, pair.bump, pair.old, pair.new),
    caseOf(`${name} (back)`, pair.family, pair.reverse, pair.new, pair.old),
  ];
});

/** Generates each distinct document once; gives where its code is. */
const generateAll = async (folder: string): Promise<(document: JsonObject) => string> => {
  const { core } = readVendor();
  const texts = new Map<string, string>();
  const textOf = (document: JsonObject): string =>
    normalise(readModel(document), 'pair', { ...FACTS, core });
  for (const { fresh, old } of cases)
    for (const document of [old, fresh]) {
      const text = textOf(document);
      if (!texts.has(text)) texts.set(text, join(folder, `code-${texts.size}`));
    }
  const jobs = [...texts].map(([text, outputDir]) => {
    const inputSpec = `${outputDir}.json`;
    writeFileSync(inputSpec, text);
    return { inputSpec, outputDir };
  });
  console.log(`generating the code of ${jobs.length} documents`);
  await runGenerator(jobs, folder);
  return (document) => texts.get(textOf(document)) ?? '';
};

const report = (
  found: ReadonlyMap<string, readonly Break[]>,
): { readonly faults: number; readonly missed: number } => {
  const judged = cases.map((one, index) => ({ ...one, breaks: found.get(String(index)) ?? [] }));
  const missed = judged.filter(({ breaks, bump }) => breaks.length > 0 && bump !== 'major');
  const alarms = judged.filter(({ breaks, bump }) => breaks.length === 0 && bump === 'major');
  const unexpected = judged.filter(({ bump, expected }) => bump !== expected);
  const isNothing = judged.filter(({ expected }) => expected === 'none');
  for (const { breaks, bump, name } of missed)
    console.log(
      `MISSED ${name}: said ${bump}; ${breaks.map(({ at, message }) => `${at}: ${message}`).join('; ')}`,
    );
  for (const { name } of alarms) console.log(`false alarm ${name}`);
  for (const { bump, expected, name } of unexpected)
    console.log(`UNEXPECTED ${name}: said ${bump}, expected ${expected}`);
  const families = [...new Set(judged.map(({ family }) => family))].sort();
  for (const family of families) {
    const own = judged.filter((one) => one.family === family);
    const count = (some: typeof judged): number =>
      some.filter((one) => one.family === family).length;
    const broken = own.filter(({ breaks }) => breaks.length > 0).length;
    console.log(
      `${family} ${String(own.length).padStart(4)} cases, ${String(broken).padStart(3)} break, ${count(missed)} missed, ${count(alarms)} false alarms`,
    );
  }
  const rate = alarms.length / judged.length;
  const broken = judged.filter(({ breaks }) => breaks.length > 0).length;
  console.log(
    `${judged.length} cases, ${broken} break in the compiler: ${missed.length} missed, ${alarms.length} false alarms (${(100 * rate).toFixed(1)} %); ${isNothing.length} change nothing`,
  );
  const faults = missed.length + unexpected.length + (rate > 0.03 ? 1 : 0);
  return { faults, missed: missed.length };
};

const folder = mkdtempSync(join(tmpdir(), 'pairs-'));
try {
  const codeOf = await generateAll(folder);
  const found = await breaksBetween(
    cases.map(({ fresh, old }, index) => ({
      name: String(index),
      old: codeOf(old),
      new: codeOf(fresh),
    })),
  );
  const { faults, missed } = report(found);
  if (values['planted-fault']) {
    console.log(`the planted fault: ${missed} breaks missed`);
    process.exitCode = missed > 0 ? 0 : 1;
  } else {
    console.log(`${cases.length - faults} passed, ${faults} failed`);
    process.exitCode = faults === 0 ? 0 : 1;
  }
} finally {
  rmSync(folder, { recursive: true, force: true });
}
