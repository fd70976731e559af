import { afterAll, describe, expect, it } from 'vitest';
import {
  isObject,
  type Json,
  type JsonObject,
  loadDocument,
  resolveRef,
} from '../../tools/spec/document.ts';
import { normalise } from '../../tools/spec/generate/normalise.ts';
import { type OperationModel, readModel } from '../../tools/spec/model.ts';
import { listSpecs, ROOT, type SpecEntry, specEntry, specName } from '../../tools/spec/registry.ts';
import { FACTS } from '../../tools/spec/test/tiny.ts';
import { pointer } from './change.ts';
import type { Mutant } from './mutants.ts';
import { piecesOf, withKeeper } from './pieces.ts';
import { REASONS } from './reasons.ts';
import {
  isKilled,
  type Known,
  type Row,
  type Score,
  scoreOf,
  share,
  sum,
  type Tell,
  tableOf,
  tell,
  total,
  whole,
} from './score.ts';

/*
 * Each fact of a document reaches the SDK: one change of it, and the generator must be told something
 * else, or there is a reason why not (reasons.ts). Every change of every document is tried.
 */

const LEAST_SHARE = 0.99;
// So that reasons cannot swallow everything: it was 13.3 % when this was written.
const MOST_EXPLAINED = 0.15;

const specs = listSpecs().map((entry): [string, SpecEntry] => [specName(entry), entry]);
const known: Known = new Map();
const scores: Score[] = [];

describe.each(specs)('%s', (_, entry) => {
  const document = loadDocument(entry);

  it('loses no change of a fact', { timeout: 120_000 }, () => {
    const score = scoreOf(document, tell, known);
    scores.push(score);
    expect(whole(score).survived.slice(0, 20)).toEqual([]);
  });

  it('has a mutant for every value that operations reach', () => {
    const tried = new Set(mutantsOf(document).map(({ at }) => pointer(at)));
    expect(valuesOf(document).filter((place) => !tried.has(place))).toEqual([]);
  });

  // Then what is killed is killed, whatever stands in the rest of the document.
  it('is not heard of in a piece when it is not in the whole', () => {
    const pieces = piecesOf(document);
    const every = Math.ceil(mutantsOf(document).length / 20);
    const samples = pieces
      .flatMap((piece) => piece.mutants.map((mutant) => ({ piece, mutant })))
      .filter((_, index) => index % every === 0)
      .filter(({ piece, mutant }) => isKilled(piece.document, mutant));
    const full = withKeeper(document);
    const lost = samples.filter(({ mutant }) => !isKilled(full, mutant));
    expect(samples.length).toBeGreaterThan(10);
    expect(lost.map(({ mutant }) => `${pointer(mutant.at)} ${mutant.what}`)).toEqual([]);
  });
});

describe('all documents', () => {
  const all = (): Score => scores.reduce(sum, {});
  afterAll(() => console.log(tableOf(all())));

  it('have been read', () => expect(scores).toHaveLength(specs.length));

  it(`are heard of in ${LEAST_SHARE * 100} % of what could be heard, of every kind`, () => {
    expect(share(whole(all()))).toBeGreaterThanOrEqual(LEAST_SHARE);
    expect(kindsBelow(all())).toEqual([]);
  });

  it(`have reasons for ${MOST_EXPLAINED * 100} % at most`, () => {
    const { explained, mutants } = whole(all());
    expect(total(explained) / mutants).toBeLessThanOrEqual(MOST_EXPLAINED);
  });

  it.each(REASONS)('need the reason: $name', ({ name }) =>
    expect(whole(all()).explained[name] ?? 0).toBeGreaterThan(0),
  );
});

