import type { JsonObject } from '../document.ts';
import {
  camelCase,
  type GrantModel,
  type OperationModel,
  object,
  type ParameterModel,
  type ResultModel,
} from '../model.ts';
import type { FieldShape, PlainType, Shape, ShapeReader } from './shape.ts';
import { schemaLines } from './types.ts';

/** What an operation's caller gives: one object, in which a body of JSON is the field `body`. */
export interface ParamShape extends FieldShape {
  /** What its comment says. */
  readonly lines: readonly string[];
  readonly parameter: ParameterModel | undefined;
}

export const paramsOf = (operation: OperationModel, reader: ShapeReader): ParamShape[] => [
  ...operation.parameters.map((parameter) => ({
    key: parameter.name,
    isOptional: !parameter.required,
    isReadonly: true,
    shape: reader.shapeOf(parameter.schema, 'request'),
    lines: parameterLines(parameter),
    parameter,
  })),
  ...bodyOf(operation, reader),
];

/** What the caller of a token operation gives for one of several grants. */
export interface GrantShape {
  readonly type: string;
  readonly fields: readonly ParamShape[];
  /** Fields of other grants. */
  readonly refused: readonly string[];
}

/** The parameters by grant, where they depend on it. */
export const grantShapesOf = (operation: OperationModel, reader: ShapeReader): GrantShape[] => {
  const { grants } = operation;
  if (grants.length < 2) return [];
  const fields = paramsOf(operation, reader);
  return grants.map((grant) => {
    const roleOf = (key: string): GrantRole | undefined => roleWith(grant, operation, key);
    return {
      type: grant.type,
      fields: fields
        .filter(({ key }) => roleOf(key) !== 'refused')
        .map((field) => ({
          ...field,
          isOptional:
            roleOf(field.key) === undefined ? field.isOptional : roleOf(field.key) === 'taken',
          shape: field.key === 'grantType' ? literalOf(grant.type, field.shape) : field.shape,
        })),
      refused: fields.map(({ key }) => key).filter((key) => roleOf(key) === 'refused'),
    };
  });
};

export type GrantRole = 'needed' | 'refused' | 'taken';

/** What a parameter is to a grant; undefined if it is the same to all. */
export const roleWith = (
  { needs, takes }: GrantModel,
  { grants }: OperationModel,
  key: string,
): GrantRole | undefined => {
  const isIn = (names: readonly string[]): boolean => names.some((name) => camelCase(name) === key);
  if (isIn(needs)) return 'needed';
  if (isIn(takes)) return 'taken';
  return grants.some((grant) => isIn([...grant.needs, ...grant.takes])) ? 'refused' : undefined;
};

const literalOf = (value: string, { source }: Shape): Shape => ({
  kind: 'enum',
  members: [value],
  open: [],
  nullable: false,
  source,
});

const bodyOf = ({ body }: OperationModel, reader: ShapeReader): ParamShape[] => {
  if (body === undefined) return [];
  const { description, kind, required, schema } = body;
  if (kind === 'json') {
    const shape = reader.shapeOf(schema, 'request');
    const lines = description ? [description] : [];
    const common = { isReadonly: true, isOptional: !required, parameter: undefined };
    return [{ key: 'body', shape, lines, ...common }];
  }
  return reader.objectOf(schema, 'request').fields.map((field) => ({
    ...field,
    key: camelCase(field.key),
    lines: schemaLines(object(object(schema.properties)[field.key])),
    parameter: undefined,
  }));
};

const parameterLines = ({ description, deprecated, schema }: ParameterModel): string[] => [
  ...(description ? [description] : []),
  ...schemaLines(schema),
  ...(deprecated ? ['@deprecated'] : []),
];

/** What an operation gives. */
export const resultOf = ({ result }: OperationModel, reader: ShapeReader): Shape => {
  const shapes = contentsOf(result, reader);
  const members = result.mayBeEmpty ? [...shapes, plain('undefined')] : shapes;
  return members.length === 1 && members[0]
    ? members[0]
    : { kind: 'union', members, nullable: false, source: NOTHING };
};

const contentsOf = ({ kind, schemas }: ResultModel, reader: ShapeReader): Shape[] => {
  if (kind === 'none') return [plain('undefined')];
  if (kind === 'bytes') return [plain('Uint8Array')];
  if (kind === 'text') return [plain('string')];
  return schemas.map((schema) => reader.shapeOf(schema, 'response'));
};

const plain = (type: PlainType): Shape => ({
  kind: 'plain',
  type,
  nullable: false,
  source: NOTHING,
});

const NOTHING: JsonObject = {};
