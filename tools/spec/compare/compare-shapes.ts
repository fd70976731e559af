import type { JsonObject } from '../document.ts';
import type { FieldShape, Literal, ObjectKind, Shape } from '../generate/shape.ts';
import { printType } from '../generate/types.ts';
import { type Direction, type Kind, SPOKEN } from './policies.ts';

/*
 * Rules for two shapes at one place. What is sent must stay acceptable, what is received must stay
 * readable; and what users have written in their code must still be there.
 */

/** Where shapes stand: below an operation or an exported type. */
export interface Place {
  /** `group.name` of an operation, or the name of an exported type. */
  readonly owner: string;
  /** What stands in its place in the new version. */
  readonly successor: string;
  /** Below an operation the first is `(` for its parameters, `)` for its answer, `!` for an error's body. */
  readonly keys: readonly string[];
  readonly direction: Direction;
  /** The grants whose parameters are meant, where a version has one type for each. */
  readonly grants?: readonly [old: string | undefined, fresh: string | undefined];
}

/** One difference at one place. */
export interface Difference {
  readonly kind: Kind;
  readonly place: Place;
  readonly message: string;
  /** Is it one cause at whatever place it is met? Then the message says what it is about. */
  readonly isShared?: boolean;
  /** What is there no more; types that only it named go with it. */
  readonly gone?: Shape;
  readonly old?: Shape;
  readonly fresh?: Shape;
}

/** Two exported types at one place: compared once for all places. */
export type Meet = (old: ModelShape, fresh: ModelShape, place: Place) => void;

export type ModelShape = Extract<Shape, { kind: 'model' }>;

/** What the rules need to know of the two documents. */
export interface Rules {
  readonly meet: Meet;
  readonly oldObject: (model: ModelShape) => ObjectKind;
  readonly freshObject: (model: ModelShape) => ObjectKind;
}

export const compareShapes = (
  old: Shape,
  fresh: Shape,
  place: Place,
  rules: Rules,
): Difference[] => {
  const found = (kind: Kind, message: string, gone?: Shape): Difference => ({
    kind,
    place,
    message,
    old,
    fresh,
    ...(gone ? { gone } : {}),
  });
  const differ = (): Difference[] => {
    if (old.kind === 'unknown' && fresh.kind === 'unknown') return [];
    if (old.kind === 'unknown')
      return [found('type-narrowed', `was unknown and is ${textOf(fresh)}`)];
    if (fresh.kind === 'unknown')
      return [found('type-widened', `was ${textOf(old)} and is unknown`, old)];
    if (old.kind === 'model' && fresh.kind === 'model') {
      rules.meet(old, fresh, place);
      return [];
    }
    if (isUnion(old) || isUnion(fresh)) return compareUnions(old, fresh, place, rules, found);
    if (isScalar(old) && isScalar(fresh)) return compareScalars(old, fresh, found);
    if (old.kind === 'array' && fresh.kind === 'array')
      return [
        ...(old.isReadonly && !fresh.isReadonly
          ? [found('list-became-mutable', 'no longer takes a readonly list')]
          : []),
        ...(!old.isReadonly && fresh.isReadonly
          ? [found('list-became-readonly', 'is a readonly list now')]
          : []),
        ...compareShapes(old.item, fresh.item, below(place, '[]'), rules),
      ];
    // As many parts: each is compared with the one in its place.
    if (
      old.kind === 'intersection' &&
      fresh.kind === 'intersection' &&
      old.members.length === fresh.members.length
    )
      return old.members.flatMap((member, index) =>
        compareShapes(member, fresh.members[index] as Shape, place, rules),
      );
    const objects = [objectOf(old, rules.oldObject), objectOf(fresh, rules.freshObject)] as const;
    if (objects[0] && objects[1])
      return [
        ...compareObjects(objects[0], objects[1], place, rules),
        ...(old.kind === fresh.kind
          ? []
          : [found('type-replaced', `was ${textOf(old)} and is ${textOf(fresh)}`)]),
      ];
    return printType(old) === printType(fresh) ? [] : [changed(old, fresh, found)];
  };
  return [
    ...nullDifference(old, fresh, found),
    ...differ(),
    ...spokenDifferences(old, fresh, place),
  ];
};

export const below = (place: Place, key: string): Place => ({
  ...place,
  keys: [...place.keys, key],
});

type Found = (kind: Kind, message: string, gone?: Shape) => Difference;

