import type { JsonObject } from '../../tools/spec/document.ts';
import { SpecError } from '../../tools/spec/errors.ts';
import { normalise } from '../../tools/spec/generate/normalise.ts';
import { readModel } from '../../tools/spec/model.ts';
import { FACTS } from '../../tools/spec/test/tiny.ts';
import { changed, pointer } from './change.ts';
import type { Mutant } from './mutants.ts';
import { type Piece, piecesOf } from './pieces.ts';
import { REASONS } from './reasons.ts';

/** What the generator is told of a document. */
export type Tell = (document: JsonObject) => string;

export const tell: Tell = (document) => normalise(readModel(document), 'mutants', FACTS);

/** What became of the mutants of one kind of fact. */
export interface Row {
  readonly mutants: number;
  /** By name of the reason. */
  readonly explained: Readonly<Record<string, number>>;
  /** Those that no reason explains. */
  readonly survived: readonly string[];
}

export type Score = Readonly<Record<string, Row>>;

/** Makes each mutant of a document and sees whether the generator hears of it. */
export const scoreOf = (document: JsonObject, told: Tell = tell, known: Known = new Map()): Score =>
  piecesOf(document)
    .map((piece) => scoreOfPiece(document, piece, survivorsOf(piece, told, known)))
    .reduce(sum, {});

/** Survivors of pieces that were seen before: two versions share most of their schemas. */
export type Known = Map<string, readonly Mutant[]>;

/** Does anybody notice: does the generator hear something else, or does the tool refuse the document? */
export const isKilled = (document: JsonObject, { changes }: Mutant, told: Tell = tell): boolean =>
  isHeard(told(document), changes.reduce(changed, document), told);

/** Of what there is to notice, how much was noticed. */
export const share = ({ mutants, explained, survived }: Row): number => {
  const all = mutants - total(explained);
  return all === 0 ? 1 : (all - survived.length) / all;
};

export const total = (counts: Readonly<Record<string, number>>): number =>
  Object.values(counts).reduce((sum, count) => sum + count, 0);

export const sum = (one: Score, other: Score): Score =>
  Object.fromEntries(
    [...new Set([...Object.keys(one), ...Object.keys(other)])].map((kind) => [
      kind,
      add(one[kind] ?? NOTHING, other[kind] ?? NOTHING),
    ]),
  );

/** All kinds in one row. */
export const whole = (score: Score): Row => Object.values(score).reduce(add, NOTHING);

export const tableOf = (score: Score): string => {
  const line = (kind: string, row: Row): string => {
    const explained = total(row.explained);
    const killed = row.mutants - explained - row.survived.length;
    const cells = [row.mutants, killed, explained, row.survived.length];
    return `${kind.padEnd(26)}${cells.map((cell) => String(cell).padStart(11)).join('')}`;
  };
  return [
    `${''.padEnd(26)}${['mutants', 'killed', 'explained', 'survived'].map((title) => title.padStart(11)).join('')}`,
    ...Object.entries(score)
      .toSorted(([a], [b]) => (a < b ? -1 : 1))
      .map(([kind, row]) => line(kind, row)),
    line('all', whole(score)),
  ].join('\n');
};

const NOTHING: Row = { mutants: 0, explained: {}, survived: [] };

const add = (one: Row, other: Row): Row => {
  const names = Object.keys({ ...one.explained, ...other.explained });
  return {
    mutants: one.mutants + other.mutants,
    explained: Object.fromEntries(
      names.map((name) => [name, (one.explained[name] ?? 0) + (other.explained[name] ?? 0)]),
    ),
    survived: [...one.survived, ...other.survived],
  };
};

const survivorsOf = ({ document, mutants }: Piece, told: Tell, known: Known): readonly Mutant[] => {
  const { components, paths, security = null } = document;
  const key = JSON.stringify([components, paths, security, mutants.length]);
  const before = told(document);
  const survivors =
    known.get(key) ??
    mutants.filter(({ changes }) => !isHeard(before, changes.reduce(changed, document), told));
  known.set(key, survivors);
  return survivors;
};

const isHeard = (before: string, mutant: JsonObject, told: Tell): boolean => {
  try {
    return told(mutant) !== before;
  } catch (error) {
    if (error instanceof SpecError) return true;
    throw error;
  }
};

const scoreOfPiece = (
  document: JsonObject,
  { mutants }: Piece,
  survivors: readonly Mutant[],
): Score => {
  const rows: Record<string, Row> = {};
  for (const { kind } of mutants)
    rows[kind] = add(rows[kind] ?? NOTHING, { ...NOTHING, mutants: 1 });
  for (const mutant of survivors) {
    const reason = REASONS.find(({ explains }) => explains(mutant, document));
    const found = reason
      ? { ...NOTHING, explained: { [reason.name]: 1 } }
      : { ...NOTHING, survived: [`${pointer(mutant.at)} ${mutant.what}`] };
    rows[mutant.kind] = add(rows[mutant.kind] ?? NOTHING, found);
  }
  return rows;
};
