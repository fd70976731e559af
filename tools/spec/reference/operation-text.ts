import { isObject, type JsonObject } from '../document.ts';
import { paramsOf, resultOf, roleWith } from '../generate/surface.ts';
import {
  camelCase,
  firstSchema,
  type GrantModel,
  type OperationModel,
  type ResultModel,
} from '../model.ts';
import { repeatingOf, SAFE_WRITE_MS } from '../repeating.ts';
import { code, fence, link, table, words } from './markdown.ts';
import { otherNames } from './other-names.ts';
import { samplesOf } from './sample.ts';
import { defaultOf, typeText, wordsOf } from './type-text.ts';
import type { Version } from './version.ts';

/** An operation of a page; `receiver` is what its methods are called on. */
export const operationSection = (
  operation: OperationModel,
  version: Version,
  { page, receiver }: { readonly page: string; readonly receiver: string },
): string[] => {
  const { deprecated, description, method, name, path, summary } = operation;
  const called = `${receiver}.${name}`;
  const samples = samplesOf(operation, version.writer.reader, called);
  return [
    `## ${name}`,
    ...(deprecated ? ['**Deprecated.**'] : []),
    ...(summary ? [words(summary)] : []),
    ...(description ? [words(description)] : []),
    code(`${method} ${version.facts.baseUrl}${path}`),
    ...samples.flatMap(({ code: text, grant }) => [
      ...(grant ? [`${grantTitle(grant, operation)}:`] : []),
      fence('ts', text),
    ]),
    ...parametersOf(operation, version, page),
    factsOf(operation, version, page, called)
      .map(([title, text]) => `- **${title}**: ${text}`)
      .join('\n'),
  ];
};

const parametersOf = (operation: OperationModel, version: Version, page: string): string[] => {
  const params = paramsOf(operation, version.writer.reader);
  if (params.length === 0) return [];
  const wireNames = wireNamesOf(operation);
  const rows = params.map(({ isOptional, key, lines, shape }) => {
    const wireName = wireNames.get(key);
    const notes = [
      wordsOf(lines),
      ...(wireName === undefined || wireName === key ? [] : [`On the wire ${code(wireName)}.`]),
    ];
    return [
      code(key),
      typeText(shape, version, page),
      requiredText(operation, key, isOptional),
      defaultOf(lines),
      notes.join(' ').trim(),
    ];
  });
  return [table(['parameter', 'type', 'required', 'default', 'what it is'], rows)];
};

// Of several ways to use one grant, by what one of them needs and another does not.
const grantTitle = ({ needs, type }: GrantModel, { grants }: OperationModel): string => {
  const same = grants.filter((grant) => grant.type === type);
  const own = needs.filter((name) => !same.every((grant) => grant.needs.includes(name)));
  const names = own.map((name) => code(camelCase(name))).join(' and ');
  return names ? `With ${code(type)} and ${names}` : `With ${code(type)}`;
};

/** Is a parameter required? Where that is a matter of the grant, with which. */
const requiredText = (operation: OperationModel, key: string, isOptional: boolean): string => {
  const roles = operation.grants.map((grant) => ({
    type: grant.type,
    role: roleWith(grant, operation, key),
  }));
  if (roles.every(({ role }) => role === undefined)) return isOptional ? 'no' : 'yes';
  const types = [...new Set(roles.map(({ type }) => type))];
  const rolesOf = (one: string): string[] =>
    roles.filter(({ type }) => type === one).map(({ role }) => role ?? 'taken');
  const always = types.filter((type) => rolesOf(type).every((role) => role === 'needed'));
  const optional = types.filter(
    (type) => !always.includes(type) && rolesOf(type).some((role) => role !== 'refused'),
  );
  return [
    ...(always.length > 0 ? [`with ${always.map(code).join(', ')}`] : []),
    ...(optional.length > 0 ? [`optional with ${optional.map(code).join(', ')}`] : []),
  ].join('; ');
};

/** What a parameter is called in the request, by its name in TypeScript. */
const wireNamesOf = ({ body, parameters }: OperationModel): ReadonlyMap<string, string> => {
  const fields = body && body.kind !== 'json' && isObject(body.schema.properties);
  return new Map([
    ...parameters.map(({ name, wireName }) => [name, wireName] as const),
    ...(fields ? Object.keys(body.schema.properties as JsonObject) : []).map(
      (wireName) => [camelCase(wireName), wireName] as const,
    ),
  ]);
};

const failureOf = (
  { result }: OperationModel,
  version: Version,
  page: string,
  called: string,
): string => {
  const { reader } = version.writer;
  const models = result.errors.map((schema) =>
    typeText(reader.shapeOf(schema, 'response'), version, page),
  );
  const told = `${code('TokenError')}, with OAuth's ${code('code')}, ${code('description')} and ${code('uri')}`;
  return models.length > 0
    ? `${told}; ${code(`error.modelOf(${called})`)} gives the ${models.join(' or ')}.`
    : `${told} if the answer has them: this version declares no body.`;
};

type Fact = readonly [title: string, text: string];

