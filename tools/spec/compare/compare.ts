import { isDeepStrictEqual } from 'node:util';
import { isObject, type Json, type JsonObject } from '../document.ts';
import { oneLine } from '../errors.ts';
import type { ObjectKind } from '../generate/shape.ts';
import { grantShapesOf, type ParamShape, paramsOf, resultOf } from '../generate/surface.ts';
import type { ApiModel, OperationModel } from '../model.ts';
import { type Book, createBook, levelOfDifference } from './book.ts';
import { operationDifferences } from './compare-operations.ts';
import { restDifference } from './compare-rest.ts';
import {
  compareObjects,
  compareShapes,
  type Difference,
  type ModelShape,
  type Place,
} from './compare-shapes.ts';
import { type Matches, matchOperations } from './match.ts';
import { type Direction, highest, type Kind, LEVELS, type Level } from './policies.ts';
import { type Side, sideOf } from './side.ts';
import { renamesAmong, withTypes } from './type-names.ts';

/** One root cause and whom it reaches. */
export interface Finding {
  readonly kind: Kind;
  readonly level: Level;
  /** The only method that it reaches, as `group.name`. */
  readonly operation?: string;
  /** The exported type that it is about. */
  readonly type?: string;
  readonly message: string;
  /** Every method that it reaches. */
  readonly methods: readonly string[];
  /** Exported types that go with it. */
  readonly types: readonly string[];
  readonly difference: Difference;
}

export interface Comparison {
  readonly bump: Level;
  /** The worst first. */
  readonly findings: readonly Finding[];
  readonly matches: Matches;
  /** Exported types that are gone, and what stands in the place of each. */
  readonly renames: ReadonlyMap<string, string>;
  readonly old: Side;
  readonly fresh: Side;
  readonly meetings: Book['meetings'];
}

/** Aliases are those that the new document declares, or are made for every renamed type, as import does. */
export type Aliases = 'declared' | 'made';

/** What the users of an entry point meet when its document becomes another. */
export const compare = (
  oldModel: ApiModel,
  freshModel: ApiModel,
  aliases: Aliases = 'declared',
): Comparison => {
  const [old, fresh] = [sideOf(oldModel), sideOf(freshModel)];
  const matches = matchOperations(oldModel.operations, freshModel.operations);
  const book = createBook(old, fresh);
  for (const [one, other] of matches.both) compareOperations(one, other, old, fresh, book);
  for (const operation of matches.removed) book.add(fullName(operation), [removed(operation, old)]);
  for (const operation of matches.added) book.add(fullName(operation), [added(operation)]);
  meetByName(
    [...old.exported.keys()].map((name) => [name, name]),
    old,
    fresh,
    book,
  );
  const renames = renamesAmong(book.meetings, old, fresh);
  const standsFor = (name: string, other: string): boolean =>
    (fresh.exported.get(name)?.name ?? other) === other;
  const isAliased = (name: string): boolean => aliases === 'made' || fresh.exported.has(name);
  meetByName(
    [...renames].filter(([name, other]) => isAliased(name) && standsFor(name, other)),
    old,
    fresh,
    book,
  );
  for (const difference of documentDifferences(oldModel.document, freshModel.document))
    for (const [operation] of matches.both) book.add(fullName(operation), [difference]);
  const reached = new Set(book.causes().flatMap(({ methods }) => [...methods]));
  for (const [one, other] of matches.both) {
    if (reached.has(fullName(one))) continue;
    const sides = [one, oldModel.document] as const;
    const rest = restDifference(sides, [other, freshModel.document], placeOf(one));
    book.add(fullName(one), rest);
  }
  const findings = withTypes(
    book.causes().map(({ difference, methods }) => toFinding(difference, [...methods], old)),
    book.meetings.values(),
    old,
    fresh,
    renames,
    isAliased,
  ).sort(byLevel);
  const bump = highest(findings.map(({ level }) => level));
  return { bump, findings, matches, renames, old, fresh, meetings: book.meetings };
};

const byLevel = (a: Finding, b: Finding): number =>
  LEVELS.indexOf(b.level) - LEVELS.indexOf(a.level) || (a.message < b.message ? -1 : 1);

