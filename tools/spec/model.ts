import { isObject, type Json, type JsonObject, resolveRef } from './document.ts';
import { SpecError } from './errors.ts';
import { flattenAllOf } from './generate/flatten.ts';

/** A document as the SDK sees it: operations with their facts. */
export interface ApiModel {
  readonly document: JsonObject;
  readonly operations: readonly OperationModel[];
}

export interface OperationModel {
  /** Name of the method in the SDK (`x-name`). */
  readonly name: string;
  /** Name of the group of methods (`x-group`). */
  readonly group: string;
  readonly operationId: string;
  readonly method: string;
  /** As the document writes it. */
  readonly path: string;
  readonly summary: string | undefined;
  readonly description: string | undefined;
  readonly deprecated: boolean;
  readonly parameters: readonly ParameterModel[];
  readonly body: BodyModel | undefined;
  readonly result: ResultModel;
  /** Media types of the body, as the document lists them. */
  readonly bodyTypes: readonly string[];
  /** Answers by status. */
  readonly responses: Readonly<Record<string, JsonObject>>;
  readonly isPublic: boolean;
  readonly scopes: readonly string[];
  /** Of a token operation: what it takes (`x-grants`). */
  readonly grants: readonly GrantModel[];
  readonly safeToRetry: boolean;
  /** Does it only read? A GET that is safe to retry does; another operation where `x-read` says so. */
  readonly isRead: boolean;
  readonly rateClass: string;
  readonly timeoutMs: number | undefined;
  /** How it lists page by page, as the overlay says (`x-paging`), if it has the parameters for it. */
  readonly paging: JsonObject | undefined;
  /** The operations that finish what it begins (`x-job`), if they are there and fit. */
  readonly job: JobModel | undefined;
  /** The operation itself, for facts that are passed on as they are. */
  readonly source: JsonObject;
}

/** How a job that an operation creates is asked for, by names of operations of the same group. */
export interface JobModel {
  readonly status: string;
  readonly output: string;
  /** The parameter of both that takes the job's id. */
  readonly id: string;
}

/** A grant of a token operation, with the form fields that are not every grant's, by their names on the wire. */
export interface GrantModel {
  readonly type: string;
  readonly needs: readonly string[];
  readonly takes: readonly string[];
}

export interface ParameterModel {
  /** Name in TypeScript. */
  readonly name: string;
  readonly wireName: string;
  readonly in: 'path' | 'query';
  readonly required: boolean;
  readonly schema: JsonObject;
  readonly description: string | undefined;
  readonly deprecated: boolean;
  readonly style: 'comma' | 'pipe' | 'space' | undefined;
}

export interface BodyModel {
  readonly kind: 'form' | 'json' | 'multipart';
  readonly required: boolean;
  readonly schema: JsonObject;
  readonly description: string | undefined;
}

export interface ResultModel {
  readonly kind: 'bytes' | 'json' | 'none' | 'text';
  /** Distinct schemas of the success answers. */
  readonly schemas: readonly JsonObject[];
  /** Is there a success answer without a body beside those with one? */
  readonly mayBeEmpty: boolean;
  /** Media types to ask for: of a file all, otherwise those beside application/json that are read as JSON, too. */
  readonly accept: readonly string[];
  /** Schemas of the declared error answers. */
  readonly errors: readonly JsonObject[];
}

export const METHODS: readonly string[] = ['get', 'put', 'post', 'delete', 'patch'];
const KINDS = ['bytes', 'json', 'none', 'text'] as const;

/** Reads the operations of a document, in its order. */
export const readModel = (source: JsonObject): ApiModel => {
  const document = flattenAllOf(source);
  if (typeof document.openapi !== 'string' || !document.openapi.startsWith('3.0.')) {
    throw new SpecError(
      `OpenAPI 3.0 is needed; the document says '${shown(document.openapi ?? document.swagger)}'.`,
    );
  }
  const operations = Object.entries(object(document.paths)).flatMap(([path, item]) =>
    Object.entries(object(item)).map(([method, operation]) => {
      if (METHODS.includes(method)) return readOperation(document, path, method, object(operation));
      throw new SpecError(`${path}: '${method}' is not supported here.`);
    }),
  );
  const withJobs = operations.map((operation) => ({
    ...operation,
    job: jobOf(operation, operations),
  }));
  return { document, operations: withJobs };
};

