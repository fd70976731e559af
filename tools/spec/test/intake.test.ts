import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Json, JsonObject } from '../document.ts';
import { SpecError } from '../errors.ts';
import {
  checkDocument,
  checkPathVersions,
  checkProduct,
  pathVersionsOf,
} from '../intake/intake.ts';
import { parseText } from '../intake/source-text.ts';
import { listSpecs, specName } from '../registry.ts';

const get = (operationId: string, changes: JsonObject = {}): JsonObject => ({
  get: { operationId, responses: {}, ...changes },
});

const documentOf = (paths: JsonObject, components: JsonObject = {}): JsonObject => ({
  openapi: '3.0.1',
  info: { title: 'A', version: '1' },
  paths,
  components,
});

const withSchemas = (schemas: JsonObject): JsonObject =>
  documentOf({ '/a': get('A') }, { schemas });

const refusal = (check: () => void): string => {
  try {
    check();
  } catch (error) {
    expect(error).toBeInstanceOf(SpecError);
    return (error as SpecError).message;
  }
  return 'accepted';
};

const faultOf = (document: JsonObject): string => refusal(() => checkDocument(document));

const NEXT = ' Correct this in a copy of the document and import that.';

describe('a document', () => {
  it.each(listSpecs().map((entry): [string, string] => [specName(entry), entry.folder]))(
    'of specs/ has no fault: %s',
    (_, folder) => {
      const text = readFileSync(join(folder, 'openapi.yaml'), 'utf8');
      expect(faultOf(parseText(text, 'openapi.yaml'))).toBe('accepted');
    },
  );

  it.each<[JsonObject, string]>([
    [{ swagger: '2.0' }, 'The document is Swagger 2.0; OpenAPI 3.0 is needed.'],
    [{ openapi: '3.1.0' }, 'The document is OpenAPI 3.1.0; OpenAPI 3.0 is needed.'],
    [{ openapi: '3.2.0' }, 'The document is OpenAPI 3.2.0; OpenAPI 3.0 is needed.'],
    [{ openapi: 3 }, 'The document is OpenAPI 3; OpenAPI 3.0 is needed.'],
    [{ openapi: '3.0.x\u001b[0m' }, 'The document is OpenAPI 3.0.x [0m; OpenAPI 3.0 is needed.'],
  ])('in another dialect is refused: %j', (head, message) => {
    const document = { ...documentOf({ '/a': get('A') }), ...head };
    if ('swagger' in head) delete document.openapi;
    expect(faultOf(document)).toBe(
      `${message} Ask the vendor for that, or convert it and look at the result.`,
    );
  });

  it('of another kind, or without paths, is refused', () => {
    expect(faultOf({ name: 'package' })).toBe(
      'The document states no version of OpenAPI; name the raw document, not a page or list of it.',
    );
    for (const paths of [{}, [], 'x', null])
      expect(faultOf({ openapi: '3.0.3', paths })).toBe(
        'The document has no paths; ask the vendor for one with operations.',
      );
    expect(faultOf({ openapi: '3.0.3' })).toContain('has no paths');
  });
});

