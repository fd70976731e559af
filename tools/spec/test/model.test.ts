import { describe, expect, it } from 'vitest';
import type { Json, JsonObject } from '../document.ts';
import { SpecError } from '../errors.ts';
import { camelCase, type OperationModel, readModel } from '../model.ts';
import { answering, documentOf, documentWith, operation } from './tiny.ts';

const only = (get: JsonObject, schemas: JsonObject = {}): OperationModel => {
  const { operations } = readModel(documentOf(get, schemas));
  expect(operations).toHaveLength(1);
  return operations[0] as OperationModel;
};

const without = (key: string): JsonObject => {
  const { [key]: _, ...rest } = operation();
  return rest;
};

const withBody = (content: JsonObject): JsonObject => operation({ requestBody: { content } });
const withParameter = (parameter: JsonObject): JsonObject =>
  operation({ parameters: [{ schema: { type: 'string' }, ...parameter }] });

const text = { schema: { type: 'string' } };
const file = { schema: { type: 'string', format: 'binary' } };

describe('a document', () => {
  it.each([
    ['Swagger 2', { swagger: '2.0' }, '2.0'],
    ['OpenAPI 3.1', { openapi: '3.1.0' }, '3.1.0'],
    ['OpenAPI 3.01', { openapi: '3.01' }, '3.01'],
    ['no version', {}, 'undefined'],
  ])('of %s is refused', (_, version, said) => {
    expect(() => readModel({ ...version, paths: {} })).toThrow(
      `OpenAPI 3.0 is needed; the document says '${said}'.`,
    );
  });

  it('is read in its own order', () => {
    const paths = {
      '/z': { post: operation({ 'x-name': 'b' }), get: operation({ 'x-name': 'a' }) },
      '/a': { get: operation({ 'x-name': 'c' }) },
    };
    expect(readModel(documentWith(paths)).operations.map(({ name }) => name)).toEqual([
      'b',
      'a',
      'c',
    ]);
  });

  it.each(['head', 'trace', 'parameters', 'servers', '$ref'])(
    'with %s beside its methods is refused',
    (member) => {
      expect(() => readModel(documentWith({ '/thing': { [member]: {} } }))).toThrow(
        `/thing: '${member}' is not supported here.`,
      );
    },
  );
});

describe('an operation', () => {
  it.each(['x-name', 'x-group', 'x-safe-to-retry', 'x-rate-class'])(
    'without %s is refused by method and path',
    (fact) => {
      expect(() => only(without(fact))).toThrow(`GET /thing has no ${fact}.`);
    },
  );

  it('whose x-safe-to-retry is a text is refused', () => {
    expect(() => only(operation({ 'x-safe-to-retry': 'true' }))).toThrow(
      'GET /thing has no x-safe-to-retry.',
    );
  });

  it.each([
    ['get', {}, true],
    ['get', { 'x-safe-to-retry': false }, false],
    ['post', {}, false],
    ['post', { 'x-read': true }, true],
  ])('of %s with %j only reads: %s', (method, facts, isRead) => {
    const { operations } = readModel(documentWith({ '/thing': { [method]: operation(facts) } }));
    expect(operations.map((one) => one.isRead)).toEqual([isRead]);
  });

  it.each([
    ['post', { 'x-read': true, 'x-safe-to-retry': false }, 'what only reads is safe to retry'],
    ['post', { 'x-read': false }, 'x-read is false; it is true or left out'],
    ['post', { 'x-read': 'true' }, 'x-read is "true"; it is true or left out'],
    ['get', { 'x-read': true }, 'a GET reads without it'],
  ])('of %s is refused with %j', (method, facts, message) => {
    expect(() => readModel(documentWith({ '/thing': { [method]: operation(facts) } }))).toThrow(
      message,
    );
  });

  it('needs no token only if its security is empty', () => {
    expect(only(operation({ security: [] })).isPublic).toBe(true);
    expect(only(operation({ security: [{ oauth: [] }] })).isPublic).toBe(false);
    expect(only(operation()).isPublic).toBe(false);
  });

  it('names each scope once', () => {
    expect(only(operation({ security: [{ oauth: ['a', 'b'] }, { oauth: ['b'] }] })).scopes).toEqual(
      ['a', 'b'],
    );
  });

  it('has a time limit only where a fact says so', () => {
    expect(only(operation()).timeoutMs).toBeUndefined();
    expect(only(operation({ 'x-timeout-ms': 300_000 })).timeoutMs).toBe(300_000);
  });
});