const readOperation = (
  document: JsonObject,
  path: string,
  method: string,
  source: JsonObject,
): OperationModel => {
  const where = `${method.toUpperCase()} ${path}`;
  const name = text(source['x-name']) ?? missing(where, 'x-name');
  const body = readBody(document, where, source);
  const group = text(source['x-group']) ?? missing(where, 'x-group');
  const security = list(source.security ?? document.security ?? missing(where, 'security')).map(
    object,
  );
  const parameters = list(source.parameters ?? []).map((parameter) =>
    readParameter(document, where, object(parameter)),
  );
  const safeToRetry =
    typeof source['x-safe-to-retry'] === 'boolean'
      ? source['x-safe-to-retry']
      : missing(where, 'x-safe-to-retry');
  return {
    name,
    group,
    operationId: text(source.operationId) ?? '',
    method: method.toUpperCase(),
    path,
    summary: text(source.summary),
    description: text(source.description),
    deprecated: source.deprecated === true,
    parameters,
    body,
    grants: readGrants(where, source, body),
    result: readResult(document, where, source),
    bodyTypes: Object.keys(object(bodySource(document, source).content ?? {})),
    responses: Object.fromEntries(
      Object.entries(object(source.responses)).map(([status, response]) => [
        status,
        deref(document, object(response)),
      ]),
    ),
    isPublic: security.length === 0 || security.some((scheme) => Object.keys(scheme).length === 0),
    scopes: [
      ...new Set(
        security.flatMap((scheme) =>
          Object.values(scheme).flatMap((scopes) =>
            list(scopes).flatMap((scope) => text(scope) ?? []),
          ),
        ),
      ),
    ],
    safeToRetry,
    isRead: readsOnly(where, method, source, safeToRetry),
    rateClass: text(source['x-rate-class']) ?? missing(where, 'x-rate-class'),
    timeoutMs: typeof source['x-timeout-ms'] === 'number' ? source['x-timeout-ms'] : undefined,
    paging: pagingOf(source, parameters),
    job: undefined,
    source,
  };
};

const readsOnly = (
  where: string,
  method: string,
  { 'x-read': fact }: JsonObject,
  safeToRetry: boolean,
): boolean => {
  if (fact === undefined) return method === 'get' && safeToRetry;
  if (fact !== true)
    throw new SpecError(`${where}: x-read is ${JSON.stringify(fact)}; it is true or left out.`);
  if (method === 'get')
    throw new SpecError(`${where}: x-read is for other methods; a GET reads without it.`);
  if (safeToRetry) return true;
  throw new SpecError(`${where}: what only reads is safe to retry; x-safe-to-retry says false.`);
};

const readGrants = (
  where: string,
  source: JsonObject,
  body: BodyModel | undefined,
): readonly GrantModel[] => {
  const grants = list(source['x-grants'] ?? []).map((raw) => {
    const { type, needs = [], takes = [] } = object(raw);
    const names = (some: Json): string[] => list(some).flatMap((name) => text(name) ?? []);
    return { type: text(type) ?? '', needs: names(needs), takes: names(takes) };
  });
  const fields = body?.kind === 'form' ? object(body.schema.properties) : {};
  if (grants.length === 0) return grants;
  const named = grants.flatMap(({ needs, takes }) => [...needs, ...takes]);
  const odd = ['grant_type', ...named].find((name) => !Object.hasOwn(fields, name));
  if (odd !== undefined)
    throw new SpecError(`${where}: x-grants needs a form with the field '${odd}'.`);
  const twice = named.find((name) => list(body?.schema.required ?? []).includes(name));
  if (twice !== undefined)
    throw new SpecError(`${where}: '${twice}' is required of every grant, and x-grants names it.`);
  const types = grants.map(({ type }) => type);
  const values = list(object(fields.grant_type).enum ?? types);
  if (
    values.every((value) => types.includes(String(value))) &&
    types.every((type) => values.includes(type))
  )
    return grants;
  throw new SpecError(`${where}: x-grants and the enum of grant_type differ.`);
};

