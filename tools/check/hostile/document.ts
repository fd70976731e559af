import assert from 'node:assert/strict';
import type { Json, JsonObject } from '../../spec/document.ts';
import { comment } from '../../spec/generate/sinks.ts';
import { camelCase } from '../../spec/model.ts';
import { FACTS } from '../../spec/test/tiny.ts';

/*
 * Every position in a document at which text can stand, a document that has all of them, and the
 * texts that are tried there.
 */

/** A text for each position. */
export type Texts = Readonly<Record<string, Json>>;

interface Position {
  /** A text that is in order here. */
  readonly plain: string;
  /** What is found in generated files if the text is taken; without it, it is never printed. */
  readonly traces?: (text: string, all: Texts) => string[];
  /** Is the text a key, or a part of a longer text? Then it cannot be anything but a text. */
  readonly isPart?: true;
}

// A trace is `kind:text`.
const values = (text: string): string[] => [`value:${text}`];
const types = (text: string): string[] => [`type:${text}`];
const keys = (text: string): string[] => [`key:${text}`];
const names = (text: string): string[] => [`name:${text}`];
/** Lines of a comment, as the sink writes them; Java has no half characters. */
const docs = (text: string): string[] =>
  docLines(comment([text]).trim().slice(3, -2)).map(
    (line) => `doc:${line.replace(/\p{Surrogate}/gu, '?')}`,
  );
export const docLines = (inner: string): string[] =>
  inner
    .split('\n')
    .map((line, index) => (index === 0 ? line : line.replace(/^\s*\* ?/, '')).trim())
    .filter((line) => line !== '');
const capital = (text: string): string => text.slice(0, 1).toUpperCase() + text.slice(1);
const refused = (): string[] => ['nothing'];
const never = (plain = 'Plain'): Position => ({ plain });

const pathOf = (all: Texts): string[] =>
  values(
    `/alpha${all.path}/{${camelCase(String(all['path parameter name']))}}/{${all['path parameter x-name']}}`,
  );
const operationLine = (all: Texts): string[] =>
  docs(
    `\`GET ${FACTS.baseUrl}/alpha${all.path}/{${all['path parameter name']}}/{plainSecond}\` (${all.operationId})`,
  );
// In JavaScript's order of keys, which is that of what was parsed.
const statusLine = (_: string, all: Texts): string[] => {
  const answers = {
    200: String(all['response description']),
    [`2${all['success status']}1`]: 'Made.',
    [`4${all['error status']}1`]: 'Bad.',
  };
  const told = Object.entries(answers).map(
    ([status, text]) => `${status} ${text.replace(/\.\s*$/, '')}`,
  );
  return docs(`Declared statuses: ${told.join(', ')}.`);
};
const formatLine = (all: Texts): string[] =>
  docs(`Format: ${all['schema format']}. Limits: pattern \`${all['schema pattern']}\`.`);
const defaultObject = (all: Texts): string[] =>
  docs(
    `@default ${JSON.stringify({ [String(all['default object: key'])]: all['default object: value'] })}`,
  );