describe('a fault planted in the tool is found, and named:', () => {
  const document = fewPaths(loadDocument(specEntry(ROOT, 'commercegrid', '2026-07')));
  const IGNORED: readonly (readonly [key: string, kind: string])[] = [
    ['default', 'default'],
    ['deprecated', 'operation deprecated'],
    ['explode', 'style of a parameter'],
    ['format', 'format'],
    ['maximum', 'limit'],
    ['nullable', 'nullable'],
    ['readOnly', 'readOnly'],
  ];
  const FORGOTTEN: readonly (readonly [kind: string, fact: Partial<OperationModel>])[] = [
    ['scope', { scopes: [] }],
    ['security', { isPublic: false }],
    ['x-read', { isRead: false }],
    ['x-rate-class', { rateClass: 'default' }],
    ['x-timeout-ms', { timeoutMs: undefined }],
    ['x-paging', { paging: undefined }],
  ];

  it('there is none as it is', () => expect(kindsBelow(scoreOf(document))).toEqual([]));

  it.each(IGNORED)('%s is not read', (key, kind) => {
    const score = scoreOf(document, (mutant) => tell(without(key, mutant)));
    expect(kindsBelow(score)).toContain(kind);
    expect(score[kind]?.survived.join('\n')).toContain(`/${key} `);
  });

  it.each(FORGOTTEN)('%s is not passed on', (kind, fact) => {
    const score = scoreOf(document, (mutant) => {
      const model = readModel(mutant);
      const operations = model.operations.map((operation) => ({ ...operation, ...fact }));
      return normalise({ ...model, operations }, 'mutants', FACTS);
    });
    expect(kindsBelow(score)).toContain(kind);
  });

  it('x-job is not passed on', () => {
    const jobs = jobPaths(loadDocument(specEntry(ROOT, 'retailmedia', '2022-10')));
    expect(kindsBelow(scoreOf(jobs))).toEqual([]);
    const score = scoreOf(jobs, (mutant) => {
      const model = readModel(mutant);
      const operations = model.operations.map((one) => ({ ...one, job: undefined }));
      return normalise({ ...model, operations }, 'mutants', FACTS);
    });
    expect(kindsBelow(score)).toContain('x-job');
  });

  it('it breaks where it should refuse', () => {
    const breaking: Tell = (mutant) => {
      if (JSON.stringify(mutant).includes('"418"')) throw new TypeError('undefined');
      return tell(mutant);
    };
    expect(() => scoreOf(document, breaking)).toThrow(TypeError);
  });
});

/** The first operations and the last, which is the only public one. */
function fewPaths(document: JsonObject): JsonObject {
  const paths = Object.entries(document.paths as JsonObject);
  return { ...document, paths: Object.fromEntries([...paths.slice(0, 4), ...paths.slice(-1)]) };
}

/** What creates a catalog and asks for it. */
function jobPaths(document: JsonObject): JsonObject {
  const paths = Object.entries(document.paths as JsonObject);
  return {
    ...document,
    paths: Object.fromEntries(paths.filter(([path]) => path.includes('catalogs'))),
  };
}

const kindsBelow = (score: Score): string[] =>
  Object.keys(score).filter((kind) => share(score[kind] as Row) < LEAST_SHARE);

const mutantsOf = (document: JsonObject): Mutant[] =>
  piecesOf(document).flatMap(({ mutants }) => mutants);

/** The document without the values of a key that are no objects. */
const without = (key: string, document: JsonObject): JsonObject =>
  JSON.parse(
    JSON.stringify(document, (name, value: Json) =>
      name === key && !isObject(value) ? undefined : value,
    ),
  ) as JsonObject;

/** Places of all values that are neither object nor list, but for schemas that nothing refers to. */
const valuesOf = (document: JsonObject): string[] => {
  const found: string[] = [];
  const met = new Set<string>();
  const visit = (node: Json, at: string): void => {
    if (typeof node === 'object' && node !== null) {
      for (const [key, child] of Object.entries(node))
        visit(child, `${at}/${key.replaceAll('~', '~0').replaceAll('/', '~1')}`);
      return;
    }
    found.push(at);
    if (!at.endsWith('/$ref') || met.has(String(node))) return;
    met.add(String(node));
    visit(resolveRef(document, String(node)), String(node).slice(1));
  };
  const { components, ...others } = document;
  visit(others, '');
  visit({ ...(components as JsonObject), schemas: {} }, '/components');
  return found;
};