/** Does it give tokens? */
export const isTokenOperation = ({ grants }: OperationModel): boolean => grants.length > 0;

/** The part of an operation in a job: `create`, `status` or `output`. */
export const roleOf = ({ source }: OperationModel): Json | undefined =>
  isObject(source['x-job']) ? source['x-job'].role : undefined;

// Facts that were carried over may fit no more: then it creates no job.
const jobOf = (
  { group, source }: OperationModel,
  operations: readonly OperationModel[],
): JobModel | undefined => {
  const job = source['x-job'];
  if (!isObject(job) || job.role !== 'create') return undefined;
  const stepOf = (role: 'output' | 'status', kind: string): { name: string; id: string }[] =>
    operations
      .filter((one) => one.group === group && one.name === job[role] && roleOf(one) === role)
      .filter(({ parameters, result }) => parameters.length === 1 && result.kind === kind)
      .map(({ name, parameters }) => ({ name, id: parameters[0]?.name ?? '' }));
  const [status] = stepOf('status', 'json');
  const [output] = stepOf('output', 'bytes');
  if (!status || !output || status.id !== output.id) return undefined;
  return { status: status.name, output: output.name, id: status.id };
};

// One that was carried over from another version may fit no more: then it is none.
const pagingOf = (
  source: JsonObject,
  parameters: readonly ParameterModel[],
): JsonObject | undefined => {
  const paging = source['x-paging'];
  if (!isObject(paging)) return undefined;
  const names = paging.style === 'page' ? ['pageIndex', 'pageSize'] : ['offset', 'limit'];
  const fits = names.every((name) => parameters.some((parameter) => parameter.name === name));
  return fits ? paging : undefined;
};

const readParameter = (document: JsonObject, where: string, raw: JsonObject): ParameterModel => {
  const source = deref(document, raw);
  const wireName = text(source.name) ?? missing(where, 'name of a parameter');
  if (source.in !== 'path' && source.in !== 'query') {
    throw new SpecError(
      `${where}: parameter '${wireName}' is in ${shown(source.in)}; only path and query are supported.`,
    );
  }
  return {
    name: text(source['x-name']) ?? camelCase(wireName),
    wireName,
    in: source.in,
    required: source.required === true || source.in === 'path',
    schema: object(source.schema),
    description: text(source.description),
    deprecated: source.deprecated === true,
    style: arrayStyle(where, source),
  };
};

const bodySource = (document: JsonObject, { requestBody }: JsonObject): JsonObject =>
  requestBody === undefined ? {} : deref(document, object(requestBody));

const arrayStyle = (where: string, source: JsonObject): ParameterModel['style'] => {
  const style = text(source.style) ?? (source.in === 'path' ? 'simple' : 'form');
  const isRepeated = typeof source.explode === 'boolean' ? source.explode : style === 'form';
  const joined = {
    form: 'comma',
    simple: undefined,
    spaceDelimited: 'space',
    pipeDelimited: 'pipe',
  } as const;
  if (!Object.hasOwn(joined, style))
    throw new SpecError(`${where}: the style '${style}' is not supported.`);
  return isRepeated ? undefined : joined[style as keyof typeof joined];
};

const readBody = (
  document: JsonObject,
  where: string,
  operation: JsonObject,
): BodyModel | undefined => {
  if (operation.requestBody === undefined) return undefined;
  const source = bodySource(document, operation);
  const content = object(source.content);
  const common = { required: source.required === true, description: text(source.description) };
  const kinds = {
    json: 'application/json',
    form: 'application/x-www-form-urlencoded',
    multipart: 'multipart/form-data',
  } as const;
  for (const [kind, type] of Object.entries(kinds) as [BodyModel['kind'], string][]) {
    if (content[type] === undefined) continue;
    const schema = object(object(content[type]).schema ?? {});
    if (kind === 'json') return { ...common, kind, schema };
    const form = deref(document, schema);
    if (!isObject(form.properties)) throw new SpecError(`${where}: its form has no fields.`);
    return { ...common, kind, schema: form };
  }
  throw new SpecError(
    `${where}: no media type of its body can be sent (${Object.keys(content).join(', ')}).`,
  );
};

