import {
  answer,
  bodyOf,
  documentOf,
  enumOf,
  holder,
  listOf,
  model,
  operation,
  query,
  ref,
  response,
  responsesOf,
  taking,
  text,
} from './build.ts';
import type { Pair } from './pairs.ts';

/*
 * A named schema has one type, whose form depends on the ways in which operations use it: only in
 * requests, only in answers, or both. A change in one place may so reach all the others.
 */

const kind = enumOf('a', 'b');
const readOnly = { ...text, readOnly: true };
const create = { post: operation('CreateThing', bodyOf(ref('Thing'))) };
const get = { get: operation('GetThing', answer(ref('Thing'))) };
const sentOnly = (Thing: Pair['old']) => documentOf({ '/things': create }, { Thing });
const receivedOnly = (Thing: Pair['old']) => documentOf({ '/thing': get }, { Thing });
const both = (Thing: Pair['old']) => documentOf({ '/things': create, '/thing': get }, { Thing });

/** What is sent is answered, too, or not: `item` of an answer is anything, or the schema. */
const maybeAnswered = (Thing: Pair['old'], item: Pair['old']) =>
  documentOf(
    { '/things': create, '/page': { get: operation('GetPage', answer(holder(item))) } },
    { Thing },
  );
/** What is answered is sent, too, or not. */
const maybeSent = (Thing: Pair['old'], item: Pair['old']) =>
  documentOf(
    { '/thing': get, '/page': { put: operation('SetPage', bodyOf(holder(item))) } },
    { Thing },
  );
const any = {};

const beginning: readonly Pair[] = [
  {
    name: 'a schema of text that was only sent is answered, too, by a new operation',
    family: 'F03',
    where: 'document',
    old: sentOnly(model({ a: text })),
    new: both(model({ a: text })),
    bump: 'minor',
    reverse: 'major',
    why: 'the type is the same for both ways; back, a method is gone',
  },
  {
    name: 'a schema with a list that was only sent is answered, too, by a new operation',
    family: 'F03',
    where: 'document',
    old: sentOnly(model({ list: listOf(text) })),
    new: both(model({ list: listOf(text) })),
    bump: 'major',
    reverse: 'major',
    why: '`readonly string[]` becomes `string[]`: a constant list can no longer be sent',
  },
  {
    name: 'a schema with an enum that was only sent is answered, too, by a new operation',
    family: 'F03',
    where: 'document',
    old: sentOnly(model({ kind }, 'kind')),
    new: both(model({ kind }, 'kind')),
    bump: 'minor',
    reverse: 'major',
    why: 'the enum opens, and what was sent can be sent still; back, a method is gone',
  },
  {
    name: 'a schema with a list that was only answered is sent, too, by a new operation',
    family: 'F03',
    where: 'document',
    old: receivedOnly(model({ list: listOf(text), kind })),
    new: both(model({ list: listOf(text), kind })),
    bump: 'minor',
    reverse: 'major',
    why: 'for both ways lists and enums are what they are in answers',
  },
  {
    name: 'a schema with a read-only key that was only answered is sent, too, by a new operation',
    family: 'F03',
    where: 'document',
    old: receivedOnly(model({ id: readOnly }, 'id')),
    new: both(model({ id: readOnly }, 'id')),
    bump: 'major',
    reverse: 'major',
    why: '`id` becomes optional, so who reads must expect undefined; back, a method is gone',
  },
  {
    name: 'a schema with a list that was only sent is the type of an error, too',
    family: 'F14',
    where: 'document',
    old: sentOnly(model({ list: listOf(text) })),
    new: documentOf(
      {
        '/things': {
          post: operation('CreateThing', {
            ...bodyOf(ref('Thing')),
            ...responsesOf({ 204: response(), 400: response(ref('Thing')) }),
          }),
        },
      },
      { Thing: model({ list: listOf(text) }) },
    ),
    bump: 'major',
    reverse: 'major',
    why: 'errors are answers: a constant list can no longer be sent; back, programs that sort it',
  },
  {
    name: 'a schema with a list that was only sent becomes a property of an answer',
    family: 'F24',
    where: 'document',
    old: maybeAnswered(model({ list: listOf(text) }), any),
    new: maybeAnswered(model({ list: listOf(text) }), ref('Thing')),
    bump: 'major',
    reverse: 'major',
    why: 'a constant list can no longer be sent; back, the property is unknown',
  },
  {
    name: 'a schema with an enum that was only sent becomes a property of an answer',
    family: 'F24',
    where: 'document',
    old: maybeAnswered(model({ kind }), any),
    new: maybeAnswered(model({ kind }), ref('Thing')),
    bump: 'minor',
    reverse: 'major',
    why: 'the enum opens, and unknown becomes a type; back, the property is unknown',
  },
  {
    name: 'a schema with a read-only key that was only answered may no longer be sent',
    family: 'F24',
    where: 'document',
    old: maybeSent(model({ id: readOnly }, 'id'), ref('Thing')),
    new: maybeSent(model({ id: readOnly }, 'id'), any),
    // Expected minor at first; the compiler says otherwise.
    bump: 'major',
    reverse: 'major',
    why: 'a request takes anything, but a Thing that a program makes needs its `id` now; back, `id` may be lost',
  },
  {
    name: 'a nested schema with a list that was only sent is answered, too, by a new operation',
    family: 'F03',
    where: 'document',
    old: documentOf(
      { '/things': create },
      {
        Thing: holder(ref('Inner')),
        Inner: holder(listOf(text)),
      },
    ),
    new: documentOf(
      { '/things': create, '/inner': { get: operation('GetInner', answer(ref('Inner'))) } },
      { Thing: holder(ref('Inner')), Inner: holder(listOf(text)) },
    ),
    bump: 'major',
    reverse: 'major',
    why: 'the list is two names away from the body, and loses `readonly` all the same',
  },
];

const kindOf = {
  '/things': { get: operation('GetThings', taking(query('a', { schema: ref('Kind') }))) },
};
const apart: readonly Pair[] = [
  {
    name: 'a named enum that was only sent is answered, too, by a new operation',
    family: 'F03',
    where: 'document',
    old: documentOf(kindOf, { Kind: kind }),
    new: documentOf(
      { ...kindOf, '/kind': { get: operation('GetKind', answer(ref('Kind'))) } },
      { Kind: kind },
    ),
    bump: 'minor',
    reverse: 'major',
    why: 'an enum has no type of its own: closed in the parameter, open in the answer',
  },
];

export const usage: readonly Pair[] = [...beginning, ...apart];
