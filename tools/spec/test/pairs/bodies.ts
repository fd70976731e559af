import { bodyOf, formOf, integer, jsonOf, model, posting, text } from './build.ts';
import type { Pair } from './pairs.ts';

const Thing = model({ a: text }, 'a');
const binary = { type: 'string', format: 'binary' };
const required = { required: true };
const optional = { required: false };
const URLENCODED = 'application/x-www-form-urlencoded';
const sending = (content: Pair['old']) => posting({ requestBody: { required: true, content } });

const existence: readonly Pair[] = [
  {
    name: 'an optional body comes where there were no parameters',
    family: 'F13',
    where: 'request',
    old: posting({}),
    new: posting(bodyOf(Thing, optional)),
    bump: 'minor',
    reverse: 'major',
    why: 'calls without an argument compile still; back, NoParams takes no `body`',
  },
  {
    name: 'a required body comes',
    family: 'F13',
    where: 'request',
    old: posting({}),
    new: posting(bodyOf(Thing)),
    bump: 'major',
    reverse: 'major',
    why: 'calls lack a key; back, they have a key too many',
  },
  {
    name: 'a body becomes required',
    family: 'F13',
    where: 'request',
    old: posting(bodyOf(Thing, optional)),
    new: posting(bodyOf(Thing, required)),
    bump: 'major',
    reverse: 'minor',
    why: 'calls without it lack a key',
  },
];

const media: readonly Pair[] = [
  {
    name: 'a body may be sent in a second way',
    family: 'F12',
    where: 'request',
    old: sending(jsonOf(Thing)),
    new: sending({ ...jsonOf(Thing), 'text/csv': { schema: text } }),
    bump: 'patch',
    reverse: 'patch',
    why: 'JSON stays, and it is what the SDK sends',
  },
  {
    name: 'a body is a form instead of JSON',
    family: 'F12',
    where: 'request',
    old: sending(jsonOf(Thing)),
    new: sending({ [URLENCODED]: { schema: Thing } }),
    bump: 'major',
    reverse: 'major',
    why: 'fields of a form stand beside the parameters, not in `body`',
  },
  {
    name: 'a form travels as multipart',
    family: 'F12',
    where: 'request',
    old: posting(formOf(Thing, URLENCODED)),
    new: posting(formOf(Thing)),
    bump: 'patch',
    reverse: 'patch',
    why: 'the fields are the same keys in both',
  },
  {
    name: 'the encoding of a field is stated',
    family: 'F12',
    where: 'request',
    old: sending({ 'multipart/form-data': { schema: Thing } }),
    new: sending({
      'multipart/form-data': { schema: Thing, encoding: { a: { contentType: 'text/csv' } } },
    }),
    bump: 'patch',
    reverse: 'patch',
    why: 'how a field travels is in no type',
  },
  {
    name: 'a body without a schema gets one',
    family: 'F12',
    where: 'request',
    old: sending({ 'application/json': {} }),
    new: sending(jsonOf(Thing)),
    bump: 'major',
    reverse: 'minor',
    why: '`unknown` took everything',
  },
];

const form = (...args: Parameters<typeof model>) => posting(formOf(model(...args)));
const forms: readonly Pair[] = [
  {
    name: 'an optional field of a form comes',
    family: 'F20',
    where: 'request',
    old: form({ a: text }),
    new: form({ a: text, b: text }),
    bump: 'minor',
    reverse: 'major',
    why: 'fields are keys of the parameters',
  },
  {
    name: 'a required field of a form comes',
    family: 'F20',
    where: 'request',
    old: form({ a: text }),
    new: form({ a: text, b: text }, 'b'),
    bump: 'major',
    reverse: 'major',
    why: 'calls lack a key; back, they have a key too many',
  },
  {
    name: 'a field of a form is spelled otherwise',
    family: 'F20',
    where: 'request',
    old: form({ client_id: text }),
    new: form({ clientId: text }),
    bump: 'patch',
    reverse: 'patch',
    why: 'both are `clientId` in TypeScript; only what is sent differs',
  },
  {
    name: 'a field of a form becomes required',
    family: 'F18',
    where: 'request',
    old: form({ a: text, b: integer }, 'a'),
    new: form({ a: text, b: integer }, 'a', 'b'),
    bump: 'major',
    reverse: 'minor',
    why: 'calls without it lack a key',
  },
  {
    name: 'a field of a form becomes a file',
    family: 'F24',
    where: 'request',
    old: form({ a: text }, 'a'),
    new: form({ a: binary }, 'a'),
    bump: 'major',
    reverse: 'major',
    why: '`Blob` instead of `string`',
  },
  {
    name: 'a field of a form gets a default',
    family: 'F23',
    where: 'request',
    old: form({ a: text }),
    new: form({ a: { ...text, default: 'x' } }),
    bump: 'patch',
    reverse: 'patch',
    why: 'the SDK sends it, but no type moves',
  },
];

export const bodies: readonly Pair[] = [...existence, ...media, ...forms];
