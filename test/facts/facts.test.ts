import { afterAll, describe, expect, it } from 'vitest';
import { type JsonObject, loadDocument } from '../../tools/spec/document.ts';
import { readModel } from '../../tools/spec/model.ts';
import { normalise } from '../../tools/spec/normalise.ts';
import { listSpecs, type SpecEntry, specName } from '../../tools/spec/registry.ts';
import { answering, documentOf, FACTS } from '../../tools/spec/test/tiny.ts';
import { pointer } from './change.ts';
import type { Mutant } from './mutants.ts';
import { piecesOf, withKeeper } from './pieces.ts';
import { REASONS } from './reasons.ts';
import {
  isKilled,
  type Known,
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

  it('has a mutant for every value that it holds', () => {
    const tried = new Set(piecesOf(document).flatMap(({ mutants }) => mutants.map(placeOf)));
    const places = piecesOf(document).flatMap(({ mutants }) => mutants).length;
    expect(places).toBeGreaterThan(tried.size);
    expect(valuesOf(document).filter((place) => !tried.has(place))).toEqual([]);
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

  it.each(REASONS)('need the reason: $name ($why)', ({ name }) =>
    expect(whole(all()).explained[name] ?? 0).toBeGreaterThan(0),
  );
});

describe('a piece of a document', () => {
  const document = loadDocument({ folder: listSpecs()[0]?.folder ?? '' });

  // What a piece says of a mutant the whole document must say, too; one of each kind and fate is asked.
  it.each(samplesOf(document))('tells of %s what the whole does: %s', (_, __, { mutant, fate }) =>
    expect(isKilled(withKeeper(document), mutant)).toBe(fate),
  );
});

describe('a fault planted in the tool is found, and named:', () => {
  const document = loadDocument({ folder: listSpecs()[0]?.folder ?? '' });

  it.each(['default', 'deprecated', 'format', 'nullable', 'readOnly', 'x-rate-class'])(
    'it does not read %s',
    (key) => {
      const score = scoreOf(document, (mutant) => tell(without(key, mutant)));
      expect(kindsBelow(score)).toContain(KINDS[key] ?? key);
      expect(whole(score).survived.join('\n')).toContain(`/${key} `);
    },
  );

  it('it forgets scopes', () => {
    const score = scoreOf(document, (mutant) => {
      const model = readModel(mutant);
      const operations = model.operations.map((operation) => ({ ...operation, scopes: [] }));
      return normalise({ ...model, operations }, 'mutants', FACTS);
    });
    expect(kindsBelow(score)).toEqual(['scope']);
  });

  it('it throws something else than SpecError', () => {
    const broken: Tell = (mutant) => {
      if (JSON.stringify(mutant).includes('getThingChanged')) throw new TypeError('undefined');
      return tell(mutant);
    };
    expect(() => scoreOf(documentOf(answering({ type: 'string' })), broken)).toThrow(TypeError);
  });
});
