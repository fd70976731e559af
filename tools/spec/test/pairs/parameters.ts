import {
  documentOf,
  getting,
  inPath,
  integer,
  listOf,
  operation,
  query,
  taking,
  text,
} from './build.ts';
import type { Pair } from './pairs.ts';

const asking = (...parameters: Pair['old'][]) => getting(taking(...parameters));
const required = { required: true };
const withDefault = { schema: { ...integer, default: 1 } };
/** `GET` of this path. */
const at = (path: string, ...parameters: Pair['old'][]) =>
  documentOf({ [path]: { get: operation('GetThing', taking(...parameters)) } });

const added: readonly Pair[] = [
  {
    name: 'an optional parameter comes',
    family: 'F15',
    where: 'request',
    old: asking(query('a', required)),
    new: asking(query('a', required), query('b')),
    bump: 'minor',
    reverse: 'major',
    why: 'back, literals that give it have a key too many',
  },
  {
    name: 'a required parameter comes',
    family: 'F15',
    where: 'request',
    old: asking(query('a', required)),
    new: asking(query('a', required), query('b', required)),
    bump: 'major',
    reverse: 'major',
    why: 'calls lack a key; back, they have a key too many',
  },
  {
    name: 'a required parameter with a default comes',
    family: 'F15',
    where: 'request',
    old: asking(query('a')),
    new: asking(query('a'), query('b', { ...required, ...withDefault })),
    bump: 'major',
    reverse: 'major',
    why: 'a default makes no key optional',
  },
  {
    name: 'an operation gets its first parameter, an optional one',
    family: 'F15',
    where: 'request',
    old: asking(),
    new: asking(query('a')),
    bump: 'minor',
    reverse: 'major',
    why: 'calls without an argument compile still; back, NoParams takes no key',
  },
  {
    name: 'an operation gets its first parameter, a required one',
    family: 'F15',
    where: 'request',
    old: asking(),
    new: asking(query('a', required)),
    bump: 'major',
    reverse: 'major',
    why: 'calls without an argument no longer compile; back, NoParams takes no key',
  },
  {
    name: 'a required parameter joins optional ones',
    family: 'F15',
    where: 'request',
    old: asking(query('a')),
    new: asking(query('a'), query('b', required)),
    bump: 'major',
    reverse: 'major',
    why: 'the argument itself could be left out before',
  },
  {
    name: 'a path gets a parameter',
    family: 'F15',
    where: 'request',
    old: at('/things'),
    new: at('/things/{thing-id}', inPath('thing-id')),
    bump: 'major',
    reverse: 'major',
    why: 'the same method by its operationId, with a required key more',
  },
];

const removed: readonly Pair[] = [
  {
    name: 'a deprecated optional parameter goes',
    family: 'F16',
    where: 'request',
    old: asking(query('a'), query('b', { deprecated: true })),
    new: asking(query('a')),
    bump: 'major',
    reverse: 'minor',
    why: 'literals that give it have a key too many; a notice beforehand changes nothing in that',
  },
  {
    name: 'a query parameter is renamed',
    family: 'F16',
    where: 'request',
    old: asking(query('a')),
    new: asking(query('b')),
    bump: 'major',
    reverse: 'major',
    why: 'one key goes, one comes',
  },
  {
    name: 'a path parameter is renamed',
    family: 'F16',
    where: 'request',
    old: at('/things/{id}', inPath('id')),
    new: at('/things/{thing-id}', inPath('thing-id')),
    bump: 'major',
    reverse: 'major',
    why: 'the key `id` becomes `thingId`, which nobody sees on the wire',
  },
  {
    name: 'a query parameter is spelled otherwise',
    family: 'F16',
    where: 'request',
    old: asking(query('page-size')),
    new: asking(query('pageSize')),
    bump: 'patch',
    reverse: 'patch',
    why: 'both are `pageSize` in TypeScript; only what is sent differs',
  },
];

const strictness: readonly Pair[] = [
  {
    name: 'a parameter becomes required',
    family: 'F18',
    where: 'request',
    old: asking(query('a', required), query('b')),
    new: asking(query('a', required), query('b', required)),
    bump: 'major',
    reverse: 'minor',
    why: 'calls without it lack a key',
  },
  {
    name: 'the only parameter becomes required',
    family: 'F18',
    where: 'request',
    old: asking(query('a')),
    new: asking(query('a', required)),
    bump: 'major',
    reverse: 'minor',
    why: 'the argument itself could be left out before',
  },
];

const list = { schema: listOf(text) };
/** What says how a parameter travels is in no type. */
const travel = (name: string, old: Pair['old'], next: Pair['new']): Pair => ({
  name,
  family: 'F31',
  where: 'request',
  old,
  new: next,
  bump: 'patch',
  reverse: 'patch',
  why: 'parameters are one flat object: how each travels is in no type',
});

const travelling: readonly Pair[] = [
  travel(
    'a parameter moves from the path into the query',
    at('/things/{thingId}', inPath('thingId')),
    at('/things', query('thingId', required)),
  ),
  travel(
    'a list is joined by commas',
    asking(query('a', list)),
    asking(query('a', { ...list, explode: false })),
  ),
  travel(
    'reserved characters are allowed',
    asking(query('a')),
    asking(query('a', { allowReserved: true })),
  ),
];

export const parameters: readonly Pair[] = [...added, ...removed, ...strictness, ...travelling];