describe('operations', () => {
  it.each<[what: string, paths: JsonObject, message: string]>([
    ['no operationId', { '/a': { put: { responses: {} } } }, 'PUT /a has no operationId.'],
    ['an operationId that is no text', { '/a': get(1 as never) }, 'GET /a has no operationId.'],
    [
      'one operationId',
      { '/a': get('GetA'), '/b': get('GetA') },
      "The operationIds 'GetA' (GET /a) and 'GetA' (GET /b) are the same.",
    ],
    [
      'one operationId but for case',
      { '/a': get('GetA'), '/b': get('getA') },
      "The operationIds 'GetA' (GET /a) and 'getA' (GET /b) differ in case only.",
    ],
    [
      'servers',
      { '/a': get('A', { servers: [{ url: 'https://evil.example' }] }) },
      'GET /a has servers of its own, which would get the token.',
    ],
    [
      'servers of their path',
      { '/a': { ...get('A'), servers: [] } },
      '/a has servers of its own, which would get the token.',
    ],
    ['another method', { '/a': { trace: {} } }, "/a: 'trace' is not supported here."],
    ['another method', { '/a': { head: {} } }, "/a: 'head' is not supported here."],
    ['another path', { '/a': { $ref: '#/paths/~1a' } }, "/a: '$ref' is not supported here."],
    [
      'a header',
      { '/a': get('A', { parameters: [{ name: 'X-A', in: 'header', schema: {} }] }) },
      "GET /a: parameter 'X-A' is in header; only path and query are supported.",
    ],
    [
      'a cookie of their path',
      { '/a': { ...get('A'), parameters: [{ name: 'c', in: 'cookie', schema: {} }] } },
      "GET /a: parameter 'c' is in cookie; only path and query are supported.",
    ],
    [
      'a tag that is no name',
      { '/a': get('A', { tags: ['../../.git/hooks/pre-commit'] }) },
      "GET /a: the tag '../../.git/hooks/pre-commit' has a path separator.",
    ],
  ])('with %s are refused', (_, paths, message) => {
    expect(faultOf(documentOf(paths))).toContain(message);
  });

  it('may have headers that OpenAPI ignores, extensions and words', () => {
    const parameters = [{ name: 'Authorization', in: 'header', required: true, schema: {} }];
    const item = { ...get('A', { parameters }), 'x-a': 1, summary: 'x', description: 'y' };
    expect(faultOf(documentOf({ '/a': item, 'x-b': 1 }))).toBe('accepted');
  });

  it('may have a parameter by reference, which is looked at', () => {
    const parameters = [{ $ref: '#/components/parameters/P' }];
    const document = (location: string): JsonObject =>
      documentOf(
        { '/a': get('A', { parameters }) },
        { parameters: { P: { name: 'p', in: location, schema: {} } } },
      );
    expect(faultOf(document('query'))).toBe('accepted');
    expect(faultOf(document('cookie'))).toContain("parameter 'p' is in cookie");
  });
});

describe('a path', () => {
  it.each([
    ['https://evil.example/a', 'does not begin with a slash'],
    ['a', 'does not begin with a slash'],
    ['', 'does not begin with a slash'],
    ['//evil.example/a', "has an empty part ('//')"],
    ['/a//b', "has an empty part ('//')"],
    ['/../a', "has a part '.' or '..'"],
    ['/a/..', "has a part '.' or '..'"],
    ['/a/{b}..', "has a part '.' or '..'"],
    ['/./a', "has a part '.' or '..'"],
    ['/%2E%2e/a', "has a part '.' or '..'"],
    ['/a\\b', 'has a backslash or an escaped separator'],
    ['/a%2Fb', 'has a backslash or an escaped separator'],
    ['/a?b=c', 'has a query or a fragment'],
    ['/a#b', 'has a query or a fragment'],
    ['/a b', 'has a character that no URL has'],
    ['/a\r\nHost: evil', 'has a character that no URL has'],
    ['/ä', 'has a character that no URL has'],
  ])('%j is refused', (path, why) => {
    expect(faultOf(documentOf({ [path]: get('A') }))).toMatch(
      new RegExp(`^The path '.*' ${why.replaceAll(/[().]/g, '\\$&')}\\. Correct`),
    );
  });

  it('that a URL takes for another is refused, whatever it is', () => {
    const words = '/ \\ . .. %2e %2E %2f ? # @ : a {b} ~ %5c \u0000 \u3002 \uff0f https: ; %';
    const piece = fc.constantFrom(' ', '\t', '\n', ...words.split(' '));
    fc.assert(
      fc.property(fc.array(piece, { minLength: 1, maxLength: 8 }), (pieces) => {
        const path = pieces.join('');
        if (faultOf(documentOf({ [path]: get('A') })) !== 'accepted') return;
        const { host, pathname, search, hash } = new URL(`https://api.example${path}`);
        expect([host, search, hash]).toEqual(['api.example', '', '']);
        expect(pathname.replaceAll('%7B', '{').replaceAll('%7D', '}')).toBe(path);
      }),
      { numRuns: 3_000 },
    );
  });
});

