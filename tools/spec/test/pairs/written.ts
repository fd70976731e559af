import type { JsonObject } from '../../document.ts';
import {
  answer,
  bodyOf,
  documentOf,
  getting,
  inPath,
  jsonOf,
  listOf,
  operation,
  posting,
  query,
  response,
  responsesOf,
  same,
  taking,
  text,
} from './build.ts';
import type { Pair } from './pairs.ts';

const asking = (changes: JsonObject): JsonObject => getting(taking(query('a', changes)));
const at = (path: string, ...parameters: JsonObject[]): JsonObject =>
  documentOf({ [path]: { get: operation('GetThing', taking(...parameters)) } });
/** Like `getting`, with more components. */
const sharing = (changes: JsonObject, components: JsonObject): JsonObject =>
  documentOf({ '/things': { post: operation('CreateThing', changes) } }, {}, { components });
/** Two paths that begin with this version. */
const versioned = (version: string): JsonObject =>
  documentOf({
    [`/${version}/things`]: { get: operation('GetThings', answer(listOf(text))) },
    [`/${version}/things/{thing-id}`]: { get: operation('GetThing', taking(inPath('thing-id'))) },
  });

export const written: readonly Pair[] = [
  same(
    'every path has another dated version',
    versioned('2026-01'),
    versioned('2026-07'),
    'the package has the version in its own name',
    { family: 'F02' },
  ),
  same(
    'a path parameter is spelled otherwise',
    at('/things/{account-id}', inPath('account-id')),
    at('/things/{accountId}', inPath('accountId')),
    'both are `accountId` in TypeScript, and on the wire there is no name',
    { family: 'F16', where: 'request' },
  ),
  same(
    'an operationId is spelled otherwise',
    documentOf({ '/things': { get: operation('GetThings') } }),
    documentOf({ '/things': { get: operation('getThings') } }),
    'both are `getThings` in TypeScript',
    { family: 'F05' },
  ),
  same(
    'parameters of a path are those of its operations',
    documentOf({ '/things/{id}': { get: operation('GetThing', taking(inPath('id'))) } }),
    documentOf({ '/things/{id}': { ...taking(inPath('id')), get: operation('GetThing') } }),
    'a path may say for all its operations what they take',
    { where: 'request' },
  ),
  same('`required: false` of a parameter', asking({}), asking({ required: false }), 'the default', {
    where: 'request',
  }),
  same(
    '`required: false` of a body',
    posting({ requestBody: { content: jsonOf(text) } }),
    posting(bodyOf(text, { required: false })),
    'the default',
    { where: 'request' },
  ),
  same('`deprecated: false`', getting({}), getting({ deprecated: false }), 'the default'),
  same(
    'style and explode of a query parameter as they are by default',
    asking({ schema: listOf(text) }),
    asking({ schema: listOf(text), style: 'form', explode: true }),
    'the defaults',
    { family: 'F31', where: 'request' },
  ),
  same(
    'style and explode of a path parameter as they are by default',
    at('/things/{id}', inPath('id')),
    at('/things/{id}', { ...inPath('id'), style: 'simple', explode: false }),
    'the defaults',
    { family: 'F31', where: 'request' },
  ),
  same(
    'security of all operations is said by the only one',
    getting({}),
    getting({ security: [{ oauth: ['Thing_Read'] }] }),
    'the same rights',
    { family: 'F10' },
  ),
  same(
    'a parameter is a component',
    sharing(taking(query('a')), {}),
    sharing(taking({ $ref: '#/components/parameters/A' }), { parameters: { A: query('a') } }),
    'components of parameters have no name in TypeScript',
    { where: 'request' },
  ),
  same(
    'a body is a component',
    sharing(bodyOf(text), {}),
    sharing(
      { requestBody: { $ref: '#/components/requestBodies/B' } },
      { requestBodies: { B: bodyOf(text).requestBody ?? null } },
    ),
    'components of bodies have no name in TypeScript',
    { where: 'request' },
  ),
  same(
    'an answer is a component',
    sharing(responsesOf({ 200: response(text) }), {}),
    sharing(responsesOf({ 200: { $ref: '#/components/responses/R' } }), {
      responses: { R: response(text) },
    }),
    'components of answers have no name in TypeScript',
    { where: 'response' },
  ),
  same(
    'a parameter that nobody takes comes',
    sharing({}, {}),
    sharing({}, { parameters: { A: query('a') } }),
    'no operation has it',
  ),
];
