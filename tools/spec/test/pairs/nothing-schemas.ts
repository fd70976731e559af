import type { JsonObject } from '../../document.ts';
import {
  documentOf,
  enumOf,
  formOf,
  getting,
  inEach,
  integer,
  listOf,
  mapOf,
  model,
  nullable,
  operation,
  type Place,
  parameter,
  posting,
  received,
  receivedProperty,
  ref,
  same,
  sent,
  sentNested,
  sentProperty,
  text,
} from './build.ts';
import type { Pair } from './pairs.ts';

const a = model({ a: text });
const ab = model({ a: text, b: integer });
const allOf = (...members: JsonObject[]): JsonObject => ({ allOf: members });
const unreached = (schemas: JsonObject): JsonObject =>
  documentOf({ '/things': { get: operation('GetThings') } }, schemas);

/** Two ways to say the same, in each of these places. */
const alike = (
  name: string,
  old: JsonObject,
  next: JsonObject,
  places: readonly Place[],
  why = 'the default, written or not',
  family: Pair['family'] = 'F00',
): Pair[] => inEach(places, { name, family, old, new: next, bump: 'none', reverse: 'none', why });

const WAYS = [sentProperty, receivedProperty];

const ordered: readonly Pair[] = [
  same(
    'required names stand the other way round',
    sent(model({ a: text, b: text }, 'a', 'b')),
    sent(model({ a: text, b: text }, 'b', 'a')),
    'order of names',
    { family: 'F18', where: 'request' },
  ),
  same(
    'properties stand the other way round',
    received(model({ a: text, b: integer })),
    received(model({ b: integer, a: text })),
    'order of properties',
    { family: 'F20', where: 'response' },
  ),
  ...alike(
    'members of an enum stand the other way round',
    enumOf('a', 'b'),
    enumOf('b', 'a'),
    [parameter, receivedProperty],
    'order of members',
    'F21',
  ),
  ...alike(
    'variants stand the other way round',
    { oneOf: [text, integer] },
    { oneOf: [integer, text] },
    [receivedProperty],
    'order of variants',
    'F27',
  ),
];

const words: readonly Pair[] = [
  ...alike('a description', text, { ...text, description: 'Words.' }, [sentNested], 'words'),
  ...alike('a title', text, { ...text, title: 'Words' }, [receivedProperty], 'words'),
  ...alike('an example', text, { ...text, example: 'x' }, [sentProperty], 'words'),
  ...alike(
    'documentation elsewhere',
    text,
    { ...text, externalDocs: { url: 'https://example.com' } },
    [receivedProperty],
    'words',
  ),
];

const defaults: readonly Pair[] = [
  ...alike('`nullable: false`', text, { ...text, nullable: false }, [
    sentProperty,
    receivedProperty,
  ]),
  ...alike('`readOnly: false`', text, { ...text, readOnly: false }, [receivedProperty]),
  ...alike('`uniqueItems: false`', listOf(text), { ...listOf(text), uniqueItems: false }, [
    sentProperty,
  ]),
  ...alike(
    'a limit of 1.0',
    { ...integer, minimum: 1 },
    { ...integer, minimum: JSON.parse('1.0') },
    [parameter],
    'one number, written in two ways',
  ),
  ...alike(
    'an object with properties that does not say so',
    a,
    { properties: { a: text } },
    [receivedProperty],
    'properties make it an object',
  ),
  ...alike(
    'an enum that does not say that it is of strings',
    enumOf('a', 'b'),
    { enum: ['a', 'b'] },
    [receivedProperty],
    'its members do',
  ),
  ...alike(
    'an enum with null that says so twice',
    enumOf('a', null),
    nullable(enumOf('a', null)),
    [sentProperty],
    'the member null is enough',
  ),
  ...alike('any keys, in words', { type: 'object' }, mapOf(true), [sentProperty]),
];

const shapes: readonly Pair[] = [
  ...alike(
    'two members of allOf are one object',
    allOf(model({ a: text }), model({ b: integer }, 'b')),
    model({ a: text, b: integer }, 'b'),
    WAYS,
    'members are merged',
    'F28',
  ),
  ...alike(
    'members of allOf say words only',
    allOf(a),
    allOf(a, { description: 'Words.' }),
    [receivedProperty],
    'words',
    'F28',
  ),
  ...alike('a union of one', text, { oneOf: [text] }, [sentProperty], 'the variant itself', 'F27'),
  same(
    'a named allOf is grouped otherwise',
    received(allOf(ab, model({ c: text }))),
    received(allOf(a, model({ b: integer, c: text }))),
    'members are merged',
    { family: 'F28', where: 'response' },
  ),
  same(
    'a base schema is written out, and something else uses it still',
    received(allOf(ref('Base'), model({ base: ref('Base') })), { Base: a }),
    received(model({ a: text, base: ref('Base') }), { Base: a }),
    'Thing has the same keys, and Base is exported still',
    { family: 'F28', where: 'response' },
  ),
  same(
    'a reference stands in an allOf of its own',
    received(model({ inner: ref('Inner') }), { Inner: a }),
    received(model({ inner: allOf(ref('Inner')) }), { Inner: a }),
    'OpenAPI 3.0 has no other way to say something beside a reference',
    { family: 'F28', where: 'response' },
  ),
];

const Form = model({ file: { type: 'string', format: 'binary' } });
const unnamed: readonly Pair[] = [
  same('a schema that nobody uses comes', unreached({}), unreached({ A: a }), 'not exported', {
    family: 'F07',
  }),
  same(
    'a schema that nobody uses changes',
    unreached({ A: a }),
    unreached({ A: model({ b: integer }, 'b') }),
    'not exported',
    { family: 'F20' },
  ),
  same(
    'the named schema of a form is renamed',
    posting(formOf(ref('Form')), { Form }),
    posting(formOf(ref('Upload')), { Upload: Form }),
    'fields of a form stand in the parameters: the schema itself has no name in TypeScript',
    { family: 'F07', where: 'request' },
  ),
  same(
    'anything may be null',
    getting({ parameters: [{ name: 'a', in: 'query', schema: {} }] }),
    getting({ parameters: [{ name: 'a', in: 'query', schema: { nullable: true } }] }),
    '`unknown` takes null already',
    { family: 'F17', where: 'request' },
  ),
];

export const nothingInSchemas: readonly Pair[] = [
  ...ordered,
  ...words,
  ...defaults,
  ...shapes,
  ...unnamed,
];
