import { describe, expect, it } from 'vitest';
import type { Json, JsonObject } from '../document.ts';
import { checkReferences } from '../document.ts';
import { comment } from '../generate/sinks.ts';
import { camelCase, readModel } from '../model.ts';
import { answering, documentOf, documentWith, operation, textsOf } from './tiny.ts';

/** The type of a property `a` of this schema, in a model of an answer or of a request body. */
const inAnswer = (schema: JsonObject, schemas: JsonObject = {}): string | undefined =>
  textsOf(
    documentOf(answering({ $ref: '#/components/schemas/T' }), {
      T: { type: 'object', properties: { a: schema } },
      ...schemas,
    }),
  ).models.find(({ name }) => name === 'T')?.fields[0]?.type;

const inRequest = (schema: JsonObject): string | undefined => {
  const content = { 'application/json': { schema: { $ref: '#/components/schemas/T' } } };
  return textsOf(
    documentOf(operation({ requestBody: { content } }), {
      T: { type: 'object', properties: { a: schema } },
    }),
  ).models[0]?.fields[0]?.type;
};

const of = (...values: Json[]): JsonObject => ({ enum: values });
const text = { type: 'string' };

describe('the type of', () => {
  it.each([
    ['an enum of words', of('a', 'b'), '"a" | "b" | (string & {})'],
    ['an enum of numbers', of(0, 1), '0 | 1 | (number & {})'],
    ['an enum of truths', of(true), 'true'],
    ['a mixed enum', of('a', 1), '"a" | 1 | (string & {}) | (number & {})'],
    ['an enum with null', { ...of('a', null), nullable: true }, '"a" | (string & {}) | null'],
    ['an enum of nothing', of(), 'never'],
    ['a list of lists', { type: 'array', items: { type: 'array', items: text } }, 'string[][]'],
    [
      'a list of objects',
      { type: 'array', items: { type: 'object', properties: { b: text } } },
      '{ b?: string }[]',
    ],
    [
      'an object that takes more keys',
      { type: 'object', properties: { b: text }, additionalProperties: true },
      '{ b?: string; [key: string]: unknown }',
    ],
    [
      'properties beside allOf',
      { allOf: [{ type: 'object', properties: { b: text } }], properties: { c: text } },
      '{ b?: string; c?: string }',
    ],
    [
      'an object and a word at once, which nothing can be',
      { allOf: [{ type: 'object', properties: { b: text } }, { type: 'string' }] },
      '{ b?: string } & string',
    ],
  ] as const)('%s in an answer', (_, schema, type) => {
    expect(inAnswer(schema as unknown as JsonObject)).toBe(type);
  });

  it.each([
    ['a list', { type: 'array', items: text }, 'readonly string[]'],
    [
      'a list of lists',
      { type: 'array', items: { type: 'array', items: text } },
      'readonly (readonly string[])[]',
    ],
    [
      'one or many',
      { oneOf: [text, { type: 'array', items: text }] },
      'string | (readonly string[])',
    ],
  ] as const)('%s in a request, which may be a constant', (_, schema, type) => {
    expect(inRequest(schema as unknown as JsonObject)).toBe(type);
  });

  it('a model that takes more keys than it names', () => {
    const T = { type: 'object', properties: { b: text }, additionalProperties: {} };
    const { models } = textsOf(documentOf(answering({ $ref: '#/components/schemas/T' }), { T }));
    expect(models[0]?.fields.map(({ key }) => key)).toEqual(['b', '[key: string]']);
  });

  it('a schema whose name is written with escapes', () => {
    const T = { type: 'object', 'x-name': 'T', properties: { b: text } };
    const { operations, models } = textsOf(
      documentOf(answering({ $ref: '#/components/schemas/A~1%42' }), { 'A/B': T }),
    );
    expect([operations[0]?.result, models[0]?.name]).toEqual(['T', 'T']);
  });
});

describe('the comment on', () => {
  it.each([
    ['a date', { type: 'string', format: 'date-time' }, 'Format: date-time.'],
    ['an integer', { type: 'integer' }, 'Format: integer.'],
    ['an integer of a size', { type: 'integer', format: 'int64' }, 'Format: int64.'],
    ['a number, which is a double anyway', { type: 'number', format: 'double' }, undefined],
    ['a file, which has a type of its own', { type: 'string', format: 'binary' }, undefined],
    [
      'a word',
      { type: 'string', minLength: 1, pattern: '^a*$' },
      'Limits: shortest length 1, pattern `^a*$`.',
    ],
    [
      'a price',
      { type: 'number', minimum: 0, exclusiveMinimum: true },
      'Limits: at least 0, without the least.',
    ],
    [
      'ids',
      { type: 'array', maxItems: 5, uniqueItems: true, items: { type: 'string', format: 'uuid' } },
      'Limits: most items 5, no item twice. Each item: uuid.',
    ],
  ] as const)('%s', (_, schema, words) => {
    const T = { type: 'object', properties: { a: schema as unknown as JsonObject } };
    const { models } = textsOf(documentOf(answering({ $ref: '#/components/schemas/T' }), { T }));
    expect(models[0]?.fields[0]?.doc).toBe(words ? `/** ${words} */\n` : '');
  });
});

