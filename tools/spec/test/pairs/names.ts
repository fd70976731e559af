import {
  answer,
  bodyOf,
  documentOf,
  enumOf,
  getting,
  holder,
  integer,
  listOf,
  model,
  operation,
  posting,
  received,
  ref,
  response,
  responsesOf,
  sent,
  text,
} from './build.ts';
import type { Pair } from './pairs.ts';

const Thing = model({ a: text }, 'a');
const answering = (name: string, schema = Thing) => getting(answer(ref(name)), { [name]: schema });
const taking = (name: string, schema = Thing) => posting(bodyOf(ref(name)), { [name]: schema });
/** `GET /one` and `GET /two` answer with these schemas. */
const two = (one: string, other: string, schemas: Pair['old']) =>
  documentOf(
    {
      '/one': { get: operation('GetOne', answer(ref(one))) },
      '/two': { get: operation('GetTwo', answer(ref(other))) },
    },
    schemas,
  );

const renamed: readonly Pair[] = [
  {
    name: 'the schema of a body is renamed',
    family: 'F07',
    where: 'request',
    old: taking('ThingV1'),
    new: taking('ThingV2'),
    bump: 'minor',
    reverse: 'minor',
    why: 'the old name lives on as a deprecated alias of the new one',
  },
  {
    name: 'the schema of an answer is renamed',
    family: 'F07',
    where: 'response',
    old: answering('ThingV1'),
    new: answering('ThingV2'),
    bump: 'minor',
    reverse: 'minor',
    why: 'the old name lives on as a deprecated alias of the new one',
  },
  {
    name: 'the schema of an error is renamed',
    family: 'F07',
    where: 'response',
    old: getting(responsesOf({ 204: response(), 400: response(ref('A')) }), { A: Thing }),
    new: getting(responsesOf({ 204: response(), 400: response(ref('B')) }), { B: Thing }),
    bump: 'minor',
    reverse: 'minor',
    why: 'types of errors are exported as well: an alias',
  },
  {
    name: 'the schema of items of a list in a body is renamed',
    family: 'F07',
    where: 'request',
    old: sent(holder(listOf(ref('ItemV1'))), { ItemV1: Thing }),
    new: sent(holder(listOf(ref('ItemV2'))), { ItemV2: Thing }),
    bump: 'minor',
    reverse: 'minor',
    why: 'the old name lives on as a deprecated alias of the new one',
  },
  {
    name: 'a schema that two operations answer with is renamed',
    family: 'F07',
    where: 'response',
    old: two('Old', 'Old', { Old: Thing }),
    new: two('New', 'New', { New: Thing }),
    bump: 'minor',
    reverse: 'minor',
    why: 'the new name stands in every place of the old one',
  },
  {
    name: 'a schema that contains itself is renamed',
    family: 'F07',
    where: 'response',
    old: getting(answer(ref('Old')), { Old: model({ children: listOf(ref('Old')) }) }),
    new: getting(answer(ref('New')), { New: model({ children: listOf(ref('New')) }) }),
    bump: 'minor',
    reverse: 'minor',
    why: 'the new name stands in every place of the old one, its own included',
  },
  {
    name: 'another schema with other properties takes the place',
    family: 'F07',
    where: 'response',
    old: answering('ThingV1'),
    new: answering('ThingV2', model({ b: text }, 'b')),
    bump: 'major',
    reverse: 'major',
    why: 'even with an alias: the key `a` can no longer be read',
  },
  {
    name: 'another schema with one property less takes the place',
    family: 'F07',
    where: 'response',
    old: answering('ThingV1', model({ a: text, b: text })),
    new: answering('ThingV2', model({ a: text })),
    bump: 'major',
    reverse: 'minor',
    why: 'even with an alias: the key `b` can no longer be read; back, a key and an alias come',
  },
];

const parted: readonly Pair[] = [
  {
    name: 'one of two places gets a schema of its own with the same properties',
    family: 'F07',
    where: 'response',
    old: two('Thing', 'Thing', { Thing }),
    new: two('Thing', 'Copy', { Thing, Copy: Thing }),
    bump: 'minor',
    reverse: 'minor',
    why: 'a name comes; back, Thing stands where Copy stood: an alias. The structure is the same',
  },
  {
    name: 'two answers exchange schemas of the same structure',
    family: 'F07',
    where: 'response',
    old: two('Thing', 'Copy', { Thing, Copy: Thing }),
    new: two('Copy', 'Thing', { Thing, Copy: Thing }),
    bump: 'patch',
    reverse: 'patch',
    why: 'both names stay, and to TypeScript the two types are one',
  },
];

const inline: readonly Pair[] = [
  {
    name: 'the named schema of a body becomes an inline one',
    family: 'F07',
    where: 'request',
    old: posting(bodyOf(ref('Thing')), { Thing }),
    new: posting(bodyOf(Thing)),
    bump: 'major',
    reverse: 'minor',
    why: 'the exported name is gone; back, it comes by itself',
  },
  {
    name: 'the named schema of an answer becomes an inline one',
    family: 'F07',
    where: 'response',
    old: getting(answer(ref('Thing')), { Thing }),
    new: getting(answer(Thing)),
    bump: 'major',
    reverse: 'minor',
    why: 'the exported name is gone; back, it comes by itself',
  },
  {
    name: 'the named schema of items becomes an inline one, and stays in components',
    family: 'F07',
    where: 'response',
    old: received(holder(listOf(ref('Item'))), { Item: Thing }),
    new: received(holder(listOf(Thing)), { Item: Thing }),
    bump: 'major',
    reverse: 'minor',
    why: 'what no operation reaches is not exported',
  },
  {
    name: 'one of two places of a named schema becomes inline',
    family: 'F07',
    where: 'response',
    old: two('Thing', 'Outer', { Thing, Outer: holder(ref('Thing')) }),
    new: two('Thing', 'Outer', { Thing, Outer: holder(Thing) }),
    bump: 'patch',
    reverse: 'patch',
    why: 'the name is still exported, and to TypeScript the two types are one',
  },
];

const nameless: readonly Pair[] = [
  {
    name: 'a named enum gets another name',
    family: 'F07',
    where: 'request',
    old: sent(holder(ref('Kind')), { Kind: enumOf('a', 'b') }),
    new: sent(holder(ref('Sort')), { Sort: enumOf('a', 'b') }),
    bump: 'none',
    reverse: 'none',
    why: 'enums are printed in place; they have no name',
  },
  {
    name: 'a named enum becomes an inline one',
    family: 'F07',
    where: 'response',
    old: received(holder(ref('Kind')), { Kind: enumOf('a', 'b') }),
    new: received(holder(enumOf('a', 'b'))),
    bump: 'none',
    reverse: 'none',
    why: 'enums are printed in place; they have no name',
  },
  {
    name: 'a named union becomes an inline one',
    family: 'F07',
    where: 'request',
    old: sent(holder(ref('Id')), { Id: { oneOf: [text, integer] } }),
    new: sent(holder({ oneOf: [text, integer] })),
    bump: 'none',
    reverse: 'none',
    why: 'unions are printed in place; they have no name',
  },
];

export const names: readonly Pair[] = [...renamed, ...parted, ...inline, ...nameless];
