import { isDeepStrictEqual } from 'node:util';
import { isObject, type Json, type JsonObject } from '../document.ts';
import type { OperationModel, ParameterModel } from '../model.ts';
import { repeatingOf, SAFE_WRITE_MS } from '../repeating.ts';
import type { Difference, Place } from './compare-shapes.ts';
import { versionless } from './match.ts';
import type { Kind } from './policies.ts';

/** What is different about an operation beside its types. */
export const operationDifferences = (
  old: OperationModel,
  fresh: OperationModel,
  place: Place,
): Difference[] => [
  ...ownDifferences(old, fresh, place),
  ...sharedDifferences(old, fresh, place),
  ...old.parameters.flatMap((parameter) => {
    const other = fresh.parameters.find(({ name }) => name === parameter.name);
    const at = { ...place, keys: ['(', parameter.name] };
    return other ? parameterDifferences(parameter, other, at) : [];
  }),
];

const ownDifferences = (old: OperationModel, fresh: OperationModel, place: Place): Difference[] => {
  const facts: [boolean, Kind, string][] = [
    [
      old.name !== fresh.name || old.group !== fresh.group,
      'operation-renamed',
      `is called \`${fresh.group}.${fresh.name}\` now`,
    ],
    [!old.deprecated && fresh.deprecated, 'operation-deprecated', 'is deprecated'],
    [old.deprecated && !fresh.deprecated, 'operation-reactivated', 'is deprecated no more'],
    [
      routeOf(old) !== routeOf(fresh),
      'path-changed',
      `is \`${fresh.method} ${fresh.path}\` now; it was \`${old.method} ${old.path}\``,
    ],
  ];
  return facts.flatMap(([is, kind, message]) => (is ? [{ kind, place, message }] : []));
};

// Names of parameters in a path are nothing that travels.
const routeOf = ({ method, path }: OperationModel): string =>
  `${method} ${versionless(path).replace(/\{[^}]*\}/g, '{}')}`;

/** Facts that a document changes for many operations at once. */
const sharedDifferences = (
  old: OperationModel,
  fresh: OperationModel,
  place: Place,
): Difference[] => {
  const [before, after] = [factsOf(old), factsOf(fresh)];
  return Object.entries(before).flatMap(([name, [kind, value]]) => {
    const other = after[name]?.[1] ?? null;
    if (isDeepStrictEqual(value, other)) return [];
    return [{ kind, place, message: changeOf(name, value, other), isShared: true }];
  });
};

const changeOf = (name: string, before: Json, after: Json): string => {
  if (!Array.isArray(before) || !Array.isArray(after))
    return `${name} is ${JSON.stringify(after)}; it was ${JSON.stringify(before)}`;
  const gone = before.filter((value) => !after.includes(value));
  const more = after.filter((value) => !before.includes(value));
  const parts = [
    ...(more.length > 0 ? [`now with ${more.join(', ')}`] : []),
    ...(gone.length > 0 ? [`no longer with ${gone.join(', ')}`] : []),
  ];
  return `${name}: ${parts.join('; ')}`;
};

const factsOf = (operation: OperationModel): Record<string, readonly [Kind, Json]> => ({
  Scopes: ['scopes-changed', operation.scopes.toSorted()],
  'A call without a token': ['security-changed', operation.isPublic],
  'Repeating a call after an unclear failure': [
    'behaviour-changed',
    REPEATING[repeatingOf(operation)],
  ],
  'Rate class': ['behaviour-changed', operation.rateClass],
  'Time limit in milliseconds': ['behaviour-changed', operation.timeoutMs ?? null],
  Paging: ['behaviour-changed', factText(operation.paging)],
  'The job that it creates': ['behaviour-changed', factText(operation.job)],
  'Statuses of answers': ['status-changed', Object.keys(operation.responses).sort()],
  'Headers of answers': ['header-changed', headersOf(operation)],
  'Media types of the body': ['media-type-changed', operation.bodyTypes.toSorted()],
  'Media types of answers': [
    'media-type-changed',
    [...new Set(Object.values(operation.responses).flatMap(typesOf))].sort(),
  ],
});

const REPEATING = {
  always: 'always, since it only reads',
  byGrant: 'a matter of the grant',
  soon: `within ${SAFE_WRITE_MS / 1000} s`,
  never: 'never',
} as const;

const factText = (fact: object = {}): string =>
  Object.entries(fact)
    .map(([name, value]) => `${name} ${value}`)
    .join(', ');

const headersOf = ({ responses }: OperationModel): string[] =>
  Object.entries(responses)
    .flatMap(([status, { headers }]) =>
      isObject(headers) ? Object.keys(headers).map((name) => `${name} (${status})`) : [],
    )
    .sort();

const typesOf = ({ content }: JsonObject): string[] =>
  isObject(content) ? Object.keys(content) : [];

const parameterDifferences = (
  old: ParameterModel,
  fresh: ParameterModel,
  place: Place,
): Difference[] => {
  const wire = (parameter: ParameterModel): string =>
    [parameter.in, parameter.in === 'path' ? '' : parameter.wireName, parameter.style ?? ''].join(
      ' ',
    );
  return [
    ...(wire(old) === wire(fresh)
      ? []
      : [{ kind: 'parameter-moved' as const, place, message: 'travels in another way' }]),
    ...(old.deprecated === fresh.deprecated
      ? []
      : [
          {
            kind: 'deprecation-changed' as const,
            place,
            message: fresh.deprecated ? 'is deprecated' : 'is deprecated no more',
          },
        ]),
  ];
};
