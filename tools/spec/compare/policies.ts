/*
 * What a change of a document means for the users of an entry point: all in this file. It follows
 * from what the generator prints:
 * - Parameters are one object, a body of JSON is its field `body`: order and place are nothing.
 * - Names of methods and groups are facts of the overlay; of a raw document, operationId and first tag.
 * - An enum is closed where it is only sent and open where it is received; a declared member that
 *   goes is a break in both, for it is in users' code.
 * - Unions are closed. Discriminators, limits, formats, defaults and media types move no type.
 * - A named schema with properties is exported; a renamed one keeps its old name as an alias.
 * - What has no type is `unknown`.
 */

export type Level = 'none' | 'patch' | 'minor' | 'major';
export type Direction = 'request' | 'response';

/** A policy is one level, or one for what is sent and one for what is received. */
type Policy = Level | readonly [request: Level, response: Level];

const POLICIES = {
  'operation-removed': 'major',
  'operation-renamed': 'major',
  'operation-added': 'minor',
  'operation-deprecated': 'minor',
  'operation-reactivated': 'patch',
  'path-changed': 'patch',
  'parameter-moved': 'patch',
  'security-changed': 'patch',
  'scopes-changed': 'patch',
  'server-changed': 'patch',
  'status-changed': 'patch',
  'header-changed': 'patch',
  'media-type-changed': 'patch',
  'behaviour-changed': 'patch',

  'key-removed': 'major',
  'key-added': 'minor',
  // Where keys that are not declared are allowed, too.
  'key-undeclared': 'major',
  'key-declared': ['major', 'minor'],
  'required-key-added': ['major', 'minor'],
  'key-became-required': ['major', 'minor'],
  'key-became-optional': ['minor', 'major'],
  'null-added': ['minor', 'major'],
  'null-removed': ['major', 'minor'],
  'type-changed': 'major',
  'type-widened': ['minor', 'major'],
  'enum-added': 'minor',
  'type-narrowed': ['major', 'minor'],
  'enum-value-removed': 'major',
  'enum-value-added': 'minor',
  'enum-removed': ['minor', 'major'],
  'enum-closed': ['major', 'minor'],
  'enum-opened': ['minor', 'major'],
  'variant-removed': 'major',
  'variant-added': ['minor', 'major'],
  'index-removed': 'major',
  'index-added': 'minor',
  'list-became-mutable': ['major', 'minor'],
  'list-became-readonly': ['minor', 'major'],

  'type-removed': 'major',
  'type-renamed': 'major',
  'alias-removed': 'major',
  'type-aliased': 'minor',
  'type-added': 'minor',
  'type-replaced': 'patch',

  'default-changed': 'patch',
  'limit-changed': 'patch',
  'format-changed': 'patch',
  'access-changed': 'patch',
  'deprecation-changed': 'patch',
  'discriminator-changed': 'patch',
  'other-changed': 'patch',
} as const satisfies Record<string, Policy>;

export type Kind = keyof typeof POLICIES;

export const KINDS = Object.keys(POLICIES) as readonly Kind[];

export const levelOf = (kind: Kind, direction: Direction): Level => {
  const policy: Policy = POLICIES[kind];
  return typeof policy === 'string' ? policy : policy[direction === 'request' ? 0 : 1];
};

export const LEVELS: readonly Level[] = ['none', 'patch', 'minor', 'major'];

export const highest = (levels: readonly Level[]): Level =>
  LEVELS[Math.max(0, ...levels.map((level) => LEVELS.indexOf(level)))] ?? 'none';

/** What `spec diff --exit-code` ends with. */
export const exitCodeOf = (level: Level): number => LEVELS.indexOf(level) * 10;

/** The version in front of a path; it is in the import path already. */
export const VERSION_SEGMENT: RegExp = /^\/(?:v\d+|\d{4}-\d{2}(?:-rc)?|preview|experimental)(?=\/)/;

/** Schema keywords that are told and move no type, by the finding that tells them. */
export const SPOKEN: readonly (readonly [kind: Kind, keywords: readonly string[]])[] = [
  ['default-changed', ['default']],
  ['format-changed', ['format']],
  ['access-changed', ['readOnly', 'writeOnly']],
  ['deprecation-changed', ['deprecated']],
  ['discriminator-changed', ['discriminator']],
  [
    'limit-changed',
    `minimum maximum exclusiveMinimum exclusiveMaximum multipleOf minLength maxLength pattern
    minItems maxItems uniqueItems minProperties maxProperties`.split(/\s+/),
  ],
];