export const fullName = ({ group, name }: OperationModel): string => `${group}.${name}`;

const compareOperations = (
  one: OperationModel,
  other: OperationModel,
  old: Side,
  fresh: Side,
  book: Book,
): void => {
  const [owner, successor] = [fullName(one), fullName(other)];
  const rules = book.rulesFor(owner);
  const at = (direction: Direction, ...keys: string[]): Place => ({
    owner,
    successor,
    keys,
    direction,
  });
  const results = [resultOf(one, old.reader), resultOf(other, fresh.reader)] as const;
  book.add(owner, [
    ...operationDifferences(one, other, at('request')),
    ...distinct(
      paramsInPairs(one, other, old, fresh).flatMap(({ before, after, grants }) =>
        compareObjects(before, after, { ...at('request', '('), ...(grants && { grants }) }, rules),
      ),
    ),
    ...compareShapes(...results, at('response', ')'), rules),
  ]);
  // Bodies of errors are no results, but their types are exported.
  const [gone, come] = [errorsOf(one, old), errorsOf(other, fresh)] as const;
  const isIn = (errors: readonly ModelShape[], { name }: ModelShape): boolean =>
    errors.some((error) => error.name === name);
  const came = come.filter((error) => !isIn(gone, error));
  // A name that stays means the same; one that is gone may be another now.
  gone
    .filter((error) => !isIn(come, error))
    .forEach((error, index) => {
      const met = came[index];
      const isGone = fresh.exported.get(error.name)?.name !== error.name;
      if (met && isGone) rules.meet(error, met, at('response', '!'));
    });
  for (const error of gone) {
    const twin = come.find(({ name }) => name === error.name);
    if (twin) rules.meet(error, twin, at('response', '!'));
  }
};

interface ParamsPair {
  readonly before: ObjectKind;
  readonly after: ObjectKind;
  /** The grants whose parameters these are, where a version has one type for each. */
  readonly grants?: readonly [old: string | undefined, fresh: string | undefined];
}

/** Parameters that stand for each other: of token operations those of one grant. */
const paramsInPairs = (
  one: OperationModel,
  other: OperationModel,
  old: Side,
  fresh: Side,
): ParamsPair[] => {
  const [before, after] = [grantShapesOf(one, old.reader), grantShapesOf(other, fresh.reader)];
  const objectOf = (fields: readonly ParamShape[]): ObjectKind => ({
    kind: 'object',
    fields,
    index: undefined,
  });
  const [all, allNow] = [paramsOf(one, old.reader), paramsOf(other, fresh.reader)];
  if (before.length + after.length === 0)
    return [{ before: objectOf(all), after: objectOf(allNow) }];
  const types = [...new Set(one.grants.map(({ type }) => type))];
  const pairs = types.flatMap((type): ParamsPair[] => {
    // Of several ways to use a grant the first.
    const was = before.find((grant) => grant.type === type);
    const is = after.find((grant) => grant.type === type);
    if (after.length > 0 && is === undefined) return [];
    const [mine, theirs] = [was?.fields ?? all, is?.fields ?? allNow];
    const grants = [was?.type, is?.type] as const;
    return [{ before: objectOf(mine), after: objectOf(theirs), grants }];
  });
  // Last, the grants themselves: what is different about them beside is told of each.
  const [offered, offeredNow] = [all, allNow].map((fields) =>
    objectOf(fields.filter(({ key }) => key === 'grantType')),
  );
  return offered && offeredNow ? [...pairs, { before: offered, after: offeredNow }] : pairs;
};

/** What is every grant's is told once. */
const distinct = (differences: readonly Difference[]): Difference[] => {
  const seen = new Set<string>();
  return differences.filter(({ kind, message, place }) => {
    const known = seen.size;
    return seen.add([kind, message, ...place.keys].join(' ')).size > known;
  });
};

const errorsOf = ({ result }: OperationModel, { reader }: Side): ModelShape[] =>
  result.errors
    .map((schema) => reader.shapeOf(schema, 'response'))
    .filter((shape) => shape.kind === 'model');

