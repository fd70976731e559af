import { type JsonObject } from '../../tools/spec/document.ts';
import { SpecError } from '../../tools/spec/errors.ts';
import { readModel } from '../../tools/spec/model.ts';
import { normalise } from '../../tools/spec/normalise.ts';
import { FACTS } from '../../tools/spec/test/tiny.ts';
import { changed } from './change.ts';
import type { Mutant } from './mutants.ts';
import type { Piece } from './pieces.ts';

/** What the generator is told of a document. */
export type Tell = (document: JsonObject) => string;

export const tell: Tell = (document) => normalise(readModel(document), 'mutants', FACTS);

/** The document as a mutant has it. */
export const mutated = (document: JsonObject, { changes }: Mutant): JsonObject =>
  changes.reduce(changed, document);

/** Is the change seen: does the generator hear something else, or does the tool refuse the document? */
export const isKilled = (before: string, mutant: JsonObject, told: Tell): boolean => {
  try {
    return told(mutant) !== before;
  } catch (error) {
    if (error instanceof SpecError) return true;
    throw error;
  }
};

/** The mutants of a piece that nobody would notice. */
export const survivorsOf = ({ document, mutants }: Piece, told: Tell = tell): Mutant[] => {
  const before = told(document);
  return mutants.filter((mutant) => !isKilled(before, mutated(document, mutant), told));
};
