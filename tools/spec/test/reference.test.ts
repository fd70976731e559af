import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { JsonObject } from '../document.ts';
import { shapeReader } from '../generate/shape.ts';
import { readModel } from '../model.ts';
import { Expression, type Value, written } from '../reference/literal.ts';
import { anchors, code, fence, table, words } from '../reference/markdown.ts';
import { otherNames } from '../reference/other-names.ts';
import { pagesOfVersion } from '../reference/pages.ts';
import { REFERENCE, writeReference } from '../reference/reference.ts';
import { samplesOf } from '../reference/sample.ts';
import { versionOf } from '../reference/version.ts';
import type { Vendor } from '../vendor.ts';
import { productOfAcme, vendorOf, vendorText } from './acme.ts';
import { answering, documentOf, documentWith, operation } from './tiny.ts';

const HOSTILE = [
  ['|', '\\', '\\|', '`', '``', '```', '[', ']', '](', '(https://evil.example)', '!['],
  ['<', '>', '<script>', '<!--', '&lt;', '&', '*', '**', '_', '__', '~~', '#', '# ', '- '],
  ['+ ', '1. ', '> ', '---', '===', '$', '$$', '@somebody', ' ', 'a', '1'],
  ['\n', '\n\n', '\r', '\u2028', '\u202e', '\u200b', '\u0000', '\ud800'],
].flat();
const anyText = fc.oneof(
  fc.string({ unit: 'binary' }),
  fc.array(fc.constantFrom(...HOSTILE)).map((parts) => parts.join('')),
);
const RUNS = { numRuns: 1_000 };

/** What a reader of Markdown would act on: escapes, code spans and tags of ours taken away, from left to right. */
const bare = (text: string): string => text.replace(HARMLESS, 'x');

