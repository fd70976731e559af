import { isObject, type Json, type JsonObject } from '../../tools/spec/document.ts';

/** Where something stands in a document. */
export type Path = readonly (number | string)[];

export type Change =
  | { readonly at: Path; readonly act: 'remove' }
  | { readonly at: Path; readonly act: 'rename'; readonly to: string }
  | { readonly at: Path; readonly act: 'set'; readonly to: Json };

/** The document with the change made; what the change does not touch is shared. */
export const changed = (document: JsonObject, change: Change): JsonObject =>
  edit(document, change.at, change) as JsonObject;

/** What stands at a place. */
export const valueAt = (document: Json, at: Path): Json | undefined =>
  at.reduce<Json | undefined>((node, step) => childOf(node, step), document);

export const objectAt = (document: Json, at: Path): JsonObject => {
  const value = valueAt(document, at);
  return isObject(value) ? value : {};
};

/** A place as a JSON Pointer (RFC 6901). */
export const pointer = (at: Path): string =>
  at.map((step) => `/${String(step).replaceAll('~', '~0').replaceAll('/', '~1')}`).join('');

const childOf = (node: Json | undefined, step: number | string): Json | undefined => {
  if (Array.isArray(node)) return node[Number(step)];
  return isObject(node) && Object.hasOwn(node, step) ? node[step] : undefined;
};

const edit = (node: Json | undefined, [step, ...rest]: Path, change: Change): Json => {
  if (step === undefined) throw new Error('A change needs a place.');
  if (Array.isArray(node)) return editList(node, Number(step), rest, change);
  if (!isObject(node)) throw new Error(`${pointer(change.at)} is not in the document.`);
  if (rest.length > 0) return { ...node, [step]: edit(node[step], rest, change) };
  if (change.act === 'set') return { ...node, [step]: change.to };
  // In its order: what a document lists first comes first in the code, too.
  const entries = Object.entries(node).flatMap(([key, value]): [string, Json][] => {
    if (key !== step) return [[key, value]];
    return change.act === 'rename' ? [[change.to, value]] : [];
  });
  return Object.fromEntries(entries);
};

const editList = (node: readonly Json[], step: number, rest: Path, change: Change): Json => {
  if (rest.length > 0)
    return node.map((item, index) => (index === step ? edit(item, rest, change) : item));
  if (change.act === 'remove') return node.filter((_, index) => index !== step);
  if (change.act === 'rename') throw new Error('What stands in a list has no name.');
  return node.map((item, index) => (index === step ? change.to : item));
};
