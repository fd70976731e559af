import { Ajv, type ValidateFunction } from 'ajv';
import formats from 'ajv-formats';

export interface Document {
  readonly servers: readonly { readonly url: string }[];
  readonly paths: Readonly<Record<string, Readonly<Record<string, JudgedOperation>>>>;
  readonly components: object;
}

export interface JudgedOperation {
  readonly 'x-response-kind'?: string;
  readonly responses: Readonly<
    Record<string, { readonly content?: Record<string, { schema?: object }> }>
  >;
}

/** Says what is wrong with an answer by the document, or undefined. */
export function createJudge(
  document: Document,
): (operation: JudgedOperation, response: Response) => Promise<unknown> {
  // Compiled once and used three times: what the compiler would save later it costs now.
  const quick = { validateSchema: false, inlineRefs: false, code: { optimize: false } };
  const ajv = new Ajv({ ...quick, strict: false, allErrors: true });
  formats.default(ajv);
  const digits = /^\d+$/;
  ajv.addFormat('int32', {
    type: 'number',
    validate: (n: number) => Number.isInteger(n) && Math.abs(n) < 2 ** 31,
  });
  ajv.addFormat('int64', { type: 'number', validate: Number.isSafeInteger });
  for (const name of ['float', 'double', 'decimal'])
    ajv.addFormat(name, { type: 'number', validate: Number.isFinite });
  ajv.addFormat('long-id', digits);
  ajv.addFormat('byte', /^(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?$/);
  ajv.addFormat('binary', true);
  ajv.addFormat('password', true);
  ajv.addSchema({ $id: 'doc', ...(toJsonSchema(document) as object) });
  const compiled = new Map<object, ValidateFunction>();
  const validatorOf = (schema: object): ValidateFunction => {
    const validate = compiled.get(schema) ?? ajv.compile(toJsonSchema(schema) as object);
    compiled.set(schema, validate);
    return validate;
  };
  return async (operation, response) => {
    const declared = operation.responses[response.status];
    if (!response.ok || !declared) return `status ${response.status} is not declared`;
    const text = await response.text();
    const content = declared.content ?? {};
    const type = response.headers.get('content-type') ?? '';
    const isUndeclaredFile = operation['x-response-kind'] === 'bytes';
    if (Object.keys(content).length === 0 && !isUndeclaredFile)
      return text === '' ? undefined : 'a body where none is declared';
    const schemas: { format?: string }[] = Object.values(content).map(({ schema }) => schema ?? {});
    // Files have the type of their format, and no document of those that say less names them all.
    if (isUndeclaredFile || schemas.some(({ format }) => format === 'binary'))
      return FILES.test(type) ? undefined : type;
    if (!(type in content)) return `type ${type} is not declared`;
    const schema = content[type]?.schema ?? {};
    const value = JSON.parse(text) as unknown;
    const validate = validatorOf(schema);
    return validate(value) ? undefined : { value, errors: validate.errors };
  };
}

const FILES =
  /^(text\/(csv|xml)|application\/(json|csv|x-json-stream|octet-stream|vnd\..+\.sheet))$/;

/** OpenAPI 3.0 to JSON schema: absolute references, and `nullable` as a type. */
function toJsonSchema(node: unknown): unknown {
  if (Array.isArray(node)) return node.map(toJsonSchema);
  if (typeof node !== 'object' || node === null) return node;
  const copy: Record<string, unknown> = Object.fromEntries(
    Object.entries(node).map(([key, value]) => [key, toJsonSchema(value)]),
  );
  if (typeof copy.$ref === 'string') return { $ref: `doc${copy.$ref}` };
  if (copy.nullable !== true) return copy;
  const { nullable: _nullable, ...rest } = copy;
  return { anyOf: [rest, { type: 'null' }] };
}
