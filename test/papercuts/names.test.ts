import { describe, expect, it } from 'vitest';
import type { JsonObject } from '../../tools/spec/document.ts';
import { normalise } from '../../tools/spec/generate/normalise.ts';
import { aliasesOf, modelName, usages } from '../../tools/spec/generate/shape.ts';
import { object, readModel } from '../../tools/spec/model.ts';
import { FACTS } from '../../tools/spec/test/tiny.ts';
import { entryPoints, publicNames } from '../boundaries/entry-points.js';
import { type Declared, declaredIn } from './declarations.js';
import { VERSIONS, type Version } from './operations.js';

// Of the client as a whole; v1 has the class of its tokens under the name of later ones, too.
const BY_HAND = ['Groups', 'groups', 'createClient', 'createTransport', 'OAuthApi'];
const [V1] = VERSIONS.filter(({ name }) => name === 'marketing/v1') as [Version];

describe('names', () => {
  it.each(VERSIONS)('5: all of $name are of its documents or decided', (version) => {
    const decided = new Set([
      ...schemasOf(version).flatMap(([name, schema]) => [
        modelName(name, schema),
        ...aliasesOf(schema),
      ]),
      ...version.operations.flatMap(({ name }) => [name, `${capital(name)}Params`]),
      ...version.operations.map(({ group }) => `${capital(group)}Api`),
      ...BY_HAND,
    ]);
    const names = namesOf(version);
    expect(names.length).toBeGreaterThan(20);
    expect(names.filter((name) => !decided.has(name))).toEqual([]);
  });

  it('5: the one that looks made up by a generator is the name that v1 gives it', () => {
    const inline = VERSIONS.flatMap(namesOf).filter((name) =>
      /inline|_\d*$|(?:body|object)\d+$/i.test(name),
    );
    expect(inline).toEqual(['InlineResponse200']);
    expect(schemasOf(V1).map(([name]) => name)).toContain('InlineResponse200');
  });

  it('5: a new endpoint with bodies of its own changes no text of the others', () => {
    const schema = { type: 'object', properties: { kind: { type: 'string' } } };
    const content = { 'application/json': { schema } };
    const names = { operationId: 'Aaa', 'x-name': 'addFirst', 'x-group': 'campaign' };
    const facts = { 'x-safe-to-retry': false, 'x-rate-class': 'default' };
    const post = { ...names, ...facts, requestBody: { content }, responses: { 200: { content } } };
    const paths = { '/v1/aaa': { post }, ...object(V1.document.paths ?? {}) };
    const [before, after] = [textsOf(V1.document), textsOf({ ...V1.document, paths })];
    expect(before.size).toBeGreaterThan(100);
    expect([...after.keys()].filter((name) => !before.has(name))).toEqual(['addFirst']);
    expect([...before].filter(([name, text]) => after.get(name) !== text)).toEqual([]);
  });
});

