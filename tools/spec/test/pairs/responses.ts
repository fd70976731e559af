import {
  answer,
  getting,
  integer,
  jsonOf,
  model,
  ref,
  response,
  responsesOf,
  text,
} from './build.ts';
import type { Pair } from './pairs.ts';

const Thing = model({ a: text });
const Other = model({ b: text });
const Problem = model({ code: text });
const schemas = { Thing, Other, Problem };
const answering = (responses: Pair['old']) => getting(responsesOf(responses), schemas);
const thing = response(ref('Thing'));
const content = (types: Pair['old']) => answering({ 200: { description: 'OK', content: types } });
const headers = (of: Pair['old']) => answering({ 200: { ...thing, headers: of } });
const tag = { 'X-Tag': { schema: text } };
const csv = { 'text/csv': { schema: text } };
const bytes = { schema: { type: 'string', format: 'binary' } };

const unseen = (
  family: Pair['family'],
  name: string,
  old: Pair['old'],
  next: Pair['new'],
  why: string,
): Pair => ({
  name,
  family,
  where: 'response',
  old,
  new: next,
  bump: 'patch',
  reverse: 'patch',
  why,
});

const HEADERS = 'headers of answers have no types of their own';
const MEDIA = 'the JSON answer stays, and it is what the type says';
const STATUS = 'the types of answers say nothing of statuses';

const silent: readonly Pair[] = [
  unseen('F11', 'an answer gets a header', headers({}), headers(tag), HEADERS),
  unseen(
    'F11',
    'a header of an answer is of another type',
    headers(tag),
    headers({ 'X-Tag': { schema: integer } }),
    HEADERS,
  ),
  unseen(
    'F12',
    'an answer comes as CSV, too',
    content(jsonOf(ref('Thing'))),
    content({ ...jsonOf(ref('Thing')), ...csv }),
    MEDIA,
  ),
  unseen(
    'F12',
    'an answer comes as JSON of a special kind',
    content(jsonOf(ref('Thing'))),
    content({ 'application/vnd.api+json': { schema: ref('Thing') } }),
    'the only media type, of the same schema, has another name',
  ),
  unseen('F14', '200 becomes 201', answering({ 200: thing }), answering({ 201: thing }), STATUS),
  unseen(
    'F14',
    '201 of the same schema comes beside 200',
    answering({ 200: thing }),
    answering({ 200: thing, 201: thing }),
    STATUS,
  ),
  unseen(
    'F14',
    'an error status without a body comes',
    answering({ 200: thing }),
    answering({ 200: thing, 404: response() }),
    STATUS,
  ),
];

const heard: readonly Pair[] = [
  {
    name: 'an answer without a schema gets one',
    family: 'F12',
    where: 'response',
    old: content({ 'application/json': {} }),
    new: content(jsonOf(Thing)),
    bump: 'major',
    reverse: 'major',
    why: '`undefined` and an object have nothing in common',
  },
  {
    name: 'an answer becomes CSV alone',
    family: 'F12',
    where: 'response',
    old: content(jsonOf(Thing)),
    new: content(csv),
    bump: 'major',
    reverse: 'major',
    why: 'the media type that the SDK used is gone, and with it the object',
  },
  {
    name: 'an answer becomes a file',
    family: 'F24',
    where: 'response',
    old: content(jsonOf(text)),
    new: content({ 'application/octet-stream': bytes }),
    bump: 'major',
    reverse: 'major',
    why: '`Uint8Array` instead of `string`',
  },
  {
    name: 'a 202 of another schema comes beside the 200',
    family: 'F14',
    where: 'response',
    old: getting(responsesOf({ 200: response(text) })),
    new: getting(responsesOf({ 200: response(text), 202: response(integer) })),
    bump: 'major',
    reverse: 'major',
    why: 'answers are a union of all: it must be told apart; back, what tells it apart is never',
  },
  {
    name: 'a 204 comes beside the 200',
    family: 'F14',
    where: 'response',
    old: answering({ 200: thing }),
    new: answering({ 200: thing, 204: response() }),
    bump: 'major',
    reverse: 'minor',
    why: 'the answer may be undefined',
  },
  {
    name: 'the 204 becomes a 200 with a body',
    family: 'F14',
    where: 'response',
    old: getting(responsesOf({ 204: response() })),
    new: getting(answer(Thing)),
    bump: 'major',
    reverse: 'major',
    why: '`undefined` and an object have nothing in common',
  },
  {
    name: 'an error status of a named schema of its own comes',
    family: 'F14',
    where: 'response',
    old: answering({ 200: thing }),
    new: answering({ 200: thing, 400: response(ref('Problem')) }),
    bump: 'minor',
    reverse: 'major',
    why: 'Problem is exported from now on; back, the name is gone',
  },
  {
    name: 'an error gets another schema, and the old one is still exported',
    family: 'F14',
    where: 'response',
    old: answering({ 200: thing, 400: response(ref('Problem')), 500: response(ref('Other')) }),
    new: answering({ 200: thing, 400: response(ref('Other')), 500: response(ref('Other')) }),
    bump: 'major',
    reverse: 'minor',
    why: 'the name Problem is gone (Other is no new name of it); back, it comes',
  },
];

export const responses: readonly Pair[] = [...silent, ...heard];
