import type { JsonObject } from '../document.ts';
import { SpecError, within } from '../errors.ts';
import {
  type ApiModel,
  camelCase,
  isTokenOperation,
  type JobModel,
  type OperationModel,
  object,
  type ParameterModel,
} from '../model.ts';
import { repeatingOf, SAFE_WRITE_MS } from '../repeating.ts';
import type { VersionFacts } from '../vendor.ts';
import { aliasesOf, isModel, modelName, usages } from './shape.ts';
import { comment, identifier, number, propertyKey, string } from './sinks.ts';
import { type GrantShape, grantShapesOf, type ParamShape, paramsOf, resultOf } from './surface.ts';
import { type Field, schemaLines, type TypeWriter, typeWriter } from './types.ts';

/*
 * Turns a document into the one that the generator reads: structure for the generator (groups,
 * names of files), and for the templates finished texts that went through the sinks.
 * A field is always there: a template that misses one would print an outer one of the same name.
 */

interface OperationText {
  readonly name: string;
  readonly doc: string;
  /** Of the constant: what core can do with it. */
  readonly type: string;
  readonly params: string;
  readonly result: string;
  /** `, ` and the type of the body of its errors, where core gives it to users. */
  readonly error: string;
  /** One where an operation takes parameters. */
  readonly paramsInterface: readonly ParamsText[];
  /** In its place where the parameters depend on the grant. */
  readonly paramsUnion: readonly (Omit<ParamsText, 'fields'> & {
    readonly variants: readonly { readonly fields: readonly Field[] }[];
  })[];
  readonly facts: readonly { readonly key: string; readonly value: string }[];
}

interface ParamsText {
  readonly name: string;
  readonly doc: string;
  readonly fields: readonly Field[];
}

/** What belongs to a group: its class's comment and import lists; stands at its first operation. */
interface FileText {
  readonly classDoc: string;
  readonly core: string;
  readonly coreTypes: string;
  readonly models: readonly { readonly names: string }[];
}

/** The document for the generator, as JSON in ASCII. */
export const normalise = (model: ApiModel, title: string, facts: VersionFacts): string => {
  const { core, life } = facts;
  const { document } = model;
  checkNames(model);
  const writer = typeWriter(document);
  const paths: JsonObject = {};
  for (const group of groupsOf(model)) {
    const texts = group.operations.map((operation) => operationText(operation, writer, facts));
    const file = fileText(group.operations, texts, writer.takeNames(), facts);
    group.operations.forEach((operation, index) => {
      // Numbered: what a path or an id says reaches code through the texts only.
      const id = `o${String(Object.keys(paths).length).padStart(5, '0')}`;
      paths[`/${id}`] = generatorOperation(
        id,
        operation.group,
        texts[index] as OperationText,
        index === 0 && file,
      );
    });
  }
  const output = {
    openapi: '3.0.3',
    info: { title, version: '1' },
    'x-core': string(core),
    'x-life': lifeText(life),
    paths,
    components: { schemas: schemaTexts(model, writer) },
  };
  return ascii(JSON.stringify(output, null, 1));
};

const groupsOf = ({ operations }: ApiModel): { name: string; operations: OperationModel[] }[] => {
  const names = [...new Set(operations.map(groupName))];
  return names.map((name) => ({
    name,
    operations: operations
      .filter(({ group }) => group === name)
      // Operations that create jobs refer to others: they come last.
      .sort((a, b) => Number(!!a.job) - Number(!!b.job) || (a.name < b.name ? -1 : 1)),
  }));
};

// As overlays may write it: the generator prints it as it is, and names files by it on every system.
const groupName = ({ group, method, path }: OperationModel): string =>
  within(`${method} ${path}`, () => {
    if (CLIENT_MEMBERS.has(group))
      throw new SpecError(
        `Every client has its own '${group}'; give the group another name (x-group).`,
      );
    if (/^[a-z][A-Za-z0-9]*$/.test(group) && !DEVICE.test(group)) return identifier(group);
    throw new SpecError(`'${group}' is no name of a group; give it another name (x-group).`);
  });

/** What a client has beside its groups. */
export const CLIENT_MEMBERS: ReadonlySet<string> = new Set([
  'call',
  'close',
  'forSubject',
  'rateLimit',
  'request',
  'tokens',
]);

const DEVICE = /^(?:aux|con|nul|prn|com\d|lpt\d)$/i;

