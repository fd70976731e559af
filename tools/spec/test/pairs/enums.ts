import {
  answer,
  documentOf,
  echoedProperty,
  enumOf,
  errorProperty,
  IN_REQUESTS,
  inEach,
  integer,
  operation,
  parameter,
  query,
  receivedItem,
  receivedProperty,
  ref,
  sentItem,
  sentProperty,
  taking,
  text,
} from './build.ts';
import type { Pair } from './pairs.ts';

const ab = enumOf('a', 'b');
const abc = enumOf('a', 'b', 'c');
const numbers = (...values: number[]) => ({ type: 'integer', enum: values });

/** A named enum that one operation takes and another answers with. */
const named = (Kind: Pair['old']) =>
  documentOf(
    {
      '/things': { get: operation('GetThings', taking(query('kind', { schema: ref('Kind') }))) },
      '/kind': { get: operation('GetKind', answer(ref('Kind'))) },
    },
    { Kind },
  );

const members: readonly Pair[] = [
  ...inEach([...IN_REQUESTS, receivedProperty, receivedItem, errorProperty, echoedProperty], {
    name: 'a member of an enum goes',
    family: 'F21',
    old: abc,
    new: ab,
    bump: 'major',
    reverse: 'minor',
    why: 'a declared member that goes is a break wherever it stands; a new one is an addition',
  }),
  ...inEach([parameter], {
    name: 'a member of an enum is spelled otherwise',
    family: 'F21',
    old: enumOf('a', 'b'),
    new: enumOf('a', 'B'),
    bump: 'major',
    reverse: 'major',
    why: 'one member goes, one comes',
  }),
  ...inEach([receivedProperty], {
    name: 'a member of an enum of numbers goes',
    family: 'F21',
    old: numbers(1, 2, 3),
    new: numbers(1, 2),
    bump: 'major',
    reverse: 'minor',
    why: 'as with strings',
  }),
  ...inEach([sentProperty], {
    name: 'an enum of one member, a constant, gets a second one',
    family: 'F21',
    old: enumOf('a'),
    new: ab,
    bump: 'minor',
    reverse: 'major',
    why: 'a new member is an addition, also to a single one',
  }),
  {
    name: 'a member of a named enum of a parameter and an answer goes',
    family: 'F21',
    where: 'document',
    old: named(abc),
    new: named(ab),
    bump: 'major',
    reverse: 'minor',
    why: 'a declared member goes in both places',
  },
];

const openings: readonly Pair[] = [
  ...inEach([parameter, sentItem], {
    name: 'a string becomes an enum',
    family: 'F21',
    old: text,
    new: ab,
    bump: 'major',
    reverse: 'minor',
    why: 'enums that are only sent are closed: a string no longer fits; back, all strings do',
  }),
  ...inEach([receivedProperty, errorProperty], {
    name: 'a string becomes an enum',
    family: 'F21',
    old: text,
    new: ab,
    bump: 'minor',
    reverse: 'major',
    why: 'what is read is a string still, with members named; back, its members are lost',
  }),
  ...inEach([echoedProperty], {
    name: 'a string becomes an enum',
    family: 'F21',
    old: text,
    new: ab,
    bump: 'minor',
    reverse: 'major',
    why: 'open, as it is also read, so that each string can still be sent; back, members are lost',
  }),
  ...inEach([receivedProperty], {
    name: 'an integer becomes an enum',
    family: 'F21',
    old: integer,
    new: numbers(1, 2),
    bump: 'minor',
    reverse: 'major',
    why: 'open to numbers; back, its members are lost',
  }),
  {
    name: 'a named string of a parameter and an answer becomes an enum',
    family: 'F21',
    where: 'document',
    old: named(text),
    new: named(ab),
    bump: 'major',
    reverse: 'major',
    why: 'enums have no name: closed where it is sent, open where it is read; back, members are lost',
  },
];

const others: readonly Pair[] = [
  ...inEach([receivedProperty], {
    name: 'an enum of strings becomes one of numbers',
    family: 'F21',
    old: enumOf('1', '2'),
    new: numbers(1, 2),
    bump: 'major',
    reverse: 'major',
    why: 'all members go, and others come',
  }),
];

export const enums: readonly Pair[] = [...members, ...openings, ...others];
