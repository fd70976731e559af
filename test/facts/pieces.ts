import { isObject, type Json, type JsonObject, resolveRef } from '../../tools/spec/document.ts';
import { isModel, type Usage, usages } from '../../tools/spec/generate/shape.ts';
import { METHODS, readModel } from '../../tools/spec/model.ts';
import { objectAt } from './change.ts';
import {
  ANOTHER,
  type Mutant,
  mutantsOfHead,
  mutantsOfOperation,
  mutantsOfSchema,
} from './mutants.ts';

/*
 * A whole document takes 50 ms to be told, and has 10,000 mutants. So it is cut: a piece holds one
 * operation or one schema, at the place where it stands in the document, with all that it refers to.
 */

export interface Piece {
  readonly document: JsonObject;
  readonly mutants: readonly Mutant[];
}

/** The pieces of a document: together they hold every operation, and every schema that one reaches. */
export const piecesOf = (document: JsonObject): Piece[] => {
  const uses = usesOf(document);
  const operations = operationsOf(document);
  const head = operations.find(({ operation }) => !operation.security) ?? operations[0];
  const withOperation = (path = '', method = ''): JsonObject => {
    const operation = objectAt(document, ['paths', path, method]);
    const own = { path, method, operation };
    const together = [own, ...operations.filter((one) => isOfSameJobs(one.operation, operation))];
    const paths: Record<string, JsonObject> = {};
    for (const one of together)
      paths[one.path] = { ...paths[one.path], [one.method]: one.operation };
    return cut(document, uses, { paths, seed: { together: Object.values(paths) } });
  };
  const withSchema = (name: string): JsonObject =>
    cut(document, uses, { paths: {}, seed: reference(name), whole: name });
  return [
    {
      document: withHead(document, withOperation(head?.path, head?.method)),
      mutants: mutantsOfHead(document),
    },
    ...operations.map(({ path, method }) => ({
      document: withOperation(path, method),
      mutants: mutantsOfOperation(document, path, method),
    })),
    ...[...uses.keys()].map((name) => ({
      document: withSchema(name),
      mutants: mutantsOfSchema(document, name),
    })),
  ];
};

/** The document with what every piece has beside its own. */
export const withKeeper = (document: JsonObject): JsonObject => {
  const schemas = objectAt(document, ['components', 'schemas']);
  const { paths } = document;
  return withHead(document, assemble(document, paths as JsonObject, schemas, new Map()));
};

const withHead = (document: JsonObject, piece: JsonObject): JsonObject => ({
  ...document,
  ...piece,
  components: {
    ...objectAt(document, ['components']),
    ...objectAt(piece, ['components']),
  },
});

/** How operations use a schema; `error` if it is only what an error answer holds, which no type says. */
type Use = Usage | 'error';
type Uses = ReadonlyMap<string, Use>;

const usesOf = (document: JsonObject): Uses => {
  const model = readModel(document);
  const inTypes = model.operations.map((operation) => {
    const { errors } = operation.result;
    const named = errors.flatMap(({ $ref }) =>
      typeof $ref === 'string' ? [resolveRef(document, $ref)] : [],
    );
    return { ...operation, result: { ...operation.result, errors: named } };
  });
  const printed = usages({ ...model, operations: inTypes });
  return new Map([...usages(model).keys()].map((name) => [name, printed.get(name) ?? 'error']));
};

const operationsOf = (
  document: JsonObject,
): { path: string; method: string; operation: JsonObject }[] =>
  Object.entries(objectAt(document, ['paths'])).flatMap(([path, item]) =>
    METHODS.flatMap((method) => {
      const operation = isObject(item) ? item[method] : undefined;
      return isObject(operation) ? [{ path, method, operation }] : [];
    }),
  );

// An operation that creates a job is told with those that finish it.
const isOfSameJobs = (one: JsonObject, other: JsonObject): boolean =>
  one !== other &&
  one['x-job'] !== undefined &&
  other['x-job'] !== undefined &&
  one['x-group'] === other['x-group'];

interface Cut {
  readonly paths: JsonObject;
  /** From here references are followed. */
  readonly seed: JsonObject;
  /** The schema that is not stubbed. */
  readonly whole?: string;
}

const cut = (document: JsonObject, uses: Uses, { paths, seed, whole }: Cut): JsonObject => {
  const schemas: JsonObject = {};
  const visit = (node: Json, isPart: boolean): void => {
    if (!isObject(node)) {
      if (Array.isArray(node)) for (const child of node) visit(child, isPart);
    } else if (typeof node.$ref === 'string') {
      const name = node.$ref.slice(PREFIX.length);
      const schema = resolveRef(document, node.$ref);
      const isStub = isModel(schema) && !isPart && name !== whole;
      const before = schemas[name];
      if (before === schema || (before && isStub)) return;
      schemas[name] = isStub ? stubOf(schema) : schema;
      if (!isStub) visit(schema, false);
    } else {
      for (const [key, child] of Object.entries(node)) visit(child, key === 'allOf');
    }
  };
  visit(seed, false);
  return assemble(document, paths, schemas, uses);
};

const PREFIX = '#/components/schemas/';

const reference = (name: string): JsonObject => ({ $ref: `${PREFIX}${name}` });

/** A model is known elsewhere by its name, and by being null. */
const stubOf = ({ nullable, 'x-name': name }: JsonObject): JsonObject => ({
  type: 'object',
  properties: { _: { type: 'string' } },
  ...(nullable === undefined ? {} : { nullable }),
  ...(name === undefined ? {} : { 'x-name': name }),
});

const assemble = (
  { openapi, security }: JsonObject,
  paths: JsonObject,
  schemas: JsonObject,
  uses: Uses,
): JsonObject => ({
  ...(openapi === undefined ? {} : { openapi }),
  ...(security === undefined ? {} : { security }),
  paths: { ...paths, '/keeper': { post: keeperOf(schemas, uses) } },
  components: { schemas: { ...schemas, [ANOTHER]: stubOf({}) } },
});

/** An operation that uses each schema as the document's operations do, so that none is lost with a reference. */
const keeperOf = (schemas: JsonObject, uses: Uses): JsonObject => {
  const used = (...wanted: Use[]): JsonObject => {
    const names = Object.keys(schemas).filter((name) => wanted.includes(uses.get(name) as Use));
    const properties = Object.fromEntries(names.map((name) => [name, reference(name)]));
    const schema = { type: 'object', properties: { ...properties, [ANOTHER]: reference(ANOTHER) } };
    return { description: 'All of them.', content: { 'application/json': { schema } } };
  };
  return {
    operationId: 'Keeper',
    'x-name': 'keepAll',
    'x-group': 'keeper',
    'x-safe-to-retry': false,
    'x-rate-class': 'default',
    security: [],
    requestBody: used('both', 'request'),
    responses: { 200: used('both', 'response'), 400: used('error') },
  };
};