export const POSITIONS: Readonly<Record<string, Position>> = {
  // Of the document.
  'openapi version': { ...never('3'), isPart: true },
  'info title': never(),
  'info description': never(),
  'info version': never(),
  'info contact': never(),
  'document tag': never(),
  'document tag description': never(),
  'server url': never('https://plain.example'),
  'server description': never(),
  'server variable': { ...never(), isPart: true },
  'server variable default': never(),
  'security scheme name': { ...never(), isPart: true },
  'security scheme description': never(),
  'token url': never(),
  'scope description': never(),
  'unknown key of the document': { ...never(), isPart: true },
  'unknown value of the document': never(),
  'parameter component name': { ...never(), isPart: true },
  'response component name': { ...never(), isPart: true },
  'unreached schema name': { ...never('PlainUnreached'), isPart: true },
  'unreached schema description': never(),
  'unreached property': { ...never(), isPart: true },
  // Of an operation.
  path: {
    plain: '-plain',
    traces: (_, all) => [...pathOf(all), ...operationLine(all)],
    isPart: true,
  },
  'path item key': { plain: 'get', traces: refused, isPart: true },
  operationId: { plain: 'PlainId', traces: (_, all) => operationLine(all), isPart: true },
  'x-name': {
    plain: 'plainName',
    traces: (text) => [
      ...names(text),
      ...values(text),
      ...keys(text),
      ...names(`${capital(text)}Params`),
    ],
  },
  'x-group': {
    plain: 'plainGroup',
    traces: (text) => [...names(text), ...keys(text), ...names(`${capital(text)}Api`)],
  },
  summary: { plain: 'Plain summary.', traces: docs },
  description: { plain: 'Plain description.', traces: docs },
  'tag of an operation': never(),
  'deprecated, as a text': never(),
  'external docs': never(),
  'server url of an operation': never('https://plain.example'),
  scope: {
    plain: 'PlainScope',
    traces: (text) => [...values(text), ...docs(`Needs ${text}.`)],
  },
  // The default is not written.
  'x-rate-class': {
    plain: 'reporting',
    traces: (text) => (text === 'default' ? [] : values(text)),
  },
  'x-timeout-ms, as a text': never(),
  'x-safe-to-retry, as a text': { plain: 'true', traces: refused },
  'x-response-kind': { plain: 'text', traces: refused },
  'callback name': { ...never(), isPart: true },
  'callback url': { ...never(), isPart: true },
  'unknown key of an operation': { ...never(), isPart: true },
  'unknown value of an operation': never(),
  // Of parameters.
  'path parameter name': {
    plain: 'plainFirst',
    traces: (text, all) => [...pathOf(all), ...operationLine(all), ...keys(camelCase(text))],
    isPart: true,
  },
  'path parameter x-name': {
    plain: 'plainSecondX',
    traces: (text, all) => [...pathOf(all), ...keys(text)],
  },
  'parameter name': {
    plain: 'plainQuery',
    traces: (text) => [...values(text), ...keys(camelCase(text))],
  },
  'parameter x-name': { plain: 'plainRenamed', traces: (text) => [...values(text), ...keys(text)] },
  'parameter description': { plain: 'Plain parameter.', traces: docs },
  'parameter in': { plain: 'query', traces: refused },
  'parameter style': { plain: 'pipeDelimited', traces: refused },
  'parameter explode, as a text': never(),
  'parameter enum': { plain: 'plainOne', traces: types },
  'parameter default': {
    plain: 'plainOne',
    traces: (text) => docs(`@default ${JSON.stringify(text)}`),
  },
  'parameter example': never(),
  'parameter examples: key': { ...never(), isPart: true },
  'unknown key of a parameter': { ...never(), isPart: true },
  'default object: key': {
    plain: 'plainKey',
    traces: (_, all) => defaultObject(all),
    isPart: true,
  },
  'default object: value': { plain: 'plainValue', traces: (_, all) => defaultObject(all) },
  'default list': {
    plain: 'plainItem',
    traces: (text) => docs(`@default ${JSON.stringify([text])}`),
  },
  'minimum, as a text': never('1'),
  // Of bodies.
  'body description': { plain: 'Plain body.', traces: docs },
  'body media type': { plain: 'application/json', traces: refused, isPart: true },
  'body media type beside JSON': { ...never('text/plain'), isPart: true },
  'body example': never(),
  'form description': never(),
  'form field': {
    plain: 'plainField',
    traces: (text) => [...values(text), ...keys(camelCase(text))],
    isPart: true,
  },
  'form field description': { plain: 'Plain field.', traces: docs },
  'form field default': {
    plain: 'plainDefault',
    traces: (text) => [...values(text), ...docs(`@default ${JSON.stringify(text)}`)],
  },
  'multipart field': {
    plain: 'plainPart',
    traces: (text) => [...values(text), ...keys(camelCase(text))],
    isPart: true,
  },
  'multipart field description': { plain: 'Plain part.', traces: docs },
  'multipart field default': { plain: 'plainPartDefault', traces: (text) => [...values(text)] },
  'multipart encoding': { ...never(), isPart: true },
  // Of answers.
  'success status': { plain: '00', traces: statusLine, isPart: true },
  'error status': { plain: '00', traces: statusLine, isPart: true },
  'response description': { plain: 'Plain answer.', traces: statusLine },
  'response header name': { ...never(), isPart: true },
  'response header description': never(),
  'link name': { ...never(), isPart: true },
  'media type beside JSON': { plain: 'text/x-plain', traces: values, isPart: true },
  'media type of a file': { plain: 'image/x-plain', traces: values, isPart: true },
  'media type of a text': { plain: 'text/x-plainer', traces: values, isPart: true },
  'response example': never(),
  'text beside a $ref': { plain: 'Plain text.', traces: docs },
  $ref: { plain: '#/components/schemas/PlainEntity', traces: refused },
  '$ref to a schema': { plain: 'PlainReadOnly', traces: refused, isPart: true },
  // Of schemas.
  'schema name': { plain: 'PlainModel', traces: names, isPart: true },
  'schema name beside an x-name': { ...never('PlainNamed'), isPart: true },
  'schema x-name': { plain: 'PlainRenamed', traces: names },
  'schema description': { plain: 'Plain schema.', traces: docs },
  'schema title': never(),
  'schema format': { plain: 'plain-format', traces: (_, all) => formatLine(all) },
  'schema pattern': { plain: 'plain-pattern', traces: (_, all) => formatLine(all) },
  'schema type': { plain: 'string', traces: refused },
  'schema example': never(),
  'schema xml name': never(),
  'schema external docs': never(),
  'nullable, as a text': never(),
  'readOnly, as a text': never(),
  'discriminator property': never(),
  'discriminator mapping: key': { ...never(), isPart: true },
  'discriminator mapping: value': never(),
  'required list': never(),
  'unknown key of a schema': { ...never(), isPart: true },
  'unknown value of a schema': never(),
  'property name': { plain: 'plainProperty', traces: keys, isPart: true },
  'property description': { plain: 'Plain property.', traces: docs },
  'property default': {
    plain: 'plainWord',
    traces: (text) => docs(`@default ${JSON.stringify(text)}`),
  },
  'read-only property name': { plain: 'plainReadOnly', traces: keys, isPart: true },
  'inline property name': { plain: 'plainInline', traces: keys, isPart: true },
  'inline property description': never(),
  'property name in allOf': { plain: 'plainAll', traces: keys, isPart: true },
  'property name in oneOf': { plain: 'plainEither', traces: keys, isPart: true },
  'items description': never(),
  'enum of a request': { plain: 'plainAsked', traces: types },
  'enum of an answer': { plain: 'plainAnswered', traces: types },
  'enum of both': { plain: 'plainBoth', traces: types },
  'enum of items': { plain: 'plainItems', traces: types },
  'property of an error': { plain: 'plainError', traces: keys, isPart: true },
  'property description of an error': { plain: 'Plain error.', traces: docs },
};