describe('a parameter', () => {
  it.each(['header', 'cookie'])('in the %s is refused by name', (place) => {
    expect(() => only(withParameter({ name: 'Authorization', in: place }))).toThrow(
      `GET /thing: parameter 'Authorization' is in ${place}; only path and query are supported.`,
    );
  });

  it('without a name is refused', () => {
    expect(() => only(withParameter({ in: 'query' }))).toThrow('GET /thing has no name');
  });

  it.each(['deepObject', 'matrix', 'label', 'constructor'])(
    'of the style %s is refused',
    (style) => {
      expect(() => only(withParameter({ name: 'a', in: 'query', style }))).toThrow(
        `GET /thing: the style '${style}' is not supported.`,
      );
    },
  );

  it.each([
    [{}, undefined],
    [{ style: 'form' }, undefined],
    [{ style: 'form', explode: false }, 'comma'],
    [{ explode: false }, 'comma'],
    [{ style: 'spaceDelimited' }, 'space'],
    [{ style: 'pipeDelimited' }, 'pipe'],
    [{ style: 'pipeDelimited', explode: false }, 'pipe'],
    [{ style: 'pipeDelimited', explode: true }, undefined],
  ])('of %j travels as %s', (style, expected) => {
    expect(only(withParameter({ name: 'a', in: 'query', ...style })).parameters[0]?.style).toBe(
      expected,
    );
  });

  it('may stand among the components', () => {
    const document = {
      ...documentOf(operation({ parameters: [{ $ref: '#/components/parameters/Limit' }] })),
      components: { parameters: { Limit: { name: 'limit', in: 'query', ...text } } },
    };
    expect(readModel(document).operations[0]?.parameters[0]?.wireName).toBe('limit');
  });

  it.each([
    ['account-id', 'accountId'],
    ['client_id', 'clientId'],
    ['AssetFile', 'assetFile'],
    ['filter[name]', 'filterName'],
    ['limitToId', 'limitToId'],
    ['page.size', 'pageSize'],
  ])('%s is called %s', (wireName, name) => {
    expect(camelCase(wireName)).toBe(name);
  });
});

describe('a body', () => {
  it.each([
    ['application/json', 'json'],
    ['application/x-www-form-urlencoded', 'form'],
    ['multipart/form-data', 'multipart'],
  ])('of %s is sent as %s', (type, kind) => {
    const fields = { schema: { type: 'object', properties: { a: { type: 'string' } } } };
    expect(only(withBody({ [type]: fields })).body?.kind).toBe(kind);
  });

  it('is sent as JSON where a document lists several types', () => {
    const body = only(
      withBody({
        'application/json-patch+json': file,
        'multipart/form-data': file,
        'application/json': text,
        'text/json': file,
        'application/*+json': file,
      }),
    ).body;
    expect(body).toMatchObject({ kind: 'json', schema: text.schema });
  });

  it.each([
    [['application/xml']],
    [['application/json-patch+json', 'application/*+json']],
    [['text/json']],
    [[]],
  ])('of %j cannot be sent and is refused', (types) => {
    expect(() => only(withBody(Object.fromEntries(types.map((type) => [type, text]))))).toThrow(
      `GET /thing: no media type of its body can be sent (${types.join(', ')}).`,
    );
  });
});