describe('a name', () => {
  it.each([
    ['', 'is empty'],
    ['x'.repeat(101), 'is longer than 100 characters'],
    ['a/b', 'has a path separator'],
    ['a\\b', 'has a path separator'],
    ['a..b', "has '..'"],
    ['a\u0000b', 'has a control character'],
    ['CON', 'is a device of Windows'],
    ['lpt1', 'is a device of Windows'],
    ['nul.ts', 'is a device of Windows'],
    ['__proto__', 'is a name of the language'],
    ['constructor', 'is a name of the language'],
    ['prototype', 'is a name of the language'],
  ])('%j is refused for an operation, a schema and a tag', (name, why) => {
    expect(faultOf(documentOf({ '/a': get(name) }))).toContain(`GET /a: the operationId '`);
    expect(faultOf(documentOf({ '/a': get(name) }))).toContain(`' ${why}.`);
    expect(faultOf(documentOf({ '/a': get('A', { tags: [name] }) }))).toContain(`' ${why}.`);
    expect(faultOf(withSchemas(Object.fromEntries([[name, {}]])))).toContain(
      `#/components/schemas: the name '`,
    );
  });

  it('may be a word of the language otherwise, of 100 characters, or in braces', () => {
    for (const name of ['default', 'x'.repeat(100), 'A}b{c', 'console', 'com10'])
      expect(faultOf(documentOf({ '/a': get(name) }, { schemas: { [name]: {} } }))).toBe(
        'accepted',
      );
  });

  it('of a schema differs from others in more than case', () => {
    expect(faultOf(withSchemas({ Order: {}, order: {} }))).toBe(
      `The names 'Order' (#/components/schemas) and 'order' (#/components/schemas) differ in case only.${NEXT}`,
    );
    expect(faultOf(withSchemas({ 'caf\u00e9': {}, 'cafe\u0301': {} }))).toContain('case only');
  });
});

describe('a reference', () => {
  it.each([
    'http://127.0.0.1:1/a.yaml',
    'file:///etc/passwd',
    '../../x.yaml#/a',
    '//169.254.169.254/latest',
    'other.yaml',
    '#',
    '',
  ])('that leaves the document is refused: %j', ($ref) => {
    expect(faultOf(withSchemas({ A: { properties: { a: { $ref } } } }))).toBe(
      `#/components/schemas/A/properties/a: the $ref '${$ref}' leaves the document.${NEXT}`,
    );
  });

  it('that points nowhere is refused with its place', () => {
    expect(faultOf(withSchemas({ A: { items: { $ref: '#/components/schemas/B' } } }))).toBe(
      `#/components/schemas/A/items: The $ref '#/components/schemas/B' points to nothing.${NEXT}`,
    );
  });

  it('of a discriminator stays in the document, too', () => {
    const mapping = (target: string): JsonObject =>
      withSchemas({ A: { discriminator: { propertyName: 'a', mapping: { a: target } } }, B: {} });
    expect(faultOf(mapping('B'))).toBe('accepted');
    expect(faultOf(mapping('#/components/schemas/B'))).toBe('accepted');
    expect(faultOf(mapping('http://evil.example/'))).toContain('leaves the document');
  });

  const to = (name: string): JsonObject => ({ $ref: `#/components/schemas/${name}` });

  it.each<[string, JsonObject]>([
    ['itself', { A: to('A') }],
    ['two', { A: to('B'), B: to('A') }],
    ['three', { A: to('B'), B: to('C'), C: to('A') }],
    ['allOf', { A: { allOf: [to('B')] }, B: { allOf: [{ type: 'object' }, to('A')] } }],
    ['oneOf', { A: { oneOf: [to('B'), { type: 'string' }] }, B: to('A') }],
    ['a part', { A: { properties: { a: to('A/properties/a') } } }],
  ])('in a cycle without a schema is refused: %s', (_, schemas) => {
    expect(faultOf(withSchemas(schemas))).toMatch(
      /^The \$ref '#\/components\/schemas\/\w[\w/]*' leads to itself again: a cycle of \$refs\. /,
    );
  });

  it('may lead back through a property, and many ways to one place', () => {
    expect(
      faultOf(
        withSchemas({
          A: { properties: { a: to('A'), $ref: to('B') }, allOf: [to('B'), to('C'), to('B')] },
          B: { items: to('A'), allOf: [to('C')] },
          C: { additionalProperties: to('B') },
        }),
      ),
    ).toBe('accepted');
  });

  it.each([100, 50_000])('in a row of %i ends at once', (length) => {
    const last = { [`S${length}`]: {} };
    const row = (next: number): JsonObject =>
      Object.fromEntries(
        Array.from({ length }, (_, index) => [`S${index}`, to(`S${index + next}`)]),
      );
    for (const schemas of [
      { ...row(1), ...last },
      { S: {}, ...Object.fromEntries(Object.entries(row(-1)).slice(1)), S0: {} },
    ])
      expect(faultOf(withSchemas(schemas))).toMatch(
        length === 100 ? /^accepted$/ : /leads to more than 100 others in a row/,
      );
  });
});

