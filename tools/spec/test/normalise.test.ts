import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { JsonObject } from '../document.ts';
import { normalise } from '../generate/normalise.ts';
import { readModel } from '../model.ts';
import {
  answering,
  documentOf,
  documentWith,
  FACTS,
  type FieldText,
  factsOfOnly,
  operation,
  textsOf,
} from './tiny.ts';

const paramsOf = (get: JsonObject, schemas: JsonObject = {}): readonly FieldText[] =>
  textsOf(documentOf(get, schemas)).operations[0]?.paramsInterface[0]?.fields ?? [];

const query = (name: string, more: JsonObject = {}): JsonObject => ({
  name,
  in: 'query',
  schema: { type: 'string' },
  ...more,
});

const model = (more: JsonObject = {}): JsonObject => ({
  type: 'object',
  properties: { id: { type: 'string' } },
  ...more,
});

const ref = (name: string): JsonObject => ({ $ref: `#/components/schemas/${name}` });

describe('names', () => {
  const two = (a: JsonObject, b: JsonObject, schemas: JsonObject = {}): JsonObject =>
    documentWith({ '/a': { get: operation(a) }, '/b': { get: operation(b) } }, schemas);

  it('refuses two operations of one name, in different groups too', () => {
    expect(() => textsOf(two({ 'x-group': 'a' }, { 'x-group': 'b' }))).toThrow(
      "Two operations (x-name) are called 'getThing'; name one of them in the overlay",
    );
  });

  it('refuses two schemas of one name', () => {
    const schemas = { Thing: model(), 'V1.Thing': model({ 'x-name': 'Thing' }) };
    const document = documentOf(
      answering({ type: 'object', properties: { a: ref('Thing'), b: ref('V1.Thing') } }),
      schemas,
    );
    expect(() => textsOf(document)).toThrow("Two exported types are called 'Thing'");
  });

  it('refuses a schema that is called like the parameters of an operation or like a class', () => {
    for (const name of ['GetThingParams', 'ThingApi'])
      expect(() => textsOf(documentOf(answering(ref(name)), { [name]: model() }))).toThrow(
        `Two exported types are called '${name}'`,
      );
  });

  it('does not mind a name in a schema that nothing reaches', () => {
    const schemas = { 'not an identifier': model(), Error: model(), ThingApi: model() };
    expect(textsOf(documentOf(operation(), schemas)).models).toEqual([]);
  });

  it('refuses two parameters of one name in TypeScript', () => {
    const parameters = [query('account-id'), query('accountId')];
    expect(() => paramsOf(operation({ parameters }))).toThrow(
      "Two parameters of getThing are called 'accountId'",
    );
  });

  it('refuses a parameter that is called like the body, or like a field of the form', () => {
    const bodyOf = (type: string): JsonObject => ({ content: { [type]: { schema: model() } } });
    expect(() =>
      paramsOf(operation({ parameters: [query('body')], requestBody: bodyOf('application/json') })),
    ).toThrow("are called 'body'");
    expect(() =>
      paramsOf(
        operation({ parameters: [query('id')], requestBody: bodyOf('multipart/form-data') }),
      ),
    ).toThrow("are called 'id'");
  });

  it.each([
    ['x-name', 'delete'],
    ['x-name', 'groups'],
    ['x-name', 'get-thing'],
    ['x-group', 'class'],
    ['x-group', 'a b'],
  ])('refuses %s: %s', (fact, name) => {
    expect(() => textsOf(documentOf(operation({ [fact]: name })))).toThrow('; give it another');
  });

  it.each(['call', 'forSubject', 'request', 'tokens'])(
    'refuses the group %s, as every client has its own',
    (group) => {
      expect(() => textsOf(documentOf(operation({ 'x-group': group })))).toThrow(
        `GET /thing: Every client has its own '${group}'; give the group another name (x-group).`,
      );
    },
  );

  it.each(['_', '$thing', 'Thing', 'a_b', 'con', 'nul', 'com1', ''])(
    'refuses the group %j, which the generator would change or a system cannot store',
    (group) => {
      expect(() => textsOf(documentOf(operation({ 'x-group': group })))).toThrow(
        `GET /thing: '${group}' is no name of a group; give it another name (x-group).`,
      );
    },
  );

  it('refuses an operation that is called like a type, or whose parameters are', () => {
    const named = (name: string): JsonObject =>
      documentOf(answering(ref('Thing'), { 'x-name': name, parameters: [query('a')] }), {
        Thing: model(),
      });
    expect(() => textsOf(named('Thing'))).toThrow("Two exported types are called 'Thing'");
    expect(() => textsOf(named('ThingApi'))).toThrow("Two exported types are called 'ThingApi'");
    expect(() => textsOf(named('no'))).toThrow("GET /thing: 'NoParams' is a name of the language");
  });

  it('says which schema it is whose name is none', () => {
    expect(() => textsOf(documentOf(answering(ref('a b')), { 'a b': model() }))).toThrow(
      "schema a b: 'a b' is no identifier",
    );
  });

  it('refuses a schema called Error until it has an x-name', () => {
    const document = (error: JsonObject): JsonObject =>
      documentOf(answering(ref('Error')), { Error: error });
    expect(() => textsOf(document(model()))).toThrow("'Error' is a name of the language");
    expect(textsOf(document(model({ 'x-name': 'ErrorModel' }))).operations[0]?.result).toBe(
      'ErrorModel',
    );
  });

  it('sorts operations by name within a group and keeps the order of the groups', () => {
    const document = documentWith({
      '/1': { get: operation({ 'x-name': 'b', 'x-group': 'two' }) },
      '/2': { get: operation({ 'x-name': 'z', 'x-group': 'one' }) },
      '/3': { get: operation({ 'x-name': 'a', 'x-group': 'two' }) },
    });
    expect(textsOf(document).operations.map(({ name }) => name)).toEqual(['a', 'b', 'z']);
  });
});

