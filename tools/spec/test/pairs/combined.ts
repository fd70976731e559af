import type { JsonObject } from '../../document.ts';
import {
  answer,
  bodyOf,
  boolean,
  echoedProperty,
  getting,
  inEach,
  integer,
  model,
  parameter,
  posting,
  received,
  receivedItem,
  receivedNested,
  receivedProperty,
  ref,
  sentItem,
  sentProperty,
  text,
} from './build.ts';
import type { Pair } from './pairs.ts';

const oneOf = (...variants: JsonObject[]): JsonObject => ({ oneOf: variants });
const anyOf = (...variants: JsonObject[]): JsonObject => ({ anyOf: variants });
const A = model({ kind: text, a: text }, 'kind');
const B = model({ kind: text, b: text }, 'kind');
const cat = model({ a: text }, 'a');
const dog = model({ b: text }, 'b');

const FITS = 'what was sent can be sent still; back, the variant that goes was sent by someone';
const APART = 'a closed union: who reads has one case more; back, the code of that case is lost';

const variants: readonly Pair[] = [
  ...inEach([sentItem], {
    name: 'a third variant comes',
    family: 'F27',
    old: oneOf(text, integer),
    new: oneOf(text, integer, boolean),
    bump: 'minor',
    reverse: 'major',
    why: FITS,
  }),
  ...inEach([receivedItem, echoedProperty], {
    name: 'a third variant comes',
    family: 'F27',
    old: oneOf(text, integer),
    new: oneOf(text, integer, boolean),
    bump: 'major',
    reverse: 'major',
    why: APART,
  }),
  ...inEach([receivedProperty], {
    name: 'a variant of anyOf comes',
    family: 'F27',
    old: anyOf(cat, text),
    new: anyOf(cat, text, dog),
    bump: 'major',
    reverse: 'major',
    why: APART,
  }),
  ...inEach([parameter], {
    name: 'one type becomes a union with it',
    family: 'F27',
    old: text,
    new: oneOf(text, integer),
    bump: 'minor',
    reverse: 'major',
    why: FITS,
  }),
  ...inEach([receivedNested], {
    name: 'one type becomes a union with it',
    family: 'F27',
    old: text,
    new: oneOf(text, integer),
    bump: 'major',
    reverse: 'major',
    why: APART,
  }),
  {
    name: 'a body may be of another named schema, too',
    family: 'F27',
    where: 'request',
    old: posting(bodyOf(oneOf(ref('A'))), { A, B }),
    new: posting(bodyOf(oneOf(ref('A'), ref('B'))), { A, B }),
    bump: 'minor',
    reverse: 'major',
    why: 'a variant more and an exported name more',
  },
  {
    name: 'an answer may be of another named schema, too',
    family: 'F27',
    where: 'response',
    old: getting(answer(oneOf(ref('A'))), { A, B }),
    new: getting(answer(oneOf(ref('A'), ref('B'))), { A, B }),
    bump: 'major',
    reverse: 'major',
    why: APART,
  },
  ...inEach([receivedProperty], {
    name: 'a key of a variant comes',
    family: 'F20',
    old: oneOf(cat, dog),
    new: oneOf(cat, model({ b: text, c: text }, 'b')),
    bump: 'minor',
    reverse: 'major',
    why: 'as in an object that stands alone',
  }),
  ...inEach([receivedProperty], {
    name: 'a variant of the same type in TypeScript comes',
    family: 'F27',
    old: oneOf(text, integer),
    new: oneOf(text, integer, { ...text, format: 'date-time' }),
    bump: 'patch',
    reverse: 'patch',
    why: 'a string is a string in every format, so the union is the same',
  }),
  ...inEach([receivedProperty], {
    name: 'oneOf becomes anyOf',
    family: 'F27',
    old: oneOf(cat, dog),
    new: anyOf(cat, dog),
    bump: 'patch',
    reverse: 'patch',
    why: 'both are printed `A | B`; what the API accepts differs where a value is both',
  }),
];

const told = (discriminator?: JsonObject): JsonObject => ({
  ...oneOf(ref('A'), ref('B')),
  ...(discriminator && { discriminator }),
});
const kind = { propertyName: 'kind' };
const mapped = (a: string, b: string): JsonObject => ({
  ...kind,
  mapping: { [a]: '#/components/schemas/A', [b]: '#/components/schemas/B' },
});

/** A discriminator changes in a body and in an answer. */
const discriminated = (name: string, old: JsonObject, next: JsonObject): Pair[] =>
  (
    [
      ['request', 'body', (schema: JsonObject) => posting(bodyOf(schema), { A, B })],
      ['response', 'answer', (schema: JsonObject) => getting(answer(schema), { A, B })],
    ] as const
  ).map(([where, said, document]) => ({
    name: `${name}: ${said}`,
    family: 'F26',
    where,
    old: document(old),
    new: document(next),
    bump: 'patch',
    reverse: 'patch',
    why: 'a discriminator is in no type: variants are told apart by their own keys',
  }));

const discriminators: readonly Pair[] = [
  ...discriminated('a discriminator comes', told(), told(kind)),
  ...discriminated('a mapping is another one', told(mapped('a', 'b')), told(mapped('x', 'b'))),
  ...discriminated(
    'another property discriminates',
    told({ propertyName: 'kind' }),
    told({ propertyName: 'type' }),
  ),
];

const allOf = (...members: JsonObject[]): JsonObject => ({ allOf: members });
const a = model({ a: text });
const base = (Base: JsonObject) => ({ Base });

const merged: readonly Pair[] = [
  ...inEach([sentProperty, receivedProperty], {
    name: 'a member of allOf with an optional key comes',
    family: 'F28',
    old: allOf(a),
    new: allOf(a, model({ b: text })),
    bump: 'minor',
    reverse: 'major',
    why: 'members are merged: it is a key that comes',
  }),
  ...inEach([sentProperty], {
    name: 'a member of allOf with a required key comes',
    family: 'F28',
    old: allOf(a),
    new: allOf(a, model({ b: text }, 'b')),
    bump: 'major',
    reverse: 'major',
    why: 'members are merged: literals lack a key; back, they have a key too many',
  }),
  ...inEach([sentProperty], {
    name: 'a member of allOf requires a key of another member',
    family: 'F28',
    old: allOf(a),
    new: allOf(a, { required: ['a'] }),
    bump: 'major',
    reverse: 'minor',
    why: 'members are merged, their `required` as well',
  }),
  ...inEach([receivedProperty], {
    name: 'a member of allOf requires a key of another member',
    family: 'F28',
    old: allOf(a),
    new: allOf(a, { required: ['a'] }),
    bump: 'minor',
    reverse: 'major',
    why: 'members are merged, their `required` as well',
  }),
  {
    name: 'a key of a base schema goes from an answer',
    family: 'F28',
    where: 'response',
    old: received(allOf(ref('Base'), a), base(model({ b: text, c: text }))),
    new: received(allOf(ref('Base'), a), base(model({ b: text }))),
    bump: 'major',
    reverse: 'minor',
    why: 'members are merged: the key of Thing can no longer be read',
  },
  {
    name: 'a base schema is written out where nothing else uses it',
    family: 'F28',
    where: 'response',
    old: received(allOf(ref('Base'), a), base(model({ b: text }))),
    new: received(model({ b: text, a: text }), base(model({ b: text }))),
    // Expected major at first, for a Base that were exported.
    bump: 'none',
    reverse: 'none',
    why: 'members of allOf are merged before names are looked for: Base, which nothing else uses, was never exported',
  },
];

export const combined: readonly Pair[] = [...variants, ...discriminators, ...merged];