const generatorOperation = (
  id: string,
  group: string,
  text: OperationText,
  file: FileText | false,
): JsonObject => ({
  get: {
    operationId: id,
    tags: [group],
    responses: { 200: { description: 'OK' } },
    'x-op': text as unknown as JsonObject,
    'x-file': file as unknown as JsonObject,
  },
});

const operationText = (
  operation: OperationModel,
  writer: TypeWriter,
  facts: VersionFacts,
): OperationText =>
  within(`${operation.method} ${operation.path}`, () => readText(operation, writer, facts));

const readText = (
  operation: OperationModel,
  writer: TypeWriter,
  facts: VersionFacts,
): OperationText => {
  const name = identifier(operation.name);
  const fields = paramFields(operation, writer);
  checkUnique(
    `parameters of ${name}`,
    fields.map(({ key }) => key),
  );
  const params = identifier(`${name.slice(0, 1).toUpperCase()}${name.slice(1)}Params`);
  const head = { name: params, doc: comment([`Parameters of {@link ${name}}.`]) };
  const grants = grantShapesOf(operation, writer.reader);
  return {
    name,
    doc: comment(operationLines(operation, facts)),
    type: typeOf(operation),
    params: fields.length > 0 ? params : 'NoParams',
    result: writer.print(resultOf(operation, writer.reader)),
    error: errorText(operation, writer),
    paramsInterface: fields.length > 0 && grants.length === 0 ? [{ ...head, fields }] : [],
    paramsUnion:
      grants.length > 0
        ? [{ ...head, variants: grants.map((grant) => ({ fields: fieldsFor(grant, writer) })) }]
        : [],
    facts: operationFacts(operation),
  };
};

const typeOf = ({ paging, job }: OperationModel): string => {
  if (job) return 'JobOperation';
  return paging ? 'PagedOperation' : 'Operation';
};

// Other errors are problems to users, whatever model they come in.
const errorText = ({ grants, result }: OperationModel, { print, reader }: TypeWriter): string => {
  if (grants.length === 0) return '';
  const types = result.errors.map((schema) => print(reader.shapeOf(schema, 'response')));
  return `, ${types.join(' | ') || 'never'}`;
};

const operationLines = (operation: OperationModel, { baseUrl }: VersionFacts): string[] => [
  ...(operation.summary ? [operation.summary, ''] : []),
  ...(operation.description ? [operation.description, ''] : []),
  ...helperLines(operation),
  `\`${operation.method} ${baseUrl}${operation.path}\` (${operation.operationId})`,
  ...statusLines(operation),
  ...repeatLines(operation),
  ...(operation.scopes.length > 0 ? [`Needs ${operation.scopes.join(', ')}.`] : []),
  ...(operation.deprecated ? ['@deprecated'] : []),
];

/** Which answers the document declares. */
const statusLines = ({ responses }: OperationModel): string[] => {
  const statuses = Object.entries(responses).map(([status, { description }]) =>
    [status, ...(typeof description === 'string' ? [description.replace(/\.\s*$/, '')] : [])].join(
      ' ',
    ),
  );
  return statuses.length > 0 ? [`Declared statuses: ${statuses.join(', ')}.`] : [];
};

/** What the method does not tell; of a token operation its grant decides. */
const repeatLines = (operation: OperationModel): string[] => {
  const repeating = repeatingOf(operation);
  if (repeating === 'byGrant' || (operation.method === 'GET' && repeating === 'always')) return [];
  return [HOVERS[repeating]];
};

const HOVERS = {
  always: 'Only reads.',
  soon: `A write that may be repeated within ${SAFE_WRITE_MS / 1000} s.`,
  never: 'A write that is not repeated after a lost response.',
} as const;

/** What of core does more with it than a call. */
const helperLines = ({ paging, job, result }: OperationModel): string[] => {
  if (paging) return [`\`paginate\` lists all of it, over all pages.`, ''];
  if (job) return [`\`runJob\` creates it, waits for it and gives its file.`, ''];
  return result.kind === 'bytes'
    ? [`\`download\` gives it as rows, as a stream or under a path.`, '']
    : [];
};

const paramFields = (operation: OperationModel, writer: TypeWriter): Field[] =>
  paramsOf(operation, writer.reader).map((param) => paramField(param, writer));

const paramField = (
  { isOptional, key, lines, shape }: ParamShape,
  { print }: TypeWriter,
): Field => ({
  doc: comment(lines),
  key: propertyKey(key),
  mark: isOptional ? '?' : '',
  type: print(shape),
});