describe('what a document gets wrong is told with its place', () => {
  it('a type that does not exist', () => {
    expect(() => textsOf(documentOf(answering({ type: 'text' })))).toThrow(
      "GET /thing: A schema has the type 'text', which OpenAPI 3.0 does not know.",
    );
  });

  it('a form without fields', () => {
    const content = { 'multipart/form-data': { schema: { type: 'string' } } };
    expect(() => readModel(documentOf(operation({ requestBody: { content } })))).toThrow(
      'GET /thing: its form has no fields.',
    );
  });

  it('no word on security: every operation would go without a token', () => {
    const { security: _, ...open } = documentOf(operation());
    expect(() => readModel(open)).toThrow('GET /thing has no security.');
  });

  it('a reference into a schema', () => {
    const schema = { $ref: '#/components/schemas/T/properties/a' };
    const T = { type: 'object', properties: { a: { type: 'object', properties: { b: text } } } };
    expect(() => textsOf(documentOf(answering(schema), { T }))).toThrow(
      "The $ref '#/components/schemas/T/properties/a' points into a schema",
    );
  });

  it('a kind of answer that there is not', () => {
    expect(() => readModel(documentOf(operation({ 'x-response-kind': 'file' })))).toThrow(
      "GET /thing: 'file' is no x-response-kind; there are bytes, json, none, text.",
    );
  });

  it.each([
    ['a type', answering({ type: { toString: 1 } }), 'the type \'{"toString":1}\''],
    [
      'a place',
      operation({ parameters: [{ name: 'a', in: { toString: 1 }, schema: text }] }),
      `parameter 'a' is in {"toString":1}`,
    ],
  ])('%s that is no text', (_, get, message) => {
    expect(() => textsOf(documentOf(get))).toThrow(message);
  });

  it('groups that differ in case alone', () => {
    const two = {
      '/a': { get: operation({ 'x-group': 'oAuth' }) },
      '/b': { get: operation({ 'x-name': 'b', 'x-group': 'oauth' }) },
    };
    expect(() => textsOf(documentWith(two))).toThrow("Two groups are called 'oauth'");
  });

  it('a pointer that cannot be decoded', () => {
    expect(() => checkReferences({ a: { $ref: '#/a%' } })).toThrow(
      "The $ref '#/a%' is no JSON Pointer.",
    );
  });
});

describe('readings', () => {
  it('what should be a number, a truth or a text and is not says nothing', () => {
    const get = operation({
      security: [{ oauth: [{ toString: 1 }, 'Read'] }],
      parameters: [
        {
          name: 'a',
          in: 'query',
          explode: 'false',
          schema: { minimum: { toString: 1 }, maximum: 'x' },
        },
      ],
    });
    const [only] = readModel(documentOf(get)).operations;
    expect([only?.scopes, only?.parameters[0]?.style]).toEqual([['Read'], undefined]);
    const [field] = textsOf(documentOf(get)).operations[0]?.paramsInterface[0]?.fields ?? [];
    expect(field?.doc).toBe('');
  });

  it('an operation is public where one of its alternatives asks for nothing', () => {
    const [only] = readModel(documentOf(operation({ security: [{}, { oauth: [] }] }))).operations;
    expect(only?.isPublic).toBe(true);
  });

  it('a form by reference gives its fields', () => {
    const content = {
      'application/x-www-form-urlencoded': { schema: { $ref: '#/components/schemas/F' } },
    };
    const F = { type: 'object', properties: { client_id: text } };
    const { operations } = textsOf(documentOf(operation({ requestBody: { content } }), { F }));
    expect(operations[0]?.paramsInterface[0]?.fields.map(({ key }) => key)).toEqual(['clientId']);
  });

  it.each([
    ['account-id', 'accountId'],
    ['client_id', 'clientId'],
    ['AssetFile', 'assetFile'],
    ['SKU', 'sku'],
    ['SKUList', 'skuList'],
    ['filter[name]', 'filterName'],
    ['x', 'x'],
  ])('%s is called %s', (wireName, name) => {
    expect(camelCase(wireName)).toBe(name);
  });

  it('a comment keeps paragraphs apart, with no blank at its ends', () => {
    expect(comment(['', 'One.', '', '', 'Two.', ''])).toBe('/**\n * One.\n *\n * Two.\n */\n');
  });
});
