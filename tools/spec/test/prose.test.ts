import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { stringify } from 'yaml';
import { isObject, type Json, type JsonObject } from '../document.ts';
import { SpecError } from '../errors.ts';
import { writeFacts } from '../intake/facts-yaml.ts';
import { stripProse } from '../intake/prose.ts';
import { parseText } from '../intake/source-text.ts';
import { listSpecs, specName } from '../registry.ts';

const files = listSpecs().map((entry): [string, string] => [
  specName(entry),
  readFileSync(join(entry.folder, 'openapi.yaml'), 'utf8'),
]);

describe.each(files)('%s', (_, file) => {
  const document = parseText(file, 'openapi.yaml');

  it('has no prose, and so comes out as it went in', () => {
    const facts = stripProse(document);
    expect(writeFacts(facts.document)).toBe(file);
    expect(facts.dropped).toEqual([]);
  });

  it('comes out of any words, any order and either syntax', () => {
    fc.assert(
      fc.property(fc.integer(), fc.boolean(), (seed, isJson) => {
        const wordy = disguise(document, seed);
        const text = isJson
          ? JSON.stringify(wordy)
          : stringify(wordy, { aliasDuplicateObjects: false });
        const facts = stripProse(parseText(text, 'vendor'));
        expect(writeFacts(facts.document) === file, `seed ${seed}`).toBe(true);
        expect(facts.dropped).toEqual([]);
      }),
      { numRuns: 3 },
    );
  }, 60_000);
});

const operation = (changes: JsonObject, item: JsonObject = {}, path = '/a'): JsonObject => {
  const { document } = stripProse({
    openapi: '3.0.3',
    paths: { [path]: { ...item, get: { responses: {}, ...changes } } },
    components: {
      schemas: { A: {} },
      parameters: { Id: { name: 'id', in: 'path', required: true, schema: {} } },
    },
  });
  return ((document.paths as JsonObject)[path] as JsonObject).get as JsonObject;
};

const schema = (changes: JsonObject): { readonly schema: Json; readonly dropped: unknown } => {
  const { document, dropped } = stripProse({ components: { schemas: { A: changes, B: {} } } });
  const { schemas } = document.components as { schemas: JsonObject };
  return { schema: schemas.A as Json, dropped };
};

describe('words', () => {
  it('are told from names by where they stand', () => {
    const names = ['description', 'example', 'title', 'x-a', 'contact', 'properties', '$ref'];
    const properties = Object.fromEntries(names.sort().map((name) => [name, { type: 'string' }]));
    expect(schema({ properties, title: 'A', description: 'B' }).schema).toEqual({ properties });
    expect(
      stripProse({ components: { schemas: { 'x-A': {}, example: {}, title: {} } } }).document,
    ).toEqual({ components: { schemas: { 'x-A': {}, example: {}, title: {} } } });
  });

  it('in data are data', () => {
    const value = { description: 'x', 'x-a': 1, title: [{ summary: 'y' }] };
    expect(schema({ default: value, enum: [value] }).schema).toEqual({
      default: value,
      enum: [value],
    });
  });

  it('beside a reference are dropped, and what is ignored there is told', () => {
    const $ref = '#/components/schemas/B';
    expect(schema({ description: 'x', $ref, 'x-nullable': true, type: 'object' })).toEqual({
      schema: { $ref },
      dropped: ['nullable beside $ref', 'type beside $ref'],
    });
  });

  it('of extensions are dropped where names stand, too', () => {
    expect(
      stripProse({
        paths: { 'x-a': {}, '/a': { 'x-b': 1, get: { responses: { 'x-c': {}, 200: {} } } } },
      }).document,
    ).toEqual({ paths: { '/a': { get: { responses: { 200: { description: 'OK' } } } } } });
  });

  it('of scopes are replaced by their names', () => {
    const flow = { tokenUrl: 'https://a', scopes: { b: 'To read.', a: 'To write.', 'x-a': 1 } };
    const { document } = stripProse({
      components: {
        securitySchemes: { o: { description: 'x', flows: { password: flow }, type: 'oauth2' } },
      },
    });
    expect(writeFacts(document)).toContain('scopes:\n            a: a\n            b: b\n');
  });

  it('of the document are dropped but for its title and version', () => {
    const info = {
      version: '1',
      title: 'A',
      description: 'x',
      contact: {},
      license: { name: 'y' },
    };
    expect(
      stripProse({ externalDocs: { url: 'x' }, info: { ...info, termsOfService: 'z' } }).document,
    ).toEqual({ info: { title: 'A', version: '1' } });
  });

  it.each([
    ['200', 'OK'],
    ['204', 'No Content'],
    ['413', 'Content Too Large'],
    ['422', 'Unprocessable Content'],
    ['429', 'Too Many Requests'],
    ['4XX', 'Client Error'],
    ['499', 'Client Error'],
    ['default', 'Response'],
  ])('of the answer %s are: %s', (status, description) => {
    expect(operation({ responses: { [status]: {} } }).responses).toEqual({
      [status]: { description },
    });
  });
});