const HTML = /<code>(?:[^\\`*_[\]<>~#|&$@]|&#\d+;)*<\/code>/g;
const HARMLESS = new RegExp(`\\\\[!-/:-@[-\`{-~]|\`[^\`]*\`|@&#8203;|${HTML.source}`, 'g');

describe('words of a document', () => {
  it('stay on one line and become no markup', () => {
    fc.assert(
      fc.property(anyText, (text) => {
        const line = words(text);
        expect(line).not.toMatch(/[\r\n\u2028\u2029\u0000\u202e]/);
        expect(bare(line)).not.toMatch(/[`*[\]<>~#|&$\\]|@\w|^[-+=]|^\d+[.)]|(?<!\w)_|_(?!\w)/);
      }),
      RUNS,
    );
  });

  it.each([
    ['Lists `pageIndex` and a_b, at 5% (or so).', 'Lists `pageIndex` and a_b, at 5% (or so).'],
    ['[x](y) <b>', '\\[x\\](y) \\<b\\>'],
    ['- a', '\\- a'],
    ['2. a', '2\\. a'],
    ['Ask @me', 'Ask @&#8203;me'],
    ['two\n\nlines', 'two lines'],
    ['`a|b`', '`a|b`'],
    ['`a\\b`', '<code>a&#92;b</code>'],
  ])('%j is %j', (text, expected) => expect(words(text)).toBe(expected));
});

describe('a code span', () => {
  it('holds any text, and nothing in it ends it', () => {
    fc.assert(
      fc.property(anyText, (text) => {
        const span = code(text);
        const isSpan = /^`[^`\\\r\n]*[^`\\\s][^`\\\r\n]*`$/.test(span);
        expect(isSpan || span.replace(HTML, '') === '', span).toBe(true);
      }),
      RUNS,
    );
  });
});

describe('a table', () => {
  it('has as many cells in each row as in its head, whatever they hold', () => {
    fc.assert(
      fc.property(anyText, anyText, (a, b) => {
        const [head = '', , row = ''] = table(['x', 'y'], [[words(a), code(b)]]).split('\n');
        // An escape takes the character after it along.
        const cells = (line: string): number => line.replace(/\\./g, '').split('|').length;
        expect(cells(row)).toBe(cells(head));
      }),
      RUNS,
    );
  });
});

describe('a fence', () => {
  it('is longer than any in its text', () => {
    expect(fence('ts', 'a')).toBe('```ts\na\n```');
    expect(fence('ts', "'````'")).toBe("`````ts\n'````'\n`````");
  });
});

describe('anchors', () => {
  it('are made as GitHub makes them, and count what comes again', () => {
    const anchorOf = anchors();
    const headings = ['getToken', 'GetToken', 'All of it', '$x_1', 'getToken'];
    expect(headings.map(anchorOf)).toEqual([
      'gettoken',
      'gettoken-1',
      'all-of-it',
      'x_1',
      'gettoken-2',
    ]);
  });
});

describe('names in other SDKs', () => {
  // As the vendor's published SDKs have them.
  it.each([
    ['oAuth2TokenPost', 'o_auth2_token_post', 'oAuth2TokenPost'],
    ['CreateToken', 'create_token', 'createToken'],
    ['GetToken', 'get_token', 'getToken'],
    ['SellersV2Stats_SellerCampaigns', 'seller_campaigns', 'sellerCampaigns'],
    [
      'RetailerApi_GetApi202110ExternalRetailerPagesByRetailerId',
      'get_api202110_external_retailer_pages_by_retailer_id',
      'getApi202110ExternalRetailerPagesByRetailerId',
    ],
    [
      'GetApiV2ExternalAccountLineItemsByAccountId',
      'get_api_v2_external_account_line_items_by_account_id',
      'getApiV2ExternalAccountLineItemsByAccountId',
    ],
    ['GetCpcMinBidsBySkuIdsV1', 'get_cpc_min_bids_by_sku_ids_v1', 'getCpcMinBidsBySkuIdsV1'],
    ['GetSKUList', 'get_sku_list', 'getSKUList'],
  ])('%s is %s and %s', (operationId, python, java) => {
    expect(otherNames(operationId)).toEqual({ python, java });
  });

  it.each(['', 'Parcels_Delete', 'import', 'a_b_c', 'get-token', 'get token', '2things', 'a.b'])(
    "of '%s' are left out, since the rules leave doubt",
    (operationId) => expect(otherNames(operationId)).toBeUndefined(),
  );
});

describe('a value as code', () => {
  it.each<[Value, string]>([
    [{}, 'f({})'],
    [[], 'f([])'],
    [{ a: 1, 'b-c': true }, 'f({ a: 1, "b-c": true })'],
    ["it's", 'f("it\'s")'],
    ['a "b"', 'f(\'a "b"\')'],
    [{ id: new Expression('id'), name: new Expression('title') }, 'f({ id, name: title })'],
  ])('%j', (value, expected) => expect(written('f(', value, ')')).toBe(expected));

  it('is broken where it is longer than a line, and only there', () => {
    const text = 'x'.repeat(50);
    const id = new Expression('id');
    expect(written('await f(', { id, a: { b: [text] }, c: [text, text] }, ');')).toBe(
      `await f({
  id,
  a: { b: ['${text}'] },
  c: [
    '${text}',
    '${text}',
  ],
});`,
    );
  });
});

const sampleOf = (document: JsonObject): string => {
  const model = readModel(document);
  const [first] = model.operations;
  if (!first) throw new Error('there is no operation');
  return samplesOf(first, shapeReader(model.document), 'client.thing.getThing')
    .map((sample) => sample.code)
    .join('\n');
};

const sending = (schema: JsonObject, schemas: JsonObject = {}): JsonObject =>
  documentWith(
    {
      '/thing': {
        post: operation({ requestBody: { content: { 'application/json': { schema } } } }),
      },
    },
    schemas,
  );

const bodyOf = (schema: JsonObject, schemas?: JsonObject): string => {
  const [, body] = /body: (.*) \}\);$/.exec(sampleOf(sending(schema, schemas))) ?? [];
  return body ?? '';
};

describe('a sample', () => {
  it('has what is required, and of what requires nothing the first field', () => {
    const properties = { a: { type: 'string' }, b: { type: 'integer' } };
    const object: JsonObject = { type: 'object', properties };
    expect(bodyOf({ ...object, required: ['b'] })).toBe('{ b: 1 }');
    expect(bodyOf(object)).toBe("{ a: 'text' }");
    expect(bodyOf({ type: 'object', properties: { a: { type: 'string', readOnly: true } } })).toBe(
      '{}',
    );
  });

  it.each<[JsonObject, string]>([
    [{ type: 'integer', minimum: 10 }, '10'],
    [{ type: 'integer', minimum: 0, exclusiveMinimum: true }, '1'],
    [{ type: 'number', maximum: 0.5 }, '0.5'],
    [{ type: 'boolean' }, 'true'],
    [{ enum: [null, 'b'] }, "'b'"],
    [{ type: 'string', format: 'date' }, "'2026-07-01'"],
    [{ type: 'string', maxLength: 2 }, "'te'"],
    [{ type: 'string', minLength: 6 }, "'text00'"],
    [{ type: 'string', pattern: '^#[0-9a-f]{6}$' }, "'#00ff7f'"],
    [{ type: 'string', pattern: '(' }, "'text'"],
    [{ type: 'array', items: { type: 'string' } }, "['text']"],
    [{ type: 'object', additionalProperties: { type: 'integer' } }, '{ key: 1 }'],
    [{ oneOf: [{ type: 'string' }, { type: 'integer' }] }, "'text'"],
    [{}, '{}'],
  ])('gives %j the value %s', (schema, value) => expect(bodyOf(schema)).toBe(value));

  it('names ids as ids, and comes to an end where a type holds itself', () => {
    const Tree = {
      type: 'object',
      required: ['parentId', 'children'],
      properties: {
        parentId: { type: 'string' },
        children: { type: 'array', items: { $ref: '#/components/schemas/Tree' } },
      },
    };
    expect(bodyOf({ $ref: '#/components/schemas/Tree' }, { Tree })).toBe(
      "{ parentId: '123', children: [] }",
    );
  });

  it('takes apart what has `data`, and nothing else', () => {
    const Page = { type: 'object', properties: { data: { type: 'array', items: {} } } };
    const schema = { $ref: '#/components/schemas/Page' };
    const head = (document: JsonObject): string => sampleOf(document).split('await')[0] ?? '';
    expect(head(documentOf(answering(schema), { Page }))).toBe('const { data } = ');
    expect(head(documentOf(answering({ type: 'array', items: schema }), { Page }))).toBe(
      'const result = ',
    );
    expect(head(documentOf(operation()))).toBe('');
  });
});

describe('a page', () => {
  const pageOf = (document: JsonObject): string => {
    const vendor = vendorOf() as unknown as Vendor;
    const name = { product: 'tiny', version: '2030-01' };
    return pagesOfVersion(versionOf(vendor, name, readModel(document))).get('ThingApi.md') ?? '';
  };

  it('lets no text of a document become markup', () => {
    const evil = 'x | y [a](b) <img> `c` @all';
    const page = pageOf(
      documentOf(
        answering(
          { type: 'object', properties: { 'a|`b': { type: 'string', description: evil } } },
          {
            summary: evil,
            operationId: 'get`|x',
            parameters: [
              { in: 'query', name: 'q|`r', 'x-name': 'q', schema: {}, description: evil },
            ],
          },
        ),
      ),
    );
    expect(page).toContain('x \\| y \\[a\\](b) \\<img\\> `c` @&#8203;all');
    expect(page).not.toMatch(/(?<!\\)(?:<img|\[a\])|@all/);
    const columns = [...page.matchAll(/^\| .*/gm)].map(
      ([line]) => line.replace(/\\./g, '').split('|').length - 2,
    );
    expect(columns).toEqual([5, 5, 5]);
  });

  it('says that an operation is deprecated', () => {
    expect(pageOf(documentOf(operation({ deprecated: true })))).toContain('**Deprecated.**');
    expect(pageOf(documentOf(operation()))).not.toContain('eprecated');
  });
});

describe('the pages of a project', () => {
  let root: string;
  beforeEach(() => {
    root = mkdtempSync(join(tmpdir(), 'reference-'));
    mkdirSync(join(root, 'specs/tiny/2030-01'), { recursive: true });
    const versions = { '2030-01': {} };
    const products = { tiny: productOfAcme(versions) };
    writeFileSync(join(root, 'specs/acme.yaml'), vendorText(vendorOf({ products })));
    writeFileSync(
      join(root, 'specs/tiny/2030-01/openapi.yaml'),
      JSON.stringify(documentOf(operation())),
    );
    const overlay = {
      overlay: '1.0.0',
      info: { title: 'x', version: '1' },
      actions: [{ target: '$.info', description: 'A title.', update: { title: 'T' } }],
    };
    writeFileSync(join(root, 'specs/tiny/2030-01/overlay.yaml'), JSON.stringify(overlay));
  });
  afterEach(() => rmSync(root, { recursive: true }));

  it('are written where they differ, and taken away where no version has them', () => {
    writeReference(root);
    const [page, stale] = ['ThingApi.md', 'GoneApi.md'].map((name) =>
      join(root, REFERENCE, 'tiny/2030-01', name),
    ) as [string, string];
    const [text, time] = [readFileSync(page, 'utf8'), statSync(page).mtimeMs];
    writeFileSync(stale, 'of an earlier document');
    writeReference(root);
    expect(existsSync(stale)).toBe(false);
    expect(statSync(page).mtimeMs).toBe(time);
    writeFileSync(page, 'edited by hand');
    writeReference(root);
    expect(readFileSync(page, 'utf8')).toBe(text);
  });
});