export const PLAIN: Texts = Object.fromEntries(
  Object.entries(POSITIONS).map(([name, { plain }]) => [name, plain]),
);

/** The document with these texts: `t` puts one where a value stands, `k` where a text has to. */
export const documentOf = (texts: Texts): JsonObject => {
  const t = (name: string): Json => {
    const text = texts[name];
    assert.ok(text !== undefined, `no position ${name}`);
    return text;
  };
  const k = (name: string): string => String(t(name));
  const string: JsonObject = { type: 'string' };
  const model = (name: string): JsonObject => ({ $ref: `#/components/schemas/${pointer(name)}` });
  const json = (schema: JsonObject): JsonObject => ({ 'application/json': { schema } });
  const operation = (group: string, name: string, more: JsonObject): JsonObject => ({
    operationId: name,
    'x-name': name,
    'x-group': group,
    'x-safe-to-retry': true,
    'x-rate-class': 'default',
    responses: { 204: { description: 'Nothing.' } },
    ...more,
  });
  const alpha = operation('', '', {
    operationId: k('operationId'),
    'x-name': t('x-name'),
    'x-group': t('x-group'),
    summary: t('summary'),
    description: t('description'),
    tags: [t('tag of an operation')],
    deprecated: t('deprecated, as a text'),
    externalDocs: { url: t('external docs') },
    servers: [{ url: t('server url of an operation') }],
    security: [{ [k('security scheme name')]: [t('scope')] }],
    'x-rate-class': t('x-rate-class'),
    'x-timeout-ms': t('x-timeout-ms, as a text'),
    callbacks: { [k('callback name')]: { [k('callback url')]: { post: {} } } },
    [`x-${k('unknown key of an operation')}-key`]: t('unknown value of an operation'),
    parameters: [
      { name: k('path parameter name'), in: 'path', required: true, schema: string },
      {
        name: 'plainSecond',
        'x-name': t('path parameter x-name'),
        in: 'path',
        required: true,
        schema: string,
      },
      {
        name: t('parameter name'),
        in: 'query',
        description: t('parameter description'),
        example: t('parameter example'),
        examples: { [k('parameter examples: key')]: { value: 1 } },
        [`x-${k('unknown key of a parameter')}-key`]: 1,
        schema: { type: 'string', enum: [t('parameter enum')], default: t('parameter default') },
      },
      { name: 'plainWire', 'x-name': t('parameter x-name'), in: t('parameter in'), schema: string },
      {
        name: 'plainObject',
        in: 'query',
        schema: {
          type: 'object',
          default: { [k('default object: key')]: t('default object: value') },
        },
      },
      {
        name: 'plainList',
        in: 'query',
        style: t('parameter style'),
        explode: false,
        schema: { type: 'array', items: string, default: [t('default list')] },
      },
      {
        name: 'plainExploded',
        in: 'query',
        explode: t('parameter explode, as a text'),
        schema: string,
      },
      {
        name: 'plainMinimum',
        in: 'query',
        schema: { type: 'integer', minimum: t('minimum, as a text') },
      },
      { $ref: `#/components/parameters/${pointer(k('parameter component name'))}` },
    ],
  });
  const answers: JsonObject = {
    200: {
      description: t('response description'),
      headers: {
        [k('response header name')]: {
          description: t('response header description'),
          schema: string,
        },
      },
      links: { [k('link name')]: { operationId: 'x' } },
      content: {
        'application/json': { schema: model(k('schema name')), example: t('response example') },
        [k('media type beside JSON')]: { schema: string },
      },
    },
    [`2${k('success status')}1`]: {
      $ref: `#/components/responses/${pointer(k('response component name'))}`,
    },
    [`4${k('error status')}1`]: { description: 'Bad.', content: json(model('PlainError')) },
  };
  const form = (type: string, schema: JsonObject, more: JsonObject = {}): JsonObject => ({
    description: t('form description'),
    content: { [type]: { schema: { type: 'object', ...schema }, ...more } },
  });
  return {
    openapi: `3.0.${k('openapi version')}`,
    info: {
      title: t('info title'),
      description: t('info description'),
      version: t('info version'),
      contact: { name: t('info contact') },
    },
    tags: [{ name: t('document tag'), description: t('document tag description') }],
    servers: [
      {
        url: t('server url'),
        description: t('server description'),
        variables: { [k('server variable')]: { default: t('server variable default') } },
      },
    ],
    security: [{ [k('security scheme name')]: [] }],
    [`x-${k('unknown key of the document')}-key`]: t('unknown value of the document'),
    paths: {
      [`/alpha${k('path')}/{${k('path parameter name')}}/{plainSecond}`]: {
        [k('path item key')]: alpha,
      },
      '/beta': {
        post: operation('plainBeta', 'plainBetaPost', {
          requestBody: {
            description: t('body description'),
            content: {
              [k('body media type')]: { schema: model('PlainAsked'), example: t('body example') },
              [k('body media type beside JSON')]: { schema: string },
            },
          },
          responses: answers,
        }),
        put: operation('plainBeta', 'plainBetaPut', {
          'x-safe-to-retry':
            t('x-safe-to-retry, as a text') === 'true' ? true : t('x-safe-to-retry, as a text'),
          requestBody: form('application/x-www-form-urlencoded', {
            properties: {
              [k('form field')]: { ...string, description: t('form field description') },
              plainWithDefault: { ...string, default: t('form field default') },
            },
          }),
        }),
      },
      '/gamma': {
        post: operation('plainGamma', 'plainGammaPost', {
          requestBody: form(
            'multipart/form-data',
            {
              properties: {
                [k('multipart field')]: {
                  ...string,
                  description: t('multipart field description'),
                },
                plainPartWithDefault: { ...string, default: t('multipart field default') },
              },
            },
            { encoding: { [k('multipart encoding')]: { contentType: 'x' } } },
          ),
          responses: {
            200: {
              description: 'A file.',
              content: {
                [k('media type of a file')]: { schema: { type: 'string', format: 'binary' } },
              },
            },
          },
        }),
        get: operation('plainGamma', 'plainGammaGet', {
          'x-response-kind': t('x-response-kind'),
          responses: {
            200: {
              description: 'A text.',
              content: { [k('media type of a text')]: { schema: string } },
            },
          },
        }),
      },
    },
    components: {
      securitySchemes: {
        [k('security scheme name')]: {
          type: 'oauth2',
          description: t('security scheme description'),
          flows: {
            clientCredentials: {
              tokenUrl: t('token url'),
              scopes: { plain: t('scope description') },
            },
          },
        },
      },
      parameters: {
        [k('parameter component name')]: { name: 'plainShared', in: 'query', schema: string },
      },
      responses: { [k('response component name')]: { description: 'Made.' } },
      schemas: {
        [k('unreached schema name')]: {
          type: 'object',
          description: t('unreached schema description'),
          properties: { [k('unreached property')]: string },
        },
        [k('schema name')]: {
          type: 'object',
          title: t('schema title'),
          description: t('schema description'),
          required: [t('required list')],
          externalDocs: { url: t('schema external docs') },
          xml: { name: t('schema xml name') },
          example: { a: t('schema example') },
          discriminator: {
            propertyName: t('discriminator property'),
            mapping: { [k('discriminator mapping: key')]: t('discriminator mapping: value') },
          },
          [`x-${k('unknown key of a schema')}-key`]: t('unknown value of a schema'),
          properties: {
            [k('property name')]: {
              type: t('schema type'),
              description: t('property description'),
            },
            plainMore: {
              ...string,
              format: t('schema format'),
              pattern: t('schema pattern'),
              default: t('property default'),
              nullable: t('nullable, as a text'),
              readOnly: t('readOnly, as a text'),
            },
            plainNested: {
              type: 'object',
              properties: {
                [k('inline property name')]: {
                  ...string,
                  description: t('inline property description'),
                },
              },
            },
            plainAllOf: {
              allOf: [
                { type: 'object', properties: { [k('property name in allOf')]: string } },
                model('PlainEntity'),
              ],
            },
            plainOneOf: {
              oneOf: [
                string,
                { type: 'object', properties: { [k('property name in oneOf')]: string } },
              ],
            },
            plainItems: {
              type: 'array',
              items: { ...string, description: t('items description'), enum: [t('enum of items')] },
            },
            plainAnswered: { ...string, enum: [t('enum of an answer')] },
            plainRef: { $ref: t('$ref'), description: t('text beside a $ref') },
            plainOther: { $ref: `#/components/schemas/${k('$ref to a schema')}` },
            plainNamed: model(k('schema name beside an x-name')),
          },
        },
        [k('schema name beside an x-name')]: {
          type: 'object',
          'x-name': t('schema x-name'),
          properties: { plain: string },
        },
        PlainReadOnly: {
          type: 'object',
          properties: { [k('read-only property name')]: { ...string, readOnly: true } },
        },
        PlainAsked: {
          type: 'object',
          properties: {
            plainAsked: { ...string, enum: [t('enum of a request')] },
            plainEntity: model('PlainEntity'),
            plainReadOnly: model('PlainReadOnly'),
          },
        },
        PlainEntity: {
          type: 'object',
          'x-name': 'PlainTwin',
          properties: { plainBoth: { ...string, enum: [t('enum of both')] } },
        },
        PlainError: {
          type: 'object',
          properties: {
            [k('property of an error')]: {
              ...string,
              description: t('property description of an error'),
            },
          },
        },
      },
    },
  };
};