describe('keywords', () => {
  it('that OpenAPI 3.0 or the SDK do not know are dropped and told', () => {
    expect(schema({ const: 1, xml: {}, type: 'string', 'x-a': 1, description: 'x' })).toEqual({
      schema: { type: 'string' },
      dropped: ['const', 'xml'],
    });
    const { document, dropped } = stripProse({
      webhooks: {},
      paths: {
        '/a': { get: { callbacks: {}, operationId: 'A', responses: { 200: { links: {} } } } },
      },
      components: { examples: {}, links: {} },
    });
    expect(dropped).toEqual(['callbacks', 'links', 'webhooks']);
    expect(Object.keys(document)).toEqual(['paths', 'components']);
  });

  it('that say what holds anyway are left out', () => {
    expect(
      schema({ nullable: false, readOnly: false, uniqueItems: false, required: [] }).schema,
    ).toEqual({});
    expect(operation({ deprecated: false, tags: [], parameters: [], security: [] })).toEqual({
      responses: {},
      security: [],
    });
    expect(schema({ additionalProperties: false }).schema).toEqual({ additionalProperties: false });
  });

  it('x-nullable is nullable', () => {
    expect(schema({ type: 'string', 'x-nullable': true })).toEqual({
      schema: { type: 'string', nullable: true },
      dropped: [],
    });
    expect(schema({ 'x-nullable': false }).schema).toEqual({});
  });

  it('stand in one order, and numbers without a fraction have no point', () => {
    const { document } = stripProse(
      parseText('{"components":{"schemas":{"A":{"maximum":10.0,"type":"integer"}}}}', 'x'),
    );
    expect(writeFacts(document)).toBe(
      'components:\n  schemas:\n    A:\n      type: integer\n      maximum: 10\n',
    );
  });

  it('hold values in one order', () => {
    expect(schema({ enum: ['b', 10, null, 'a', 9, true], required: ['b', 'a'] }).schema).toEqual({
      enum: [true, 9, 10, null, 'a', 'b'],
      required: ['a', 'b'],
    });
  });

  it('name media types, application/json first', () => {
    const content = { 'text/xml': {}, 'application/json': {}, 'application/csv': {} };
    const { requestBody } = operation({ requestBody: { content } });
    expect(Object.keys((requestBody as JsonObject).content as JsonObject)).toEqual([
      'application/json',
      'application/csv',
      'text/xml',
    ]);
  });
});