describe('paths', () => {
  it('carry the names that parameters have in TypeScript', () => {
    const get = operation({
      parameters: [{ name: 'account-id', in: 'path', required: true, schema: { type: 'string' } }],
    });
    const document = documentWith({ '/accounts/{account-id}': { get } });
    expect(factsOfOnly(document).path).toBe('"/accounts/{accountId}"');
  });

  it('refuse a parameter that has no place, or has no name', () => {
    const get = (name: string): JsonObject =>
      operation({ parameters: [query(name, { in: 'path' })] });
    expect(() => textsOf(documentWith({ '/things': { get: get('id') } }))).toThrow(
      "/things: the path has no place for 'id'.",
    );
    expect(() => textsOf(documentWith({ '/things/{}': { get: get('') } }))).toThrow(
      "GET /things/{}: '' is no identifier",
    );
  });

  it('refuse a parameter that is not declared, or is declared for the query', () => {
    for (const parameters of [[], [query('id')]])
      expect(() =>
        textsOf(documentWith({ '/things/{id}': { get: operation({ parameters }) } })),
      ).toThrow("/things/{id}: the path parameter 'id' is not declared.");
  });
});

describe('facts', () => {
  it('are not written where they follow from the method', () => {
    expect(Object.keys(factsOfOnly(documentOf(answering({ type: 'string' }))))).toEqual([
      'id',
      'method',
      'path',
    ]);
    const post = answering({ type: 'string' }, { 'x-safe-to-retry': false });
    expect(factsOfOnly(documentWith({ '/a': { post } }))).not.toHaveProperty('safeToRetry');
  });

  it('are written where they do not', () => {
    const get = operation({
      'x-safe-to-retry': false,
      'x-rate-class': 'reporting',
      'x-timeout-ms': 300_000,
      security: [{ oauth: ['Read'] }],
    });
    expect(factsOfOnly(documentOf(get))).toMatchObject({
      response: '"none"',
      safeToRetry: 'false',
      rateClass: '"reporting"',
      timeoutMs: '300000',
      scopes: '["Read"]',
    });
  });

  it('say of a read by POST that it is one, and of a write that it may be repeated', () => {
    const facts = (more: JsonObject): Readonly<Record<string, string>> =>
      factsOfOnly(documentWith({ '/a': { post: operation(more) } }));
    expect(facts({ 'x-read': true })).toMatchObject({ read: 'true' });
    expect(facts({ 'x-read': true })).not.toHaveProperty('safeToRetry');
    expect(facts({})).toMatchObject({ safeToRetry: 'true' });
    expect(facts({})).not.toHaveProperty('read');
  });

  it('say how a list pages, and that it does, where it has the parameters for it', () => {
    const paging = { style: 'offset', total: 'meta.count', maxSize: 100 };
    const lists = (names: readonly string[], response: JsonObject = { type: 'object' }) =>
      documentOf(
        answering(response, { 'x-paging': paging, parameters: names.map((name) => query(name)) }),
      );
    expect(factsOfOnly(lists(['limit', 'offset'])).paging).toBe(
      '{ style: "offset", total: "meta.count", maxSize: 100 }',
    );
    expect(textsOf(lists(['limit', 'offset'])).operations[0]?.type).toBe('PagedOperation');
    expect(textsOf(lists(['offset'])).operations[0]?.type).toBe('Operation');
    expect(factsOfOnly(lists(['pageIndex', 'pageSize']))).not.toHaveProperty('paging');
    const text = documentOf(
      operation({ 'x-paging': paging, parameters: [query('limit'), query('offset')] }),
    );
    expect(() => textsOf(text)).toThrow('x-paging: the answer is no JSON.');
  });

  it('say how a job is asked for, by constants that stand earlier', () => {
    const id = { name: 'jobId', in: 'path', required: true, schema: { type: 'string' } };
    const step = (name: string, role: string, schema: JsonObject, more: JsonObject = {}) =>
      answering(schema, { 'x-name': name, 'x-job': { role }, parameters: [id], ...more });
    const create = (output: string) =>
      answering(
        { type: 'object' },
        { 'x-name': 'create', 'x-job': { role: 'create', status: 'getStatus', output } },
      );
    const file = { type: 'string', format: 'binary' };
    const jobs = (output: string, more: JsonObject = {}) =>
      ({
        ...documentOf({}),
        paths: {
          '/jobs': { post: create(output) },
          '/jobs/{jobId}/status': { get: step('getStatus', 'status', { type: 'object' }) },
          '/jobs/{jobId}/output': { get: step('getOutput', 'output', file, more) },
        },
      }) as JsonObject;
    const typeOfCreate = (document: JsonObject) =>
      textsOf(document).operations.find(({ name }) => name === 'create')?.type;
    const { operations } = textsOf(jobs('getOutput'));
    expect(operations.map(({ name }) => name)).toEqual(['getOutput', 'getStatus', 'create']);
    expect(operations[2]?.facts).toContainEqual({
      key: 'job',
      value: '{ status: getStatus, output: getOutput, id: "jobId" }',
    });
    expect(typeOfCreate(jobs('getOutput'))).toBe('JobOperation');
    expect(typeOfCreate(jobs('getFile'))).toBe('Operation');
    expect(typeOfCreate(jobs('getStatus'))).toBe('Operation');
    expect(typeOfCreate(jobs('getOutput', { 'x-group': 'other' }))).toBe('Operation');
    expect(typeOfCreate(jobs('getOutput', { parameters: [id, query('format')] }))).toBe(
      'Operation',
    );
  });

  it('name a query parameter alone where name and style are plain', () => {
    const parameters = [
      query('plain'),
      query('by-pipe', { style: 'pipeDelimited' }),
      query('byComma', { explode: false }),
    ];
    expect(factsOfOnly(documentOf(operation({ parameters }))).query).toBe(
      '["plain", { name: "byPipe", as: "by-pipe", style: "pipe" }, { name: "byComma", style: "comma" }]',
    );
  });

  it('mark the secret fields of a form', () => {
    const names = [
      'client_id',
      'client_secret',
      'code',
      'code_verifier',
      'password',
      'refresh_token',
    ];
    const properties = Object.fromEntries(names.map((name) => [name, { type: 'string' }]));
    const content = {
      'application/x-www-form-urlencoded': { schema: { type: 'object', properties } },
    };
    const { form = '' } = factsOfOnly(documentOf(operation({ requestBody: { content } })));
    expect(form.match(/\{[^}]*\}/g)?.map((field) => field.includes('secret: true'))).toEqual([
      false,
      true,
      true,
      true,
      true,
      true,
    ]);
  });
});