const factsOf = (
  operation: OperationModel,
  version: Version,
  page: string,
  called: string,
): Fact[] => {
  const { operationId, rateClass } = operation;
  const names = otherNames(operationId);
  return [
    ['Returns', typeText(resultOf(operation, version.writer.reader), version, page)],
    ['Statuses', statusesOf(operation, version, page)],
    ...(operation.grants.length > 0
      ? [['Fails with', failureOf(operation, version, page, called)] as const]
      : []),
    ['Authorization', authorizationOf(operation)],
    ...contentTypeOf(operation),
    ['Accept', code(acceptOf(operation.result))],
    ['Retries', retriesOf(operation)],
    ['Rate class', code(rateClass)],
    ['Time limit', timeLimitOf(operation)],
    ...helperOf(operation, version, page, called),
    ['operationId', code(operationId)],
    ...(names
      ? [
          [
            'In other SDKs',
            `${code(names.python)} (Python), ${code(names.java)} (Java, PHP)`,
          ] as const,
        ]
      : []),
  ];
};

/** What happens when no answer comes, or one that says nothing (core: `TOKEN_RETRY` for token operations). */
const retriesOf = (operation: OperationModel): string => {
  const repeating = repeatingOf(operation);
  if (repeating !== 'byGrant') return RETRIES[repeating];
  const types = [...new Set(operation.grants.map(({ type }) => type))];
  return `after a lost response ${types.map((type) => `${TOKEN_RETRIES[type] ?? 'not'} with ${code(type)}`).join(', ')}.`;
};

const RETRIES = {
  always: 'only reads: the call is repeated after a lost response.',
  soon: `a write that may be repeated: after a lost response it is, within ${SAFE_WRITE_MS / 1000} s of its first sending.`,
  never: 'a write that is not repeated after a lost response: it may have been processed.',
} as const;

const TOKEN_RETRIES: Readonly<Record<string, string>> = {
  client_credentials: 'up to twice',
  refresh_token: 'once',
  authorization_code: 'never',
};

/** How long a call may take where nothing else is said, as core has it. */
export const DEFAULT_TIMEOUT_MS = 120_000;

const timeLimitOf = ({ timeoutMs }: OperationModel): string =>
  timeoutMs === undefined
    ? `${DEFAULT_TIMEOUT_MS / 1000} s for the whole call, unless overridden on the client or the call.`
    : `${timeoutMs / 1000} s for the whole call, its own, unless overridden on the client or the call.`;

const statusesOf = (operation: OperationModel, version: Version, page: string): string => {
  const { reader } = version.writer;
  return Object.entries(operation.responses)
    .map(([status, response]) => {
      const { content, description } = response;
      const schema =
        isObject(content) && !status.startsWith('2') ? firstSchema(content) : undefined;
      const model = schema ? [typeText(reader.shapeOf(schema, 'response'), version, page)] : [];
      const meaning = typeof description === 'string' ? [words(description)] : [];
      return `${code(status)} ${[...meaning, ...model].join(', ')}`.trim();
    })
    .join('; ')
    .concat('.');
};

const authorizationOf = ({ isPublic, scopes }: OperationModel): string => {
  if (isPublic) return 'none: no bearer token is sent.';
  return scopes.length === 0
    ? 'bearer token.'
    : `bearer token of an app with the permission ${scopes.map(code).join(', ')}.`;
};

const TYPES = {
  form: 'application/x-www-form-urlencoded',
  json: 'application/json',
  multipart: 'multipart/form-data',
} as const;

const contentTypeOf = ({ body, bodyTypes }: OperationModel): Fact[] => {
  if (body === undefined) return [];
  const sent = TYPES[body.kind];
  const others = bodyTypes.filter((type) => type !== sent);
  const declared = others.length > 0 ? ` (declared, too: ${others.map(code).join(', ')})` : '';
  return [['Content-Type', `${code(sent)}${declared}`]];
};

/** What the client says that it takes. */
const acceptOf = ({ accept, kind }: ResultModel): string => {
  if (kind === 'json' || kind === 'none') return ['application/json', ...accept].join(', ');
  return accept.length > 0 ? accept.join(', ') : '*/*';
};

/** What of core does more with it than a call. */
const helperOf = (
  { job, paging, result }: OperationModel,
  version: Version,
  page: string,
  called: string,
): Fact[] => {
  const to = (name: string): string => link(code(name), version.targetOf(name, page));
  if (paging) {
    const { defaultSize, maxSize } = paging;
    const size = [
      ...(defaultSize === undefined ? [] : [`${defaultSize} items unless asked`]),
      ...(maxSize === undefined ? [] : [`at most ${maxSize}`]),
    ].join(', ');
    const text = `${code(`paginate(${called})`)} lists all of it, over all pages.`;
    return [['All pages', size ? `${text} A page has ${size}.` : text]];
  }
  if (job) {
    const steps = `asks ${to(job.status)} until it is done and gives the file of ${to(job.output)}.`;
    return [['Job', `${code(`runJob(${called}, …)`)} creates it, ${steps}`]];
  }
  return result.kind === 'bytes'
    ? [['File', `${code(`download(${called}, …)`)} gives it as rows, as a stream or under a path.`]]
    : [];
};