const changed = (old: Shape, fresh: Shape, found: Found): Difference =>
  found('type-changed', `was ${textOf(old)} and is ${textOf(fresh)}`, old);

/** A type in a message: short, and without its null, which is a finding of its own. */
const textOf = (shape: Shape): string => {
  const text = printType({ ...shape, nullable: false });
  return `\`${text.length > 80 ? `${text.slice(0, 77)}...` : text}\``;
};

const nullDifference = (old: Shape, fresh: Shape, found: Found): Difference[] => {
  if (old.nullable === fresh.nullable || [old.kind, fresh.kind].includes('unknown')) return [];
  return [
    fresh.nullable
      ? found('null-added', 'may be null now')
      : found('null-removed', 'is never null now'),
  ];
};

type Scalar = Extract<Shape, { kind: 'enum' | 'plain' }>;

const isScalar = (shape: Shape): shape is Scalar => shape.kind === 'enum' || shape.kind === 'plain';

const compareScalars = (old: Scalar, fresh: Scalar, found: Found): Difference[] => {
  if (old.kind === 'plain' && fresh.kind === 'plain')
    return old.type === fresh.type ? [] : [changed(old, fresh, found)];
  if (old.kind === 'enum' && fresh.kind === 'enum') return compareEnums(old, fresh, found);
  const [values, free] = old.kind === 'enum' ? [old, fresh] : [fresh, old];
  if (values.kind !== 'enum' || free.kind !== 'plain') return [];
  if (!values.members.every((value) => typeof value === free.type))
    return [changed(old, fresh, found)];
  if (old.kind === 'enum')
    return [found('enum-removed', `was one of ${listOf(old.members)} and is any ${free.type}`)];
  // No value may come beside those of a boolean: the other one goes.
  if (free.type === 'boolean') return [changed(old, fresh, found)];
  const words = `was any ${free.type} and is one of ${listOf(values.members)}`;
  return values.open.includes(free.type as 'string')
    ? [found('enum-added', `${words} or another`)]
    : [found('type-narrowed', words)];
};

type Enum = Extract<Shape, { kind: 'enum' }>;

const compareEnums = (old: Enum, fresh: Enum, found: Found): Difference[] => {
  const gone = old.members.filter((value) => !fresh.members.includes(value));
  const more = fresh.members.filter((value) => !old.members.includes(value));
  const closed = old.open.some((kind) => !fresh.open.includes(kind));
  const opened = fresh.open.some((kind) => !old.open.includes(kind));
  return [
    ...(gone.length > 0 ? [found('enum-value-removed', `no longer has ${listOf(gone)}`)] : []),
    ...(more.length > 0 ? [found('enum-value-added', `may be ${listOf(more)}, too`)] : []),
    ...(closed ? [found('enum-closed', 'takes its declared values only')] : []),
    ...(opened ? [found('enum-opened', 'takes values beside the declared ones')] : []),
  ];
};

const listOf = (values: readonly Literal[]): string => {
  const shown = values.slice(0, 8).map((value) => `'${value}'`);
  return [...shown, ...(values.length > 8 ? [`${values.length - 8} more`] : [])].join(', ');
};

const isUnion = (shape: Shape): boolean => shape.kind === 'union';

const compareUnions = (
  old: Shape,
  fresh: Shape,
  place: Place,
  rules: Rules,
  found: Found,
): Difference[] => {
  const [mine, theirs] = [membersOf(old), membersOf(fresh)];
  const twin = (shape: Shape, all: readonly Shape[]): Shape | undefined =>
    all.find((other) => printType(other) === printType(shape));
  const gone = mine.filter((shape) => !isUndefined(shape) && !twin(shape, theirs));
  const more = theirs.filter((shape) => !isUndefined(shape) && !twin(shape, mine));
  const kept = mine.flatMap((shape) => {
    const other = twin(shape, theirs);
    return other ? compareShapes(shape, other, place, rules) : [];
  });
  const [wasEmpty, isEmpty] = [mine, theirs].map((shapes) => shapes.some(isUndefined));
  const emptiness = [
    ...(wasEmpty && !isEmpty ? [found('null-removed', 'always has a body now')] : []),
    ...(!wasEmpty && isEmpty ? [found('null-added', 'may have no body now')] : []),
  ];
  // As many new as gone: they stand in each other's place.
  if (gone.length === more.length) {
    const pairs = gone.map((shape, index) => [shape, more[index] as Shape] as const);
    const replaced = pairs.flatMap(([a, b]) => compareShapes(a, b, place, rules));
    return [...kept, ...emptiness, ...replaced];
  }
  return [
    ...kept,
    ...emptiness,
    ...gone.map((shape) => found('variant-removed', `is never ${textOf(shape)} now`, shape)),
    ...more.map((shape) => found('variant-added', `may be ${textOf(shape)}, too`)),
  ];
};