describe('what an editor shows', () => {
  it('18: every deprecated operation, parameter, field and alias is marked, and nothing else', () => {
    const counted = VERSIONS.map(({ name }) => [name, marked(declaredIn(name)).length]);
    const expected = VERSIONS.map((version) => [version.name, deprecationsOf(version)]);
    expect(counted).toEqual(expected);
    expect(expected.filter(([, count]) => Number(count) > 0).length).toBeGreaterThan(2);
  });

  it.each(VERSIONS)('18: each mark in $name says what to use instead', ({ name }) => {
    const declared = declaredIn(name);
    const names = new Set(declared.map((one) => one.name));
    const withoutAdvice = marked(declared).filter(({ doc, name: own }) => {
      const named = [...doc.matchAll(/`(\w+)`|\{@link (\w+)\}/g)].map(([, a, b]) => a ?? b ?? '');
      return !named.some((other) => names.has(other) && own.split('.').at(-1) !== other);
    });
    expect(withoutAdvice.map((one) => one.name)).toEqual([]);
  });

  it('18: a document that deprecates a parameter, a field or a type has it marked', () => {
    const document = structuredClone(V1.document);
    const deprecate = (text: string, pattern: RegExp): JsonObject => {
      const changed = text.replace(pattern, '$&"deprecated":true,');
      expect(changed).not.toBe(text);
      return JSON.parse(changed) as JsonObject;
    };
    const text = JSON.stringify(document);
    const marks = (changed: JsonObject): number =>
      [...textsOf(changed).values()].join('').split('@deprecated').length - 1;
    expect(marks(V1.document)).toBe(0);
    expect(marks(deprecate(text, /\{(?="[^{}]*"in":"query")/))).toBe(1);
    expect(marks(deprecate(text, /"campaignName":\{/))).toBe(1);
    expect(marks(deprecate(text, /"CampaignMessage":\{/))).toBe(1);
  });

  it.each(VERSIONS)('11: each 64-bit number of $name is called one', (version) => {
    const docs = new Map(declaredIn(version.name).map(({ name, doc }) => [name, doc]));
    const fields = printed(version).flatMap(([name, schema]) =>
      Object.entries(object(schema.properties ?? {}))
        .filter(([, property]) => object(property).format === 'int64')
        .map(([key]) => `${modelName(name, schema)}.${key}`),
    );
    const parameters = version.operations.flatMap(({ name, parameters: all }) =>
      all
        .filter(({ schema }) => schema.format === 'int64')
        .map((parameter) => `${capital(name)}Params.${parameter.name}`),
    );
    const is64Bit = (name: string): boolean => docs.get(name)?.includes('int64') ?? false;
    expect([...fields, ...parameters].filter((name) => !is64Bit(name))).toEqual([]);
    if (version.name === 'retailmedia/2026-07') expect(fields.length).toBeGreaterThan(4);
  });
});

const capital = (name: string): string => name.slice(0, 1).toUpperCase() + name.slice(1);

type Schemas = readonly (readonly [name: string, schema: JsonObject])[];

const schemasOf = ({ document }: Version): Schemas =>
  Object.entries(object(object(document.components ?? {}).schemas ?? {})).map(([name, schema]) => [
    name,
    object(schema),
  ]);

/** Those that operations lead to. */
const printed = (version: Version): Schemas => {
  const used = usages(readModel(version.document));
  return schemasOf(version).filter(([name]) => used.has(name));
};

const namesOf = ({ name }: Version): readonly string[] => {
  const entryPoint = entryPoints.find((one) => one.name === `@criteo-sdk/${name}`);
  if (!entryPoint) throw new Error(`${name} is no entry point.`);
  return publicNames(entryPoint);
};

/** What is printed of each operation and each schema. */
const textsOf = (document: JsonObject): ReadonlyMap<string, string> => {
  const text = normalise(readModel(document), 'a title', {
    ...FACTS,
    core: '@criteo-sdk/core',
  });
  const { paths, components } = JSON.parse(text) as {
    paths: Record<string, { get: { 'x-op': { name: string } } }>;
    components: { schemas: Record<string, { 'x-model': { name: string } }> };
  };
  const texts = [
    ...Object.values(paths).map(({ get }) => get['x-op']),
    ...Object.values(components.schemas).map((schema) => schema['x-model']),
  ];
  return new Map(texts.map((one) => [one.name, JSON.stringify(one)]));
};

const marked = (declared: readonly Declared[]): readonly Declared[] =>
  declared.filter(({ doc }) => doc.includes('@deprecated'));

/** How many marks the document asks for; an operation is declared twice, alone and as a method. */
const deprecationsOf = (version: Version): number => {
  const isMarked = (one: unknown): boolean => (one as { deprecated?: unknown }).deprecated === true;
  const { operations } = version;
  const schemas = printed(version).map(([, schema]) => schema);
  return [
    ...operations.flatMap((operation) => [operation, operation]).filter(isMarked),
    ...operations.flatMap(({ parameters }) => parameters).filter(isMarked),
    ...schemas.filter(isMarked),
    ...schemas.flatMap(({ properties }) => Object.values(properties ?? {})).filter(isMarked),
    ...schemas.flatMap(aliasesOf),
  ].length;
};
