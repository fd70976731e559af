import type { JsonObject } from '../document.ts';
import type { FieldShape, ObjectKind, Shape, ShapeReader } from '../generate/shape.ts';
import { type ParamShape, paramsOf, resultOf, roleWith } from '../generate/surface.ts';
import { type GrantModel, isTokenOperation, type OperationModel } from '../model.ts';
import { Expression, type Value, written } from './literal.ts';

/** A call as a page shows it. */
export interface Sample {
  /** Which grant it uses, where there are several. */
  readonly grant: GrantModel | undefined;
  readonly code: string;
}

/** The calls of an operation: one, or one for each of its grants. `method` is what is called. */
export const samplesOf = (
  operation: OperationModel,
  reader: ShapeReader,
  method: string,
): Sample[] => {
  const { grants } = operation;
  const before = `${receiverOf(operation, reader)}await ${method}(`;
  return (grants.length > 1 ? grants : [undefined]).map((grant) => {
    const given = argumentsOf(operation, reader, grant);
    const code = Object.keys(given).length === 0 ? `${before});` : written(before, given, ');');
    return { grant, code };
  });
};

/** Does a sample of it read a file? */
export const takesFile = ({ body }: OperationModel): boolean => body?.kind === 'multipart';

const argumentsOf = (
  operation: OperationModel,
  reader: ShapeReader,
  grant: GrantModel | undefined,
): Readonly<Record<string, Value>> => {
  const sampler = samplerOf(reader);
  const size = sizeOf(operation);
  const isForm = operation.body?.kind === 'form';
  const argumentOf = ({ key, shape }: ParamShape): Value => {
    if (key === size) return PAGE;
    if (grant && key === GRANT_TYPE) return grant.type;
    // Of a form's texts nearly all are secrets or come from elsewhere: a variable of that name.
    return isForm && shape.kind === 'plain' ? new Expression(key) : sampler(key, shape);
  };
  const isShown = ({ isOptional, key }: ParamShape): boolean => {
    const role = grant ? roleWith(grant, operation, key) : undefined;
    if (role === 'needed' || role === 'refused') return role === 'needed';
    return !isOptional || key === 'body' || key === size || (isForm && CREDENTIALS.has(key));
  };
  return Object.fromEntries(
    paramsOf(operation, reader)
      .filter(isShown)
      .map((param) => [param.key, argumentOf(param)]),
  );
};

const GRANT_TYPE = 'grantType';
// An app that has a secret is refused without it, whatever the document lets be left out.
const CREDENTIALS: ReadonlySet<string> = new Set(['clientId', 'clientSecret']);

const PAGE = 5;

const sizeOf = ({ paging }: OperationModel): string | undefined =>
  paging && (paging.style === 'page' ? 'pageSize' : 'limit');

const receiverOf = (operation: OperationModel, reader: ShapeReader): string => {
  const { kind } = operation.result;
  if (kind === 'none') return '';
  if (kind === 'bytes') return 'const bytes = ';
  if (kind === 'text') return 'const text = ';
  if (isTokenOperation(operation)) return 'const token = ';
  return hasData(resultOf(operation, reader), reader) ? 'const { data } = ' : 'const result = ';
};

const hasData = (shape: Shape, reader: ShapeReader): boolean =>
  shape.kind === 'model' &&
  !shape.nullable &&
  reader.objectOf(shape.source, 'response').fields.some(({ key }) => key === 'data');

type Sampler = (name: string, shape: Shape) => Value;