const isUndefined = (shape: Shape): boolean => shape.kind === 'plain' && shape.type === 'undefined';

const membersOf = (shape: Shape): readonly Shape[] =>
  shape.kind === 'union' ? shape.members.flatMap(membersOf) : [shape];

const objectOf = (
  shape: Shape,
  resolve: (model: ModelShape) => ObjectKind,
): ObjectKind | undefined => {
  if (shape.kind === 'model') return resolve(shape);
  return shape.kind === 'object' ? shape : undefined;
};

/** Keys of two objects; also of the parameters of two operations. */
export const compareObjects = (
  old: ObjectKind,
  fresh: ObjectKind,
  place: Place,
  rules: Rules,
): Difference[] => [
  ...old.fields.flatMap((field) => {
    const other = fresh.fields.find(({ key }) => key === field.key);
    const at = below(place, field.key);
    if (other) return compareFields(field, other, at, rules);
    const { shape } = field;
    // Where any key is allowed it can still be sent, but it is read as unknown.
    if (fresh.index && place.direction === 'request')
      return [
        { kind: 'key-undeclared' as const, place: at, message: 'is declared no more', old: shape },
      ];
    return [
      { kind: 'key-removed' as const, place: at, message: 'is gone', gone: shape, old: shape },
    ];
  }),
  ...fresh.fields
    .filter((field) => !old.fields.some(({ key }) => key === field.key))
    .map(({ isOptional, key, shape }): Difference => {
      const at = below(place, key);
      if (!isOptional)
        return {
          kind: 'required-key-added',
          place: at,
          message: 'is new and required',
          fresh: shape,
        };
      return old.index && shape.kind !== 'unknown'
        ? { kind: 'key-declared', place: at, message: 'was any value and has a type', fresh: shape }
        : { kind: 'key-added', place: at, message: 'is new', fresh: shape };
    }),
  ...compareIndexes(old.index, fresh.index, place, rules),
];

const compareFields = (
  old: FieldShape,
  fresh: FieldShape,
  place: Place,
  rules: Rules,
): Difference[] => {
  const shapes = { place, old: old.shape, fresh: fresh.shape };
  const requiredness: Difference[] =
    old.isOptional === fresh.isOptional
      ? []
      : fresh.isOptional
        ? [{ kind: 'key-became-optional', message: 'is optional now', ...shapes }]
        : [{ kind: 'key-became-required', message: 'is required now', ...shapes }];
  return [...requiredness, ...compareShapes(old.shape, fresh.shape, place, rules)];
};

const compareIndexes = (
  old: Shape | undefined,
  fresh: Shape | undefined,
  place: Place,
  rules: Rules,
): Difference[] => {
  if (old && fresh) return compareShapes(old, fresh, below(place, '[key]'), rules);
  if (old)
    return [{ kind: 'index-removed', place, message: 'has its declared keys only', gone: old }];
  return fresh
    ? [{ kind: 'index-added', place, message: 'takes keys beside the declared ones' }]
    : [];
};

/** Schema keywords that move no type. */
const spokenDifferences = (old: Shape, fresh: Shape, place: Place): Difference[] =>
  // A type's own words are compared where the type is.
  old.kind === 'model' || fresh.kind === 'model' ? [] : sayings(old.source, fresh.source, place);

export const sayings = (old: JsonObject, fresh: JsonObject, place: Place): Difference[] =>
  SPOKEN.flatMap(([kind, keywords]) =>
    keywords.flatMap((keyword): Difference[] => {
      const [before, after] = [old[keyword], fresh[keyword]].map((value) => JSON.stringify(value));
      // A mark that is not set is false; a default of false is a value.
      const isUnset = [before, after].every((text) => (text ?? 'false') === 'false');
      if (before === after || (isUnset && keyword !== 'default')) return [];
      const message = `has ${keyword} ${after ?? 'no more'}${before === undefined ? '' : `; it was ${before}`}`;
      return [{ kind, place, message }];
    }),
  );