const readResult = (document: JsonObject, where: string, source: JsonObject): ResultModel => {
  const responses = Object.entries(object(source.responses)).map(
    ([status, response]) =>
      [status, object(deref(document, object(response)).content ?? {})] as const,
  );
  const successes = responses
    .filter(([status]) => status.startsWith('2'))
    .map(([, content]) => content);
  const withBody = successes.filter((content) => Object.keys(content).length > 0);
  const schemas = distinct(withBody.map(firstSchema));
  const errors = distinct(
    responses
      .filter(([status]) => !status.startsWith('2'))
      .map(([, content]) => firstSchema(content)),
  );
  const kind = responseKind(where, source, schemas);
  const types = [...new Set(withBody.flatMap((content) => Object.keys(content)))];
  const accept =
    kind === 'bytes' || kind === 'text'
      ? types
      : types
          .filter((type) => kind === 'json' && type !== 'application/json' && !UNREAD.test(type))
          .sort();
  return {
    kind,
    schemas,
    mayBeEmpty: withBody.length > 0 && withBody.length < successes.length,
    accept,
    errors,
  };
};

// Nothing reads XML or a page where it is no file, whatever the document declares.
const UNREAD = /(?:xml|html)$/;

const responseKind = (
  where: string,
  source: JsonObject,
  schemas: readonly JsonObject[],
): ResultModel['kind'] => {
  const stated = text(source['x-response-kind']);
  const kind = KINDS.find((one) => one === stated);
  if (kind !== undefined) return kind;
  if (stated !== undefined)
    throw new SpecError(
      `${where}: '${stated}' is no x-response-kind; there are ${KINDS.join(', ')}.`,
    );
  if (schemas.length === 0) return 'none';
  const binary = schemas.filter(({ format }) => format === 'binary').length;
  if (binary > 0 && binary < schemas.length)
    throw new SpecError(`${where}: its answers are both files and objects.`);
  return binary > 0 ? 'bytes' : 'json';
};

/** The schema of an answer: that of JSON, or else the first. */
export const firstSchema = (content: JsonObject): JsonObject | undefined => {
  const media = content['application/json'] ?? Object.values(content)[0];
  const schema = isObject(media) ? media.schema : undefined;
  return isObject(schema) ? schema : undefined;
};

const distinct = (schemas: readonly (JsonObject | undefined)[]): JsonObject[] => {
  const byText = new Map(
    schemas.filter(isObject).map((schema) => [JSON.stringify(schema), schema]),
  );
  return [...byText.values()];
};

const deref = (document: JsonObject, node: JsonObject): JsonObject =>
  typeof node.$ref === 'string' ? resolveRef(document, node.$ref) : node;

/** `account-id`, `client_id`, `AssetFile` and `filter[name]` as names in TypeScript. */
export const camelCase = (name: string): string => {
  const words = name.split(/[^A-Za-z0-9$]+/).filter((word) => word !== '');
  const joined = words
    .map((word, index) => (index === 0 ? word : word.slice(0, 1).toUpperCase() + word.slice(1)))
    .join('');
  // A leading abbreviation goes down whole: SKUList becomes skuList.
  return joined.replace(/^[A-Z]+(?=[A-Z][a-z]|[^A-Za-z]|$)|^[A-Z]/, (start) => start.toLowerCase());
};

export const object = (node: Json | undefined): JsonObject => {
  if (isObject(node)) return node;
  throw new SpecError(
    `An object was expected where the document has ${JSON.stringify(node)?.slice(0, 60)}.`,
  );
};

/** A value of the document in a message. */
export const shown = (node: Json | undefined): string =>
  typeof node === 'string' ? node : String(JSON.stringify(node));

const list = (node: Json): Json[] => (Array.isArray(node) ? node : []);

const text = (node: Json | undefined): string | undefined =>
  typeof node === 'string' ? node : undefined;

const missing = (where: string, what: string): never => {
  throw new SpecError(`${where} has no ${what}.`);
};