/** Makes small values that a schema allows: what is required, and of what requires nothing the first field. */
const samplerOf = (reader: ShapeReader): Sampler => {
  const make = (name: string, shape: Shape, above: readonly string[]): Value => {
    switch (shape.kind) {
      case 'unknown':
        return {};
      case 'plain':
        return plainValue(name, shape.type, shape.source);
      case 'enum':
        return shape.members[0] ?? '';
      case 'array': {
        const isCycle = shape.item.kind === 'model' && above.includes(shape.item.name);
        return isCycle ? [] : [make(singular(name), shape.item, above)];
      }
      case 'model':
        return fieldsOf(reader.objectOf(shape.source, 'request'), [...above, shape.name]);
      case 'object':
        return fieldsOf(shape, above);
      case 'union':
        return shape.members[0] ? make(name, shape.members[0], above) : {};
      case 'intersection':
        return Object.assign({}, ...shape.members.map((member) => make(name, member, above)));
    }
  };
  const fieldsOf = ({ fields, index }: ObjectKind, above: readonly string[]): Value => {
    const required = fields.filter(({ isOptional }) => !isOptional);
    const first = fields.find((field) => isWritable(field) && !isCycleAt(field, above));
    const shown = required.length > 0 ? required : first ? [first] : [];
    if (shown.length === 0 && index && index.kind !== 'unknown')
      return { key: make('key', index, above) };
    return Object.fromEntries(shown.map(({ key, shape }) => [key, make(key, shape, above)]));
  };
  return (name, shape) => make(name, shape, []);
};

const isWritable = ({ isReadonly, shape }: FieldShape): boolean =>
  !isReadonly && shape.source.deprecated !== true;

const isCycleAt = ({ shape }: FieldShape, above: readonly string[]): boolean => {
  const inner = shape.kind === 'array' ? shape.item : shape;
  return inner.kind === 'model' && above.includes(inner.name);
};

const plainValue = (name: string, type: string, schema: JsonObject): Value => {
  switch (type) {
    case 'boolean':
      return true;
    case 'number':
      return numberFor(schema);
    case 'Blob':
      return new Expression("await fileFrom('image.png')");
    default:
      return textFor(name, schema);
  }
};

const numberFor = ({ exclusiveMinimum, maximum, minimum, multipleOf }: JsonObject): number => {
  const step = typeof multipleOf === 'number' ? multipleOf : 1;
  const least =
    typeof minimum === 'number' ? minimum + (exclusiveMinimum === true ? step : 0) : step;
  const most = typeof maximum === 'number' ? maximum : least;
  return Math.min(Math.max(least, step), most);
};

const FORMATS: Readonly<Record<string, string>> = {
  byte: 'dGV4dA==',
  date: '2026-07-01',
  'date-time': '2026-07-01T00:00:00Z',
  decimal: '1.5',
  email: 'name@example.com',
  int32: '123',
  int64: '123',
  'long-id': '123',
  uri: 'https://example.com/',
  uuid: '6f1c2b3a-4d5e-4f60-8a71-92b3c4d5e6f7',
};

// What a name tells of a text, as far as a reader cares.
const NAMES: readonly (readonly [RegExp, string])[] = [
  [/ids?$/i, '123'],
  [/ur[il]$/i, 'https://example.com/'],
  [/email$/i, 'name@example.com'],
  [/currency$/i, 'EUR'],
  [/country$/i, 'FR'],
  [/timezone$/i, 'UTC'],
  [/date$/i, '2026-07-01'],
  [/name$/i, 'Summer'],
];

const SHAPES = ['text', '123', '2026-07-01', '23:59', '#00ff7f', 'A', 'a-b', 'a@b.example'];

const textFor = (name: string, { format, maxLength, minLength, pattern }: JsonObject): string => {
  const ofPattern = typeof pattern === 'string' && SHAPES.find((text) => fits(text, pattern));
  if (ofPattern) return ofPattern;
  const own = FORMATS[String(format)] ?? NAMES.find(([names]) => names.test(name))?.[1] ?? 'text';
  const padded = typeof minLength === 'number' ? own.padEnd(minLength, '0') : own;
  return typeof maxLength === 'number' ? padded.slice(0, maxLength) : padded;
};

const fits = (text: string, pattern: string): boolean => {
  try {
    return new RegExp(pattern).test(text);
  } catch {
    return false;
  }
};

const singular = (name: string): string => name.replace(/s$/, '');
