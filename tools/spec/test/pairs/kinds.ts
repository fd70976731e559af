import {
  answer,
  boolean,
  documentOf,
  echoedProperty,
  getting,
  inEach,
  inPath,
  integer,
  listOf,
  model,
  operation,
  parameter,
  receivedItem,
  receivedProperty,
  ref,
  sentItem,
  sentProperty,
  taking,
  text,
} from './build.ts';
import type { Pair } from './pairs.ts';

const NOTHING_IN_COMMON = 'the two types have nothing in common';
const Thing = model({ a: text });
const any = {};
const withId = (schema: Pair['old']) =>
  documentOf({ '/things/{id}': { get: operation('GetThing', taking(inPath('id', schema))) } });

const changed: readonly Pair[] = [
  ...inEach([parameter], {
    name: 'a string becomes a list of strings',
    family: 'F24',
    old: text,
    new: listOf(text),
    bump: 'major',
    reverse: 'major',
    why: NOTHING_IN_COMMON,
  }),
  ...inEach([sentProperty], {
    name: 'a truth becomes a string',
    family: 'F24',
    old: boolean,
    new: text,
    bump: 'major',
    reverse: 'major',
    why: NOTHING_IN_COMMON,
  }),
  ...inEach([receivedProperty], {
    name: 'a string becomes an object',
    family: 'F24',
    old: text,
    new: model({ b: text }),
    bump: 'major',
    reverse: 'major',
    why: NOTHING_IN_COMMON,
  }),
  {
    name: 'an id in a path becomes a string',
    family: 'F24',
    where: 'request',
    old: withId(integer),
    new: withId(text),
    bump: 'major',
    reverse: 'major',
    why: 'on the wire every number is a string, but programs give a number',
  },
  {
    name: 'a whole answer becomes a list',
    family: 'F24',
    where: 'response',
    old: getting(answer(ref('Thing')), { Thing }),
    new: getting(answer(listOf(ref('Thing'))), { Thing }),
    bump: 'major',
    reverse: 'major',
    why: NOTHING_IN_COMMON,
  },
];

const unknowns: readonly Pair[] = [
  ...inEach([sentItem], {
    name: 'anything becomes a string',
    family: 'F24',
    old: any,
    new: text,
    bump: 'major',
    reverse: 'minor',
    why: '`unknown` takes every value that is sent, `string` only some',
  }),
  ...inEach([receivedItem], {
    name: 'anything becomes a string',
    family: 'F24',
    old: any,
    new: text,
    bump: 'minor',
    reverse: 'major',
    why: 'who reads `unknown` has to check first, and may do so still',
  }),
  ...inEach([echoedProperty], {
    name: 'anything becomes a string',
    family: 'F24',
    old: any,
    new: text,
    bump: 'major',
    reverse: 'major',
    why: 'who sends may send less; back, who reads knows less',
  }),
  ...inEach([sentProperty], {
    name: 'an object becomes anything',
    family: 'F24',
    old: Thing,
    new: any,
    bump: 'minor',
    reverse: 'major',
    why: '`unknown` takes the object as well',
  }),
  ...inEach([receivedProperty], {
    name: 'an object becomes anything',
    family: 'F24',
    old: Thing,
    new: any,
    bump: 'major',
    reverse: 'minor',
    why: 'its keys can no longer be read',
  }),
  ...inEach([sentProperty], {
    name: 'anything becomes an object of any keys',
    family: 'F24',
    old: any,
    new: { type: 'object' },
    bump: 'major',
    reverse: 'minor',
    why: 'strings could be sent, too',
  }),
  ...inEach([receivedProperty], {
    name: 'anything becomes an object of any keys',
    family: 'F24',
    old: any,
    new: { type: 'object' },
    bump: 'minor',
    reverse: 'major',
    why: 'keys can be read from now on; back, from `unknown` none can',
  }),
];

export const kinds: readonly Pair[] = [...changed, ...unknowns];