/** What belongs to other grants is `never`, so that it does not compile. */
const fieldsFor = ({ fields, refused }: GrantShape, writer: TypeWriter): Field[] => [
  ...fields.map((field) => paramField(field, writer)),
  ...refused.map((key) => ({ doc: '', key: propertyKey(key), mark: '?', type: 'never' })),
];

const operationFacts = (operation: OperationModel): { key: string; value: string }[] => {
  const { body, result, parameters } = operation;
  const query = parameters.filter((parameter) => parameter.in === 'query');
  const isGet = operation.method === 'GET';
  const isMarkedRead = operation.isRead && !isGet;
  const facts: [string, string | false][] = [
    ['id', string(operation.name)],
    ['method', string(operation.method)],
    ['path', string(templateOf(operation))],
    ['query', query.length > 0 && `[${query.map(queryFact).join(', ')}]`],
    ['body', body?.kind === 'json' && 'true'],
    ['form', body?.kind === 'form' && formFacts(body.schema)],
    ['multipart', body?.kind === 'multipart' && formFacts(body.schema)],
    ['response', result.kind !== 'json' && string(result.kind)],
    ['accept', result.accept.length > 0 && `[${result.accept.map(string).join(', ')}]`],
    ['auth', operation.isPublic && string('none')],
    ['grants', operation.grants.length > 0 && grantFacts(operation)],
    ['read', isMarkedRead && 'true'],
    [
      'safeToRetry',
      !isMarkedRead && operation.safeToRetry !== isGet && String(operation.safeToRetry),
    ],
    ['rateClass', operation.rateClass !== 'default' && string(operation.rateClass)],
    ['timeoutMs', operation.timeoutMs !== undefined && number(operation.timeoutMs)],
    ['paging', operation.paging !== undefined && pagingFact(operation)],
    ['job', operation.job !== undefined && jobFact(operation.job)],
    ['scopes', operation.scopes.length > 0 && `[${operation.scopes.map(string).join(', ')}]`],
  ];
  return facts.flatMap(([key, value]) => (value === false ? [] : [{ key, value }]));
};

const pagingFact = ({ paging, result }: OperationModel): string => {
  if (result.kind !== 'json') throw new SpecError('x-paging: the answer is no JSON.');
  const entries = Object.entries(paging ?? {}).map(
    ([key, value]) =>
      `${propertyKey(key)}: ${typeof value === 'number' ? number(value) : string(String(value))}`,
  );
  return `{ ${entries.join(', ')} }`;
};

const jobFact = ({ status, output, id }: JobModel): string =>
  `{ status: ${identifier(status)}, output: ${identifier(output)}, id: ${string(id)} }`;

/** The path with the names that its parameters have in TypeScript. */
export const templateOf = ({ path, parameters }: OperationModel): string => {
  const declared = parameters.filter((parameter) => parameter.in === 'path');
  const lost = declared.find(({ wireName }) => !path.includes(`{${wireName}}`));
  if (lost) throw new SpecError(`${path}: the path has no place for '${lost.wireName}'.`);
  return path.replace(/\{([^}]*)\}/g, (_, wireName: string) => {
    const parameter = declared.find((candidate) => candidate.wireName === wireName);
    if (parameter) return `{${identifier(parameter.name)}}`;
    throw new SpecError(`${path}: the path parameter '${wireName}' is not declared.`);
  });
};

const queryFact = ({ name, wireName, style }: ParameterModel): string => {
  if (name === wireName && style === undefined) return string(name);
  const entries = [
    ['name', name],
    ...(name === wireName ? [] : [['as', wireName]]),
    ...(style ? [['style', style]] : []),
  ];
  return `{ ${entries.map(([key, value]) => `${key}: ${string(value ?? '')}`).join(', ')} }`;
};

const SECRET_FIELDS = new Set([
  'client_secret',
  'code',
  'code_verifier',
  'password',
  'refresh_token',
]);

const formFacts = (schema: JsonObject): string => {
  const fields = Object.entries(object(schema.properties)).map(([wireName, property]) => {
    const name = camelCase(wireName);
    const { default: value } = object(property);
    const entries = [
      `name: ${string(name)}`,
      ...(name === wireName ? [] : [`as: ${string(wireName)}`]),
      ...(typeof value === 'string' ? [`default: ${string(value)}`] : []),
      ...(SECRET_FIELDS.has(wireName) ? ['secret: true'] : []),
    ];
    return `{ ${entries.join(', ')} }`;
  });
  return `[${fields.join(', ')}]`;
};