const pointer = (name: string): string =>
  name.replaceAll('~', '~0').replaceAll('/', '~1').replaceAll('%', '%25');

export const CANARY = 'globalThis.__pwned=1';

export const PAYLOADS: readonly string[] = [
  `*/ ${CANARY}; /*`,
  `*/};${CANARY};const a={/*`,
  `*\u200b/ ${CANARY}; /*`,
  `\\u002a/ ${CANARY}; /*`,
  `**//${CANARY}//`,
  `'+(${CANARY})+'`,
  `"+(${CANARY})+"`,
  `\`+(${CANARY})+\``,
  `\\'+(${CANARY})+\\'`,
  `\\"+(${CANARY})+\\"`,
  `\${${CANARY}}`,
  `';${CANARY};//`,
  `";${CANARY};//`,
  `}];${CANARY};[{`,
  `});${CANARY};({`,
  `[${CANARY}]`,
  CANARY,
  `x: string } ${CANARY}; export interface Y {`,
  `x; ${CANARY}; export const y`,
  `a\n${CANARY}//`,
  `a\r${CANARY}//`,
  `a\r\n${CANARY}//`,
  `a\u2028${CANARY}//`,
  `a\u2029${CANARY}//`,
  `a\u0085${CANARY}//`,
  `a\u000b\u000c${CANARY}//`,
  `a\u0000${CANARY}`,
  `</script><script>${CANARY}</script>`,
  `<!-- ${CANARY} -->`,
  `import("data:text/javascript,${CANARY}")`,
  `"""+str(${CANARY})+"""`,
  "'''",
  'tail\\',
  '\\',
  `"a" 'b' \`c\` \u00b4d\u2019`,
  '{{{name}}}',
  '{{#operations}}{{classname}}{{/operations}}',
  '{{=<% %>=}}<% name %>',
  '{x}',
  '}',
  '__proto__',
  'constructor',
  'prototype',
  'toString',
  'then',
  'class',
  'default',
  'await',
  'transport',
  'Transport',
  '@ts-nocheck',
  '// @ts-ignore',
  '// eslint-disable',
  '/* biome-ignore-all lint: x */',
  '//# sourceMappingURL=data:application/json,{}',
  '/// <reference path="/etc/passwd" />',
  '@jsxImportSource evil',
  '#!/bin/sh',
  '\u202eltr\u202c \u2066x\u2069 \u200f\u061c',
  '\ufeffmark \u00ad\u180e\u{e0041}',
  '../x',
  '../../.git/hooks/pre-commit',
  '/etc/passwd',
  'C:\\x',
  'CON',
  'index',
  'api',
  '$x',
  'a_b',
  '_',
  'a.b',
  'x'.repeat(300),
  '😀👩‍👩‍👧🇩🇪',
  'e\u0301 größe ﬁ',
  '\ud800',
  'x\udc00y',
  '\u001b[31m\u0007',
  '\n::error::x',
  '%0a%00%s%n#{jndi:ldap://x}',
  'null',
  '-1',
  '1e3',
  '~1~0',
  '$ref',
  '[key: string]',
  'no',
  'PlainTwin',
  'PlainBetaApi',
  'PlainEntity/properties/plainBoth',
  '',
  ' ',
];

/** What stands at a position where a text belongs. */
export const SHAPES: readonly Json[] = [
  { toString: CANARY },
  { valueOf: 1, toString: { a: 1 } },
  [`*/ ${CANARY}; /*`],
  [[[]]],
  1e21,
  -0,
  true,
  false,
  null,
  {},
];