describe('grants', () => {
  const withGrants = (grants: Json, schema: JsonObject): unknown =>
    readModel(
      documentWith({
        '/token': {
          post: operation({
            'x-grants': grants,
            requestBody: { content: { 'application/x-www-form-urlencoded': { schema } } },
          }),
        },
      }),
    ).operations[0]?.grants;
  const text = { type: 'string' };
  const properties = { grant_type: { enum: ['a', 'b'] }, code: text, secret: text };

  it('have the fields that they need and take', () => {
    const grants = [
      { type: 'a', needs: ['secret'] },
      { type: 'b', takes: ['code', 'secret'] },
    ];
    expect(withGrants(grants, { properties })).toEqual([
      { type: 'a', needs: ['secret'], takes: [] },
      { type: 'b', needs: [], takes: ['code', 'secret'] },
    ]);
  });

  it.each<[string, Json, JsonObject, string]>([
    [
      'a field that the form lacks',
      [{ type: 'a', needs: ['no'] }],
      {},
      "a form with the field 'no'",
    ],
    ['another list of grants', [{ type: 'a' }], {}, 'the enum of grant_type differ'],
    [
      'a field that every grant needs',
      [{ type: 'a', needs: ['code'] }, { type: 'b' }],
      { required: ['code'] },
      "'code' is required of every grant",
    ],
  ])('are refused: %s', (_what, grants, more, message) => {
    expect(() => withGrants(grants, { properties, ...more })).toThrow(message);
  });
});

describe('an answer', () => {
  const answer = (responses: JsonObject, more: JsonObject = {}): OperationModel['result'] =>
    only(operation({ responses, ...more })).result;

  it('without content is none', () => {
    expect(answer({ 204: { description: '' } })).toMatchObject({ kind: 'none', schemas: [] });
  });

  it('of format binary is bytes, accepted as the document lists them', () => {
    const content = { 'text/csv': file, 'application/json': file };
    expect(answer({ 200: { content } })).toMatchObject({
      kind: 'bytes',
      accept: ['text/csv', 'application/json'],
    });
  });

  it('is what x-response-kind says, whatever is declared', () => {
    expect(answer({ 200: { description: '' } }, { 'x-response-kind': 'bytes' }).kind).toBe('bytes');
    expect(
      answer({ 200: { content: { 'text/html': text } } }, { 'x-response-kind': 'text' }).kind,
    ).toBe('text');
  });

  it('is JSON first, from every type but XML and pages', () => {
    const content = {
      'text/plain': text,
      'application/json': text,
      'text/json': text,
      'text/xml': text,
      'text/html': text,
    };
    expect(answer({ 200: { content } })).toMatchObject({
      kind: 'json',
      accept: ['text/json', 'text/plain'],
    });
  });

  it('has the schema of application/json where another type has another', () => {
    const content = { 'text/plain': { schema: {} }, 'application/json': text };
    expect(answer({ 200: { content } }).schemas).toEqual([text.schema]);
  });

  it('may be empty if one success has a body and another none', () => {
    const full = { content: { 'application/json': text } };
    expect(answer({ 200: full, 204: {} }).mayBeEmpty).toBe(true);
    expect(answer({ 200: full, 201: full }).mayBeEmpty).toBe(false);
    expect(answer({ 204: {} }).mayBeEmpty).toBe(false);
  });

  it('names each schema once, errors apart', () => {
    const full = { content: { 'application/json': text } };
    const error = { content: { 'application/json': { schema: { type: 'object' } } } };
    const result = answer({ 200: full, 201: full, 400: error, 500: error, default: error });
    expect(result.schemas).toEqual([text.schema]);
    expect(result.errors).toEqual([{ type: 'object' }]);
  });

  it('that is a file here and an object there is refused', () => {
    const responses = {
      200: { content: { 'text/csv': file } },
      201: { content: { 'application/json': text } },
    };
    expect(() => answer(responses)).toThrow('GET /thing: its answers are both files and objects.');
  });

  it('may stand among the components', () => {
    const document = {
      ...documentOf(operation({ responses: { 200: { $ref: '#/components/responses/R' } } })),
      components: { responses: { R: { content: { 'application/json': text } } } },
    };
    expect(readModel(document).operations[0]?.result.kind).toBe('json');
  });

  it('is the schema of the operation that declares it', () => {
    expect(only(answering({ type: 'integer' })).result.schemas).toEqual([{ type: 'integer' }]);
  });
});

it('says that what it refuses is bad data', () => {
  expect(() => only({})).toThrow(SpecError);
  expect(() => only(operation({ responses: [] }))).toThrow(SpecError);
  expect(() => readModel(documentWith({ '/thing': { get: null } }))).toThrow(
    'An object was expected where the document has null.',
  );
});
