import { isObject, type JsonObject } from '../document.ts';
import {
  aliasesOf,
  isModel,
  modelName,
  type ObjectKind,
  type ShapeReader,
  shapeReader,
  type Usage,
  usages,
} from '../generate/shape.ts';
import { type ApiModel, object } from '../model.ts';
import type { ModelShape } from './compare-shapes.ts';

/** One of two versions that are compared. */
export interface Side {
  readonly model: ApiModel;
  readonly reader: ShapeReader;
  readonly objectOf: (model: Pick<ModelShape, 'schemaName'>) => ObjectKind;
  /** How each named schema is used. */
  readonly used: ReadonlyMap<string, Usage>;
  /** Exported types; an alias among them with what it stands for. */
  readonly exported: ReadonlyMap<string, { readonly name: string; readonly schemaName: string }>;
}

export const sideOf = (model: ApiModel): Side => {
  const reader = shapeReader(model.document);
  const used = usages(model);
  const schemas = schemasOf(model.document);
  const exported = [...used.keys()].flatMap((schemaName) => {
    const schema = object(schemas[schemaName]);
    if (!isModel(schema)) return [];
    const name = modelName(schemaName, schema);
    return [name, ...aliasesOf(schema)].map((one) => [one, { name, schemaName }] as const);
  });
  return {
    model,
    reader,
    used,
    objectOf: ({ schemaName }) =>
      reader.objectOf(object(schemas[schemaName]), used.get(schemaName) ?? 'both'),
    exported: new Map(exported),
  };
};

const schemasOf = ({ components }: JsonObject): JsonObject =>
  isObject(components) && isObject(components.schemas) ? components.schemas : {};