const grantFacts = ({ grants }: OperationModel): string => {
  const texts = grants.map(({ type, needs }) => {
    const names = needs.map((name) => string(camelCase(name)));
    return `{ type: ${string(type)}${names.length > 0 ? `, needs: [${names.join(', ')}]` : ''} }`;
  });
  return `[${texts.join(', ')}]`;
};

const lifeText = (life: VersionFacts['life']): JsonObject => ({
  facts: Object.entries(life).map(([key, value]) => ({
    key: propertyKey(key),
    value: string(value),
  })),
});

const fileText = (
  operations: readonly OperationModel[],
  texts: readonly OperationText[],
  models: readonly string[],
  facts: VersionFacts,
): FileText => ({
  classDoc: comment(classLines(operations, facts)),
  core: string(facts.core),
  coreTypes: [
    ...(texts.some(({ params }) => params === 'NoParams') ? ['NoParams'] : []),
    ...new Set(texts.map(({ type }) => type).sort()),
  ].join(', '),
  models: models.length > 0 ? [{ names: models.join(', ') }] : [],
});

/** What is said of a class as a whole. */
export const classLines = (
  operations: readonly OperationModel[],
  { title, baseUrl, defaultLifetimeMs }: VersionFacts,
): string[] => {
  const [first] = operations;
  const token = operations.find(isTokenOperation);
  if (!token) {
    return [
      `Operations of the ${title} at ${baseUrl}: \`client.${first?.group}\`, or standalone on a transport from \`createTransport\`.`,
    ];
  }
  const grants = [...new Set(token.grants.map(({ type }) => type))];
  const url = `${baseUrl}${token.path}`;
  const by = `the grant${grants.length > 1 ? 's' : ''} ${grants.join(', ')}`;
  return [
    `Gets access tokens of the ${title} from ${url} by ${by}; token lifetime ${defaultLifetimeMs / 1000} s.`,
  ];
};

// Numbered names keep the generator's own ideas about names of schemas out of the matter.
const schemaTexts = (model: ApiModel, writer: TypeWriter): JsonObject => {
  const schemas = object(object(model.document.components ?? {}).schemas ?? {});
  const entries = [...usages(model)]
    .filter(([name]) => isModel(object(schemas[name])))
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([name, usage], index) => {
      const schema = object(schemas[name]);
      const text = within(`schema ${name}`, () => ({
        name: modelName(name, schema),
        doc: comment(schemaLines(schema)),
        fields: writer.fieldsOf(schema, usage),
        aliases: aliasesOf(schema).map((alias) => ({
          name: identifier(alias),
          target: modelName(name, schema),
          doc: comment([`@deprecated Its name is {@link ${modelName(name, schema)}} now.`]),
        })),
      }));
      writer.takeNames();
      return [
        `M${String(index).padStart(5, '0')}`,
        {
          type: 'object',
          properties: { _: { type: 'string' } },
          'x-model': text as unknown as JsonObject,
        },
      ];
    });
  return Object.fromEntries(entries);
};

const checkNames = (model: ApiModel): void => {
  const { operations } = model;
  const schemas = object(object(model.document.components ?? {}).schemas ?? {});
  const capital = (name: string): string => name.slice(0, 1).toUpperCase() + name.slice(1);
  checkUnique(
    'operations (x-name)',
    operations.map(({ name }) => name),
  );
  // Their files may stand on a disk that does not tell a from A.
  checkUnique(
    'groups',
    [...new Set(operations.map(({ group }) => group))].map((group) => group.toLowerCase()),
  );
  checkUnique('exported types', [
    ...[...usages(model).keys()].flatMap((name) => {
      const schema = object(schemas[name]);
      return within(`schema ${name}`, () => [modelName(name, schema), ...aliasesOf(schema)]);
    }),
    ...operations.flatMap(({ name }) => [name, `${capital(name)}Params`]),
    ...new Set(operations.map(({ group }) => `${capital(group)}Api`)),
  ]);
};

const checkUnique = (what: string, names: readonly string[]): void => {
  const twice = names.find((name, index) => names.indexOf(name) !== index);
  if (twice !== undefined)
    throw new SpecError(
      `Two ${what} are called '${twice}'; name one of them in the overlay (x-name).`,
    );
};

const ascii = (json: string): string =>
  json.replace(
    /[\u007f-\uffff]/g,
    (char) => `\\u${char.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );
