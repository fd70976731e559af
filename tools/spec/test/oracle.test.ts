import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { SpecError } from '../errors.ts';
import { type Break, breaksBetween } from '../oracle/oracle.ts';
import { ROOT } from '../registry.ts';

const folder = mkdtempSync(join(tmpdir(), 'oracle-test-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** A tiny API: one group with one method. */
interface Code {
  readonly models?: string;
  /** Members of the parameters; none means `NoParams`. */
  readonly params?: string;
  readonly result?: string;
  readonly group?: string;
  readonly method?: string;
}

const operations = ({ models = '', params, result = 'undefined', method = 'send' }: Code) => `
import type { NoParams, Operation } from '@criteo-sdk/core';
import type { ${[...models.matchAll(/^export \w+ (\w+)/gm)].map(([, name]) => name)} } from '../models.js';
${params === undefined ? '' : `/** Parameters. */\nexport interface SendParams { ${params} }`}
export const ${method}: Operation<${params === undefined ? 'NoParams' : 'SendParams'}, ${result}> = {
  id: '${method}', method: 'POST', path: '/offers', body: true,
};`;

const apis = ({ method = 'send' }: Code) => `
import { Api, type Bound, type Transport } from '@criteo-sdk/core';
import * as offer from '../operations/offer.js';
export interface OfferApi { readonly ${method}: Bound<typeof offer.${method}>; }
export class OfferApi extends Api {
  constructor(transport: Transport) { super(transport, [offer.${method}]); }
}`;

const index = ({ group = 'offer' }: Code) => `
import type { OfferApi } from './apis/offer.js';
export * from './apis/offer.js';
export * from './operations/offer.js';
export type * from './models.js';
export interface Groups { readonly ${group}: OfferApi; }`;

const write = (name: string, code: Code): string => {
  const files = {
    'apis/offer.ts': apis(code),
    'index.ts': index(code),
    'models.ts': `export {};\n${code.models ?? ''}`,
    'operations/offer.ts': operations(code),
  };
  for (const [file, text] of Object.entries(files)) {
    mkdirSync(dirname(join(folder, name, file)), { recursive: true });
    writeFileSync(join(folder, name, file), text);
  }
  return join(folder, name);
};

/** `Offer.a` has the one type and then the other; the models beside it stay, or change with it. */
type Change = (
  before: string,
  after: string,
  models?: string,
  modelsAfter?: string,
) => [Code, Code];

const change =
  (use: Code): Change =>
  (before, after, models = '', modelsAfter = models) => [
    { ...use, models: `export interface Offer { a: ${before} }\n${models}` },
    { ...use, models: `export interface Offer { a: ${after} }\n${modelsAfter}` },
  ];
const sent = change({ params: 'readonly body: Offer' });
const received = change({ result: 'Offer' });
const bothWays = change({ params: 'readonly body: Offer', result: 'Offer' });
const unreached = change({});
const params = (before: string, after: string): [Code, Code] => [
  { params: before },
  { params: after },
];
const result = (before: string, after: string): [Code, Code] => [
  { result: before },
  { result: after },
];

const PARAMS = 'parameters offer.send, type SendParams';
const SENT = 'parameters offer.send, type Offer, type SendParams';
const RECEIVED = 'result offer.send, type Offer';

const A = 'export interface A { x?: string }';
const AB = `${A}\nexport interface B { y?: string }`;
const alike = (keys: string) => `export interface A { x?: 1 }\nexport interface B { ${keys} }`;
const alias = (keys: string) => `export interface A2 { ${keys} }\nexport type A = A2;`;
const tree = (keys: string) =>
  `export interface Tree { ${keys} trees?: Tree[]; map?: { [key: string]: Tree } }`;

/** What has to be found stands last, as `kind at` in the order of the alphabet; without it, nothing. */
const CHANGES: readonly (readonly [name: string, old: Code, now: Code, found?: string])[] = [
  ['a group that is gone', {}, { group: 'bid' }, 'group offer, method offer.send'],
  ['a method that is gone', {}, { method: 'sent' }, 'method offer.send, name send'],
  ['a name that is gone', ...received('A', '{ x?: string }', A, ''), 'name A'],
  [
    'a type that has another name',
    ...received('A', 'B', A, AB.replace(A, '')),
    `key A.x, name A, ${RECEIVED}`,
  ],
  ['a model with a new name and an alias', ...received('A', 'A2', A, alias('x?: string'))],
  ['that, and a lost key', ...received('A', 'A2', A, alias('')), 'key A.x'],
  ['null in an alias, sent', ...sent('A2', 'A2', alias('x: 1'), alias('x: 1 | null'))],
  [
    'null in an alias, received',
    ...received('A2', 'A2', alias('x: 1'), alias('x: 1 | null')),
    'result offer.send, type A, type A2, type Offer',
  ],

  ['a parameter that is required no more', ...params('a: string', 'a?: string')],
  ['a parameter that becomes required', ...params('a?: string', 'a: string'), PARAMS],
  ['a parameter more', ...params('a?: string', 'a?: string; b?: string')],
  ['a parameter less', ...params('a?: string; b?: string', 'a?: string'), 'key SendParams.b'],
  ['a first parameter', {}, { params: 'a?: string' }],
  ['a first parameter that is required', {}, { params: 'a: string' }, 'parameters offer.send'],
  ['no parameters', { params: 'a?: 1' }, {}, 'name SendParams, parameters offer.send'],

  ['another type, sent', ...sent('number', 'string'), SENT],
  ['another type, received', ...received('number', 'string'), RECEIVED],
  ['a type more, sent', ...sent('string', 'string | number')],
  ['a type more, received', ...received('string', 'string | number'), RECEIVED],
  ['a type less, sent', ...sent('string | number', 'string'), SENT],
  ['a type less, received', ...received('string | number', 'string'), 'member Offer.a'],
  ['null, sent', ...sent('string', 'string | null')],
  ['null, received', ...received('string', 'string | null'), RECEIVED],
  ['no null, sent', ...sent('string | null', 'string'), SENT],
  ['no null, received', ...received('string | null', 'string')],
  ['null, both ways', ...bothWays('string', 'string | null'), RECEIVED],
  ['no null, both ways', ...bothWays('string | null', 'string'), SENT],
  ['null, where no operation leads', ...unreached('string', 'string | null'), 'type Offer'],
  ['no null, where no operation leads', ...unreached('string | null', 'string')],
  ['unknown, sent', ...sent("'x' | { y?: string }", 'unknown')],
  ['unknown, received', ...received('{ y?: string }', 'unknown'), RECEIVED],
  ['no longer unknown, sent', ...sent('unknown', 'string'), SENT],
  ['no longer unknown, received', ...received('unknown', 'string')],
  ['sometimes no body', ...result('string', 'string | undefined'), 'result offer.send'],
  ['always a body', ...result('string | undefined', 'string')],
  ['an array that may be written to, sent', ...sent('readonly 1[]', '1[]'), SENT],
  ['an array that is only read, sent', ...sent('1[]', 'readonly 1[]')],

  ['a key more, received', ...received('{ x?: 1 }', '{ x?: 1; y: 1 }')],
  ['an optional key more, sent', ...sent('{ x?: 1 }', '{ x?: 1; y?: 1 }')],
  ['a required key more, sent', ...sent('{ x?: 1 }', '{ x?: 1; y: 1 }'), SENT],
  ['a lost key, sent', ...sent('{ x?: 1; y?: 1 }', '{ x?: 1 }'), 'key Offer.a.y'],
  ['a lost key, received', ...received("{ x?: 1; 'y-z'?: 1 }", '{ x?: 1 }'), 'key Offer.a.y-z'],
  ['a lost key, deep', ...received('{ x: { y?: 1 }[] }[]', '{ x: {}[] }[]'), 'key Offer.a[].x[].y'],
  ['a lost key, constant', ...sent('readonly { x?: 1 }[]', 'readonly {}[]'), 'key Offer.a[].x'],
  ['a lost key of a result', ...result('{ x?: 1; y: 1 }', '{ y: 1 }'), 'key offer.send.x'],
  ['keys that become a map', ...sent('{ x?: 1 }', '{ [key: string]: 1 }'), 'key Offer.a.x'],
  ['that, of a model', ...sent('A', '{ [key: string]: unknown }', A), 'key A.x'],
  ['a map that becomes keys', ...received('{ [key: string]: 1 }', '{ x: 1 }'), 'key Offer.a.[key]'],
  [
    'a lost key in a map',
    ...received('{ [key: string]: { x?: 1; y?: 1 } }', '{ [key: string]: { y?: 1 } }'),
    'key Offer.a.[key].x',
  ],
  ['unnamed keys', ...sent('{ x?: 1 }', '{ x?: 1; [key: string]: unknown }')],
  [
    'no unnamed keys',
    ...sent('{ x?: 1; [key: string]: unknown }', '{ x?: 1 }'),
    'key Offer.a.[key]',
  ],
  ['an intersection in one', ...received('A & { y?: 1 }', '{ x?: string; y?: 1 }', A)],
  ['a lost key in it', ...received('A & { y?: 1; z?: 1 }', 'A & { y?: 1 }', A), 'key Offer.a.z'],
  ['a recursive model', ...bothWays('Tree', 'Tree', tree('x?: 1;'), tree('x?: 1; y?: 1;'))],
  ['a lost key in it', ...received('Tree', 'Tree', tree('x?: 1;'), tree('')), 'key Tree.x'],

  ['a literal more, open', ...received("'x' | (string & {})", "'x' | 'y' | (string & {})")],
  ['a literal more, closed', ...sent("'x'", "'x' | 'y'")],
  [
    'a lost literal, received',
    ...received("'x' | 'y' | (string & {})", "'x' | (string & {})"),
    'member Offer.a',
  ],
  [
    'a lost literal, open and sent',
    ...sent("'x' | 'y' | (string & {})", "'x' | (string & {})"),
    'member Offer.a',
  ],
  ['a lost literal, sent', ...sent("('x' | 'y')[]", "'x'[]"), `member Offer.a[], ${SENT}`],
  ['a lost number', ...received('-1 | (number & {})', '1 | (number & {})'), 'member Offer.a'],
  ['any string, sent', ...sent("'x' | 'y' | null", 'string | null')],
  ['any number, sent', ...sent('1 | -2', 'number')],
  ['any string, received', ...received("'x' | (string & {}) | null", 'string'), 'member Offer.a'],
  ['no longer any string, sent', ...sent('string', "'x'"), SENT],
  ['no longer any string, received', ...received('string', "'x'"), 'member Offer.a'],
  ['an open enum instead of any string', ...received('string', "'x' | (string & {})")],
  ['only true', ...received('boolean', 'true'), 'member Offer.a'],
  ['not only true', ...received('true', 'boolean'), RECEIVED],
  ['true or false', ...received('true | false', 'boolean')],

  ['a union in another order', ...received('A | B | null', 'null | B | A', AB)],
  ['one without names', ...received('{ x?: 1; y?: 1 } | { z: 1 }', '{ z: 1 } | { y?: 1; x?: 1 }')],
  ['a model more, sent', ...sent('A', 'A | { z: 1 }', A)],
  ['a model more, received', ...received('A', 'A | { x: 1 }', A), RECEIVED],
  ['a model less, received', ...received('A | B', 'A', AB), 'member Offer.a'],
  ['models alike', ...received('A | B', 'B | A', alike('x?: 1'), alike('x?: 1; y?: 1'))],
  [
    'a lost key of one of them',
    ...received('A | B', 'B | A', alike('x?: 1; y?: 1'), alike('x?: 1')),
    'key B.y',
  ],
  ['a model beside one without a name', ...received('{ y?: 1 } | A', '{ y?: 1 } | A', A)],
  ['keys that are spread, sent', ...sent('{ x?: 1; y?: 1 }', '{ x?: 1 } | { y?: 1 }')],
];

const REAL = ['marketing/src/v1', 'marketingsolutions/src/2020-10', 'retailmedia/src/2022-10'].map(
  (name) => join(ROOT, 'packages', name, 'generated'),
);

/** Faults for `models.ts` of the last real version, and what they break. */
const FAULTS = [
  ['  includeChildren?: boolean;', '', 'key ExternalLineItemPageCategory202110.includeChildren'],
  [
    "'negativeBroad' | 'negativeExact'",
    "'negativeBroad'",
    'member ExternalKeywordTarget202110.keywords.[key]',
  ],
  [
    'md5Checksum: string',
    'md5Checksum: string | null',
    'result catalog.createCatalog, result catalog.getCatalogStatus, type ExternalCatalogStatus, type JsonApiBodyWithIdOfInt64AndCatalogStatusAndCatalogStatus, type JsonApiSingleResponseOfCatalogStatus',
  ],
] as const;

const plant = (name: string, text: string, instead: string): string => {
  const copy = join(folder, name);
  cpSync(REAL.at(-1) ?? '', copy, { recursive: true });
  const models = readFileSync(join(copy, 'models.ts'), 'utf8');
  expect(models).toContain(text);
  writeFileSync(join(copy, 'models.ts'), models.replace(text, instead));
  return copy;
};

describe('between two folders of generated code', () => {
  let breaks: ReadonlyMap<string, readonly Break[]> = new Map();
  const found = (name: string): string | undefined =>
    breaks
      .get(name)
      ?.map(({ kind, at }) => `${kind} ${at}`)
      .sort()
      .join(', ');

  // One run of the compiler for all.
  beforeAll(async () => {
    breaks = await breaksBetween([
      ...CHANGES.map(([, old, now], i) => {
        return { name: `${i}`, old: write(`${i}-old`, old), new: write(`${i}-new`, now) };
      }),
      ...REAL.map((path) => ({ name: path, old: path, new: path })),
      ...FAULTS.map(([text, instead], i) => {
        return { name: text, old: REAL.at(-1) ?? '', new: plant(`fault-${i}`, text, instead) };
      }),
    ]);
  }, 60_000);

  it.each(CHANGES.map(([name, , , expected = ''], i) => [name, `${i}`, expected] as const))(
    '%s',
    (_, id, expected) => {
      expect(found(id)).toBe(expected);
    },
  );

  it.each(REAL)('nothing, where both are %s', (path) => {
    expect(breaks.get(path)).toEqual([]);
  });

  it.each(FAULTS)('a fault planted in a real version: %s', (text, _, expected) => {
    expect(found(text)).toBe(expected);
  });

  it('says in the words of the compiler what is refused', () => {
    expect(breaks.get(FAULTS[2][0])?.map(({ message }) => message)).toContain(
      "TS2322: Type 'New.ExternalCatalogStatus' is not assignable to type 'Old.ExternalCatalogStatus'. Types of property 'md5Checksum' are incompatible. Type 'string | null' is not assignable to type 'string'. Type 'null' is not assignable to type 'string'.",
    );
  });

  it('says what is gone', () => {
    expect(breaks.get(FAULTS[1][0])?.map(({ message }) => message)).toEqual([
      '"negativeExact" is gone.',
    ]);
  });
});

describe('a named error tells', () => {
  const between = (now: string) =>
    breaksBetween([{ name: 'x', old: write('good', { params: 'a?: 1' }), new: now }]);

  it.each([
    [
      'of code that does not compile',
      write('bad', { models: 'export type A = Missing;' }),
      /0\/new\/models.ts.*'Missing'/,
    ],
    [
      'of code that cannot be read',
      write('unreadable', { models: 'export type' }),
      /unreadable\/models.ts: /,
    ],
    ['of a folder that does not exist', join(folder, 'none'), /new\/index/],
  ])('%s', async (_, now, message) => {
    const failure = await between(now).catch((error: unknown) => error);
    expect(failure).toBeInstanceOf(SpecError);
    expect(failure).toHaveProperty('message', expect.stringMatching(message));
  });

  it('nothing of no folders', async () => {
    expect(await breaksBetween([])).toEqual(new Map());
  });
});