describe('types', () => {
  const resultOf = (schema: JsonObject, schemas: JsonObject = {}): string | undefined =>
    textsOf(documentOf(answering(schema), schemas)).operations[0]?.result;

  it.each([
    [{ type: 'string' }, 'string'],
    [{ type: 'string', format: 'date-time' }, 'string'],
    [{ type: 'integer', format: 'int64' }, 'number'],
    [{ type: 'boolean', nullable: true }, 'boolean | null'],
    [{}, 'unknown'],
    [{ nullable: true }, 'unknown'],
    [{ type: 'array' }, 'unknown[]'],
    [{ type: 'array', items: { type: 'string', nullable: true } }, '(string | null)[]'],
    [{ type: 'array', items: { type: 'array', items: { type: 'number' } } }, 'number[][]'],
    [{ type: 'object' }, '{ [key: string]: unknown }'],
    [{ type: 'object', additionalProperties: { type: 'number' } }, '{ [key: string]: number }'],
    [{ allOf: [{ type: 'string' }], nullable: true }, 'string | null'],
    [{ oneOf: [{ type: 'string' }, { type: 'number' }] }, 'string | number'],
    [
      { type: 'array', items: { anyOf: [{ type: 'string' }, { type: 'number' }] } },
      '(string | number)[]',
    ],
    [{ type: 'string', enum: ['a', 'b'] }, '"a" | "b" | (string & {})'],
    [{ type: 'array', items: { type: 'string', enum: ['a'] } }, '("a" | (string & {}))[]'],
    [{ type: 'integer', enum: [1, 2] }, '1 | 2 | (number & {})'],
    [{ properties: { a: { type: 'string' } }, required: ['a'] }, '{ a: string }'],
  ])('%j is %s', (schema, type) => {
    expect(resultOf(schema as JsonObject)).toBe(type);
  });

  it('inline a schema without properties and name one with', () => {
    expect(resultOf(ref('Id'), { Id: { type: 'string' } })).toBe('string');
    expect(resultOf(ref('Thing'), { Thing: model() })).toBe('Thing');
    expect(resultOf(ref('Thing'), { Thing: model({ nullable: true }) })).toBe('Thing | null');
  });

  it('refuse a schema without a name of its own that contains itself', () => {
    expect(() => resultOf(ref('List'), { List: { type: 'array', items: ref('List') } })).toThrow(
      'contains itself',
    );
  });

  it('refuse a type that OpenAPI 3.0 does not know', () => {
    expect(() => resultOf({ type: 'null' })).toThrow("has the type 'null'");
    expect(() => resultOf({ type: 'file' })).toThrow("has the type 'file'");
  });

  it('leave enums closed in a request, and open in a schema that goes both ways', () => {
    const status = { type: 'string', enum: ['a'] };
    const document = documentWith(
      {
        '/a': {
          post: answering(ref('Both'), {
            requestBody: { content: { 'application/json': { schema: ref('Search') } } },
          }),
        },
      },
      {
        Both: { type: 'object', properties: { status } },
        Search: { type: 'object', properties: { status, both: ref('Both') } },
      },
    );
    const types = textsOf(document).models.map(({ name, fields }) => [name, fields[0]?.type]);
    expect(types).toEqual([
      ['Both', '"a" | (string & {})'],
      ['Search', '"a"'],
    ]);
  });

  it('leave an enum open in whatever order a schema goes both ways', () => {
    const asking = operation({
      'x-name': 'setThing',
      requestBody: { content: { 'application/json': { schema: ref('Both') } } },
    });
    const properties = { status: { type: 'string', enum: ['a'] } };
    const paths = { '/thing': { get: answering(ref('Both')), put: asking } };
    const { models } = textsOf(documentWith(paths, { Both: { type: 'object', properties } }));
    expect(models[0]?.fields[0]?.type).toBe('"a" | (string & {})');
  });

  it('require a read-only property in answers only', () => {
    const thing = {
      type: 'object',
      required: ['id'],
      properties: { id: { type: 'string', readOnly: true } },
    };
    const requestBody = { content: { 'application/json': { schema: ref('Asked') } } };
    const { models } = textsOf(
      documentOf(answering(ref('Answered'), { requestBody }), { Asked: thing, Answered: thing }),
    );
    expect(models.map(({ name, fields }) => [name, fields[0]?.key, fields[0]?.mark])).toEqual([
      ['Answered', 'readonly id', ''],
      ['Asked', 'readonly id', '?'],
    ]);
  });

  it('ask for a file as Blob and answer with one as bytes', () => {
    const schema = { type: 'object', properties: { f: { type: 'string', format: 'binary' } } };
    const get = operation({ requestBody: { content: { 'multipart/form-data': { schema } } } });
    expect(paramsOf(get)[0]?.type).toBe('Blob');
    expect(resultOf({ type: 'string', format: 'binary' })).toBe('Uint8Array');
  });

  it('say that a file may not be there, as they do of an object', () => {
    const content = { 'application/json': { schema: { type: 'string', format: 'binary' } } };
    const responses = { 200: { description: 'OK', content }, 204: { description: 'None yet' } };
    const { operations } = textsOf(documentOf(operation({ responses })));
    expect(operations[0]?.result).toBe('Uint8Array | undefined');
  });

  it('take a read-only array for a parameter', () => {
    const parameters = [query('ids', { schema: { type: 'array', items: { type: 'string' } } })];
    expect(paramsOf(operation({ parameters }))[0]?.type).toBe('readonly string[]');
  });
});

describe('what the generator reads', () => {
  const hostile = fc.string({ unit: 'binary' });

  it('is JSON in ASCII whose ids and names of schemas are ours, whatever the document says', () => {
    fc.assert(
      fc.property(hostile, hostile, hostile, (operationId, summary, property) => {
        const document = documentOf(
          answering(ref('Thing'), { operationId, summary, tags: [summary] }),
          { Thing: { type: 'object', properties: { [property]: { type: 'string' } } } },
        );
        const text = normalise(readModel(document), 'tiny', FACTS);
        expect(text).toMatch(/^[\n\x20-\x7e]*$/);
        const { paths, components } = JSON.parse(text);
        expect(Object.keys(paths)).toEqual(['/o00000']);
        expect(paths['/o00000'].get).toMatchObject({ operationId: 'o00000', tags: ['thing'] });
        expect(Object.keys(components.schemas)).toEqual(['M00000']);
      }),
    );
  });

  it('is the same for the same document', () => {
    const document = documentOf(answering(ref('Thing')), { Thing: model() });
    const once = normalise(readModel(document), 'tiny', FACTS);
    expect(normalise(readModel(structuredClone(document)), 'tiny', FACTS)).toBe(once);
  });
});