describe('several faults', () => {
  it('are told at once', () => {
    const document = documentOf(
      { '/a': { put: {} }, 'b?c': get('A') },
      { schemas: { CON: { $ref: 'x.yaml' } } },
    );
    expect(faultOf(document)).toBe(
      "The document has 4 faults. (1) The path 'b?c' does not begin with a slash. (2) PUT /a has no operationId. " +
        "(3) #/components/schemas: the name 'CON' is a device of Windows. " +
        `(4) #/components/schemas/CON: the $ref 'x.yaml' leaves the document.${NEXT}`,
    );
  });

  it('are told up to 20, each in short', () => {
    const message = faultOf(
      documentOf(
        Object.fromEntries(
          Array.from({ length: 50 }, (_, index) => [`/${index}${'x'.repeat(999)}`, { get: {} }]),
        ),
      ),
    );
    expect(message).toContain('The document has 50 faults. (1) GET /0x');
    expect(message).toContain(' (20) GET /19x');
    expect(message).not.toContain('(21)');
    expect(message).toContain(' And 30 more.');
    expect(message.length).toBeLessThan(20 * 420);
  });

  it('are told, whatever shape the document has', () => {
    const words =
      '/a get parameters tags operationId servers components schemas A $ref allOf name in discriminator ' +
      'mapping trace properties';
    const key = fc.constantFrom(...words.split(' '));
    const { value } = fc.letrec<{ value: Json }>((tie) => ({
      value: fc.oneof(
        { depthSize: 'medium' },
        fc.constantFrom<Json>('#/components/schemas/A', '#/paths/~1a', '#/%', 'x', 1, true, null),
        fc.array(tie('value'), { maxLength: 3 }),
        fc.dictionary(key, tie('value'), { maxKeys: 5 }),
      ),
    }));
    fc.assert(
      fc.property(fc.dictionary(key, value), value, (paths, components) => {
        faultOf({ openapi: '3.0.3', paths, components });
      }),
      { numRuns: 2_000 },
    );
  });
});

describe('versions of paths', () => {
  const paths = ['/2021-04/a', '/legacy/marketing/v1/b', '/oauth2/token', '/2021-04/c'];
  const document = documentOf(Object.fromEntries(paths.map((path) => [path, {}])));
  const check = (version: string, confirmed: readonly string[]): string =>
    refusal(() => checkPathVersions(document, version, confirmed, 'things'));

  it('are the first parts, once each, sorted', () => {
    expect(pathVersionsOf(document)).toEqual(['2021-04', 'legacy', 'oauth2']);
    expect(pathVersionsOf({ paths: { '/': {}, 'x-a': {}, '/b': {} } })).toEqual(['b']);
    expect(pathVersionsOf({})).toEqual([]);
  });

  it('that are not confirmed are refused with the options that confirm them', () => {
    expect(check('2020-10', [])).toBe(
      'Paths of things/2020-10 begin with 2021-04, legacy, oauth2. If all of them belong to it, add to the command: --path-version 2021-04 --path-version legacy --path-version oauth2',
    );
    expect(check('2020-10', ['legacy', 'oauth2'])).toContain('command: --path-version 2021-04');
  });

  it('that are confirmed, or the version itself, or that of a candidate are right', () => {
    expect(check('2020-10', ['2021-04', 'legacy', 'oauth2'])).toBe('accepted');
    expect(check('2021-04', ['legacy', 'oauth2'])).toBe('accepted');
    expect(check('2021-04-rc', ['legacy', 'oauth2'])).toBe('accepted');
  });

  it('cannot put a command into the command', () => {
    const hostile = documentOf({ "/';rm -rf ~;'/a": {}, '/--force/a': {}, '/{v}/a': {} });
    expect(refusal(() => checkPathVersions(hostile, '1', [], 'things'))).toContain(
      "command: --path-version=''\\'';rm -rf ~;'\\''' --path-version='--force' --path-version='{v}'",
    );
  });
});

describe('the product of a document', () => {
  const document = documentOf({ '/2026-07/retail-media/a': {}, '/2026-07/me': {}, '/oauth2': {} });

  it('is that of one path at least', () => {
    expect(() => checkProduct(document, 'retail', ['retail-media'])).not.toThrow();
    expect(() => checkProduct(document, 'retail', ['x', 'retail-media'])).not.toThrow();
    expect(() => checkProduct(document, 'any', [])).not.toThrow();
  });

  it('is named by what was found when it is another', () => {
    expect(refusal(() => checkProduct(document, 'grid', ['commerce-grid', 'grid']))).toBe(
      'No path of the document is one of grid (commerce-grid, grid); found: me, retail-media. Name the product that the document is of.',
    );
    expect(refusal(() => checkProduct({}, 'grid', ['grid']))).toContain('found: nothing.');
  });
});