// An exported type is used in code by its name, too, as it could be used before; an alias is its name.
const meetByName = (
  names: readonly (readonly [old: string, fresh: string])[],
  old: Side,
  fresh: Side,
  book: Book,
): void => {
  for (const [name, successor] of names) {
    const [known, twin] = [old.exported.get(name), fresh.exported.get(successor)];
    if (known === undefined || twin?.name !== successor) continue;
    const { schemaName } = known;
    // An alias that is the type's name again.
    const now = fresh.exported.get(known.name)?.name ?? successor;
    const owner = now === successor ? known.name : name;
    for (const direction of directionsOf(old, schemaName))
      book
        .rulesFor('')
        .meet(modelShape(owner, schemaName), modelShape(successor, twin.schemaName), {
          owner,
          successor,
          keys: [],
          direction,
        });
  }
};

const directionsOf = ({ used }: Side, schemaName: string): readonly Direction[] => {
  const usage = used.get(schemaName);
  return usage === 'both' || usage === undefined ? ['request', 'response'] : [usage];
};

const modelShape = (name: string, schemaName: string): ModelShape => ({
  kind: 'model',
  name,
  schemaName,
  nullable: false,
  source: {},
});

const removed = (operation: OperationModel, { reader }: Side): Difference => {
  const sent = paramsOf(operation, reader).map(({ shape }) => shape);
  const errors = operation.result.errors.map((schema) => reader.shapeOf(schema, 'response'));
  const members = [...sent, resultOf(operation, reader), ...errors];
  return {
    kind: 'operation-removed',
    place: placeOf(operation),
    message: `is gone: nothing stands at \`${operation.method} ${operation.path}\``,
    gone: { kind: 'union', members, nullable: false, source: {} },
  };
};

const added = (operation: OperationModel): Difference => ({
  kind: 'operation-added',
  place: placeOf(operation),
  message: `is new: \`${operation.method} ${operation.path}\``,
});

const placeOf = (operation: OperationModel): Place => ({
  owner: fullName(operation),
  successor: fullName(operation),
  keys: [],
  direction: 'request',
});

const documentDifferences = (old: JsonObject, fresh: JsonObject): Difference[] => {
  const place: Place = { owner: '', successor: '', keys: [], direction: 'request' };
  const schemes = ({ components }: JsonObject): Json =>
    (isObject(components) ? components.securitySchemes : undefined) ?? null;
  const facts = [
    ['server-changed', old.servers, fresh.servers, 'The document names other servers'],
    [
      'security-changed',
      schemes(old),
      schemes(fresh),
      'The document describes its security schemes in another way',
    ],
  ] as const;
  return facts.flatMap(([kind, before, after, message]) =>
    isDeepStrictEqual(before, after) ? [] : [{ kind, place, message, isShared: true }],
  );
};

const toFinding = (difference: Difference, methods: string[], { exported }: Side): Finding => {
  const { isShared, message, place } = difference;
  const named = methods.filter((method) => method !== '').sort();
  const [first, ...others] = named;
  return {
    kind: difference.kind,
    level: levelOfDifference(difference),
    ...(first && others.length === 0 ? { operation: first } : {}),
    ...(exported.has(place.owner) ? { type: place.owner } : {}),
    message: oneLine(isShared ? `${message}.` : `${subjectOf(place)} ${message}.`),
    methods: named,
    types: [],
    difference,
  };
};

/** `campaign.getCampaigns, parameter pageSize,` or `CampaignV1.name`, as a message begins. */
const subjectOf = ({ keys: [first, ...rest], owner }: Place): string => {
  if (first === undefined) return `\`${owner}\``;
  const path = pathOf(first === '(' || first === ')' ? rest : [first, ...rest]);
  const below = path === '' ? '' : ` \`${path}\``;
  if (first === '(') return `\`${owner}\`, parameter${below},`;
  return first === ')' ? `\`${owner}\`, answer${below},` : `\`${owner}.${path}\``;
};

const pathOf = (keys: readonly string[]): string =>
  keys.map((key, index) => (key === '[]' || index === 0 ? key : `.${key}`)).join('');