describe('parameters', () => {
  const parameter = (location: string, name: string, changes: JsonObject = {}): JsonObject => ({
    name,
    in: location,
    schema: { type: 'string' },
    ...changes,
  });
  const namesOf = ({ parameters }: JsonObject): Json[] =>
    (parameters as JsonObject[]).map((one) => one.name ?? one.$ref ?? null);

  it('stand by location, those of the path as in the path', () => {
    const parameters = [
      parameter('cookie', 'c'),
      parameter('query', 'b'),
      parameter('header', 'h'),
      parameter('query', 'a'),
      parameter('path', 'second'),
      { $ref: '#/components/parameters/Id' },
      parameter('path', 'first'),
    ];
    expect(namesOf(operation({ parameters }, {}, '/{first}/{id}/{second}'))).toEqual([
      'first',
      '#/components/parameters/Id',
      'second',
      'a',
      'b',
      'h',
      'c',
    ]);
  });

  it('of a path belong to its operations, unless these have their own', () => {
    const shared = [parameter('query', 'a', { required: true }), parameter('query', 'b')];
    const own = [parameter('query', 'a'), parameter('path', 'b')];
    expect(operation({ parameters: own }, { parameters: shared }).parameters).toEqual([
      parameter('path', 'b'),
      parameter('query', 'a'),
      parameter('query', 'b'),
    ]);
  });

  it.each([
    ['query', { style: 'form', explode: true }, {}],
    ['query', { explode: true }, {}],
    ['query', { style: 'form', explode: false }, { explode: false }],
    ['query', { style: 'pipeDelimited', explode: false }, { style: 'pipeDelimited' }],
    ['query', { style: 'deepObject', explode: true }, { style: 'deepObject', explode: true }],
    ['path', { style: 'simple', explode: false }, {}],
    ['path', { explode: true }, { explode: true }],
    ['path', { style: 'label' }, { style: 'label' }],
  ])('in the %s with %j have the style %j', (location, given, kept) => {
    const changed = operation({ parameters: [parameter(location, 'a', given)] });
    expect(changed.parameters).toEqual([parameter(location, 'a', kept)]);
  });

  it.each(['Authorization', 'accept', 'Content-Type'])(
    'called %s in headers are ignored, as OpenAPI says',
    (name) => {
      expect(operation({ parameters: [parameter('header', name)] })).toEqual({ responses: {} });
      expect(namesOf(operation({ parameters: [parameter('query', name)] }))).toEqual([name]);
    },
  );
});

describe('a shape that OpenAPI does not know', () => {
  it.each<[JsonObject, string]>([
    [{ paths: [] }, '#/paths: An object was expected where the document has [].'],
    [{ paths: { '/a': 1 } }, '#/paths//a: An object was expected'],
    [{ paths: { '/a': { get: 'x' } } }, '#/paths//a/get: An object was expected'],
    [{ paths: { '/a': { parameters: {}, get: {} } } }, '#/paths//a: A list was expected'],
    [{ openapi: 3 }, '#/openapi: A text was expected where the document has 3.'],
    [{ security: {} }, '#/security: A list was expected'],
    [
      { components: { schemas: { A: { type: ['string', 'null'] } } } },
      '#/components/schemas/A/type: A text was expected where the document has ["string","null"].',
    ],
    [
      { components: { schemas: { A: { exclusiveMinimum: 1 } } } },
      '#/components/schemas/A/exclusiveMinimum: True or false was expected',
    ],
    [
      { components: { schemas: { A: { minimum: '1' } } } },
      '#/components/schemas/A/minimum: A number was expected',
    ],
    [
      { components: { schemas: { A: { $ref: '#/x-schemas/B' } } }, 'x-schemas': { B: {} } },
      "The $ref '#/x-schemas/B' points to nothing.",
    ],
  ])('is told with its place: %j', (document, message) => {
    expect(() => stripProse(document)).toThrow(message);
    expect(() => stripProse(document)).toThrow(SpecError);
  });

  it('is refused or left out, never worse', () => {
    const words =
      'paths /a get parameters responses 200 content schema properties items components schemas A $ref name in ' +
      'required enum tags security securitySchemes flows password scopes x-nullable info';
    const key = fc.constantFrom(...words.split(' '));
    const { value } = fc.letrec<{ value: Json }>((tie) => ({
      value: fc.oneof(
        { depthSize: 'medium' },
        fc.constantFrom<Json>('#/components/schemas/A', 'x', 1, true, null),
        fc.array(tie('value'), { maxLength: 3 }),
        fc.dictionary(key, tie('value'), { maxKeys: 5 }),
      ),
    }));
    fc.assert(
      fc.property(fc.dictionary(key, value), (document) => {
        try {
          const facts = stripProse(document).document;
          expect(stripProse(facts).document).toEqual(facts);
        } catch (error) {
          expect(error).toBeInstanceOf(SpecError);
        }
      }),
      { numRuns: 2_000 },
    );
  });
});

// Objects whose keys are names of the vendor's.
const NAMES = new Set(
  'content headers paths properties responses schemas scopes security securitySchemes'.split(' '),
);
const EXTENDED = new Set(['paths', 'responses', 'scopes']);

