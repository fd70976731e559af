import type { Json, JsonObject } from '../../document.ts';
import { isObject } from '../../document.ts';
import {
  answer,
  bodyOf,
  documentOf,
  enumOf,
  getting,
  inPath,
  integer,
  jsonOf,
  listOf,
  model,
  operation,
  posting,
  query,
  ref,
  response,
  responsesOf,
  same,
  taking,
  text,
} from './build.ts';
import type { Pair } from './pairs.ts';

/** With the keys of every object the other way round. */
const reversed = (node: Json): Json => {
  if (Array.isArray(node)) return node.map(reversed);
  if (!isObject(node)) return node;
  return Object.fromEntries(
    Object.entries(node)
      .map(([key, value]): [string, Json] => [key, reversed(value)])
      .reverse(),
  );
};

const Thing = model({ a: text, b: listOf(integer), c: enumOf('x', 'y') }, 'a', 'b');
const full: JsonObject = documentOf(
  {
    '/2026-01/things': {
      get: operation('GetThings', {
        ...taking(query('q'), query('r')),
        ...answer(listOf(ref('Thing'))),
      }),
      post: operation('CreateThing', {
        ...bodyOf(ref('Thing')),
        ...responsesOf({ 201: response(ref('Thing')), 400: response() }),
      }),
    },
    '/2026-01/things/{thing-id}': {
      get: operation('GetThing', { ...taking(inPath('thing-id')), ...answer(ref('Thing')) }),
    },
  },
  { Thing },
);
const withThings = (changes: JsonObject): JsonObject =>
  documentOf({ '/things': { get: operation('GetThings') } }, {}, changes);
const asking = (changes: JsonObject): JsonObject => getting(taking(query('a', changes)));
const things = { get: operation('GetThings') };
const others = { get: operation('GetOthers'), post: operation('CreateOther') };

const order: readonly Pair[] = [
  same('the same document', full, full, 'there is no difference'),
  same('keys stand the other way round', full, reversed(full) as JsonObject, 'order of keys'),
  same(
    'parameters stand the other way round',
    getting(taking(query('a'), query('b', { schema: integer }))),
    getting(taking(query('b', { schema: integer }), query('a'))),
    'parameters are one object',
    { family: 'F33', where: 'request' },
  ),
  same(
    'paths stand the other way round',
    documentOf({ '/a': things, '/b': others }),
    documentOf({ '/b': others, '/a': things }),
    'order of paths',
  ),
  same(
    'tags after the first stand the other way round',
    getting({ tags: ['Thing', 'A', 'B'] }),
    getting({ tags: ['Thing', 'B', 'A'] }),
    'only the first one names something',
    { family: 'F06' },
  ),
  same(
    'a second tag comes',
    getting({ tags: ['Thing'] }),
    getting({ tags: ['Thing', 'A'] }),
    'only the first one names something',
    { family: 'F06' },
  ),
  same(
    'media types stand the other way round',
    posting({ requestBody: { content: { ...jsonOf(text), 'text/csv': { schema: text } } } }),
    posting({ requestBody: { content: { 'text/csv': { schema: text }, ...jsonOf(text) } } }),
    'JSON is taken wherever it stands',
    { family: 'F12', where: 'request' },
  ),
];

const words: readonly Pair[] = [
  same(
    'an operation has another summary',
    getting({ summary: 'A' }),
    getting({ summary: 'B' }),
    'words',
  ),
  same('a parameter is described', asking({}), asking({ description: 'Words.' }), 'words', {
    where: 'request',
  }),
  same('a parameter has an example', asking({}), asking({ example: 'x' }), 'words', {
    where: 'request',
  }),
  same(
    'an answer is described otherwise, with an example',
    getting(answer(text)),
    getting(
      responsesOf({
        200: {
          description: 'Other words.',
          content: { 'application/json': { schema: text, examples: { one: { value: 'x' } } } },
        },
      }),
    ),
    'words',
  ),
  same(
    'documentation elsewhere',
    getting({}),
    {
      ...getting({ externalDocs: { url: 'https://example.com' } }),
      externalDocs: { url: 'https://example.com' },
    },
    'words',
  ),
  same(
    'the version of the document rises',
    withThings({ info: { title: 'Things', version: '1' } }),
    withThings({ info: { title: 'Things', version: '2' } }),
    'bookkeeping',
    { family: 'F09' },
  ),
  same(
    'the document is titled and described otherwise',
    withThings({ info: { title: 'Things', version: '1' } }),
    withThings({ info: { title: 'All things', version: '1', description: 'Words.' } }),
    'words',
  ),
  same(
    'a server is described',
    withThings({ servers: [{ url: 'https://api.example.com' }] }),
    withThings({ servers: [{ url: 'https://api.example.com', description: 'Words.' }] }),
    'words',
    { family: 'F30' },
  ),
];

const extensions: readonly Pair[] = [
  same('an extension of the document', full, { ...full, 'x-a': { b: 1 } }, 'not for us'),
  same('an extension of an operation', getting({}), getting({ 'x-a': 1 }), 'not for us'),
  same('an extension of a parameter', asking({}), asking({ 'x-a': 1 }), 'not for us', {
    where: 'request',
  }),
  same(
    'a day on which a deprecated operation ends',
    getting({ deprecated: true }),
    getting({ deprecated: true, 'x-sunset': '2027-01-01' }),
    'an extension: not for us',
    { family: 'F01' },
  ),
  same(
    'an operation gets stable',
    getting({ 'x-stability-level': 'beta' }),
    getting({ 'x-stability-level': 'stable' }),
    'an extension: not for us',
    { family: 'F01' },
  ),
];

export const nothingInOperations: readonly Pair[] = [...order, ...words, ...extensions];