/** The same facts with words, extensions, defaults and another order wherever they can stand. */
function disguise(document: JsonObject, seed: number): Json {
  let state = seed;
  // mulberry32
  const random = (): number => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
  const shuffled = <T>(items: readonly T[]): T[] =>
    items
      .map((item): [number, T] => [random(), item])
      .sort(([a], [b]) => a - b)
      .map(([, item]) => item);
  const some = (words: JsonObject, likelihood: number): [string, Json][] =>
    Object.entries(words).filter(() => random() < likelihood);

  const visit = (node: Json, key: string, isNames: boolean): Json => {
    if (Array.isArray(node)) {
      const items = node.map((item) => visit(item, '', key === 'security'));
      return ['enum', 'parameters', 'required', 'tags'].includes(key) ? shuffled(items) : items;
    }
    if (!isObject(node)) return node;
    const isItem = !isNames && METHODS.some((method) => method in node);
    const source = isItem ? sharing(node) : node;
    const entries = Object.entries(source).map(([name, value]): [string, Json] => [
      name,
      visit(value, isNames ? '' : name, !isNames && NAMES.has(name) && isObject(value)),
    ]);
    const known = new Map([
      ...(isNames ? [] : usual(source)),
      ...entries,
      ...(isNames ? [] : words(source)),
      ...extensions(key, isNames),
    ]);
    if (source.nullable === true && random() < 0.5) {
      known.delete('nullable');
      known.set('x-nullable', true);
    }
    if (key === 'scopes') for (const [name] of entries) known.set(name, 'What it is for.');
    return Object.fromEntries(shuffled([...known]));
  };

  const words = (node: JsonObject): [string, Json][] =>
    some('version' in node ? { ...WORDS, title: node.title as Json } : WORDS, 0.1);
  // What holds anyway: what the node says of it stands.
  const usual = (node: JsonObject): [string, Json][] => [
    ...('in' in node && 'schema' in node
      ? some(node.in === 'query' ? QUERY_DEFAULTS : PATH_DEFAULTS, 0.3)
      : []),
    ...('responses' in node ? some({ deprecated: false }, 0.3) : []),
    ...('type' in node && !('flows' in node) && !('in' in node) ? some(SCHEMA_DEFAULTS, 0.1) : []),
  ];
  const extensions = (key: string, isNames: boolean): [string, Json][] =>
    !isNames || EXTENDED.has(key)
      ? some({ 'x-words': { properties: { a: 1 }, list: ['x'] } }, 0.1)
      : [];

  // A parameter that all operations of a path have is told once, or told wrongly and corrected.
  const sharing = (item: JsonObject): JsonObject => {
    const operations = Object.values(item) as JsonObject[];
    const lists = operations.map(({ parameters = [] }) => parameters as JsonObject[]);
    const shared = lists[0]?.find((one) =>
      lists.every((parameters) => parameters.some((other) => isSame(one, other))),
    );
    if (shared === undefined) return item;
    if (random() < 0.5) return { ...item, parameters: [{ ...shared, schema: { type: 'array' } }] };
    const isOwn = (one: JsonObject): boolean => JSON.stringify(one) !== JSON.stringify(shared);
    return {
      ...Object.fromEntries(
        Object.entries(item).map(([method, one]) => {
          const parameters = ((one as JsonObject).parameters as JsonObject[]).filter(isOwn);
          return [method, { ...(one as JsonObject), parameters }];
        }),
      ),
      parameters: [shared],
    };
  };
  const isSame = (one: JsonObject, other: JsonObject): boolean =>
    one.name === other.name && one.in === other.in;

  return visit(document, '', false);
}

const METHODS = ['get', 'put', 'post', 'delete', 'patch'];
const QUERY_DEFAULTS = { style: 'form', explode: true, required: false, allowReserved: false };
const PATH_DEFAULTS = { style: 'simple', explode: false, deprecated: false };
const SCHEMA_DEFAULTS = { nullable: false, readOnly: false, deprecated: false, uniqueItems: false };
const WORDS: JsonObject = {
  title: 'Words',
  summary: 'Words: "all" of them',
  description: 'Words\n\n- and *more*: `words`',
  example: { properties: { a: [1] }, required: ['b'] },
  examples: { a: { value: { type: 'x' } } },
  externalDocs: { url: 'https://example.com' },
  contact: { name: 'Somebody' },
  license: { name: 'Some' },
  termsOfService: 'https://example.com',
  'x-bodyName': 'body',
  'x-codegen-words': [{ description: 'x' }, null],
};
