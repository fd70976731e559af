import { type Comparison, type Finding, fullName } from '../spec/compare/compare.ts';
import { type Kind, LEVELS, VERSION_SEGMENT } from '../spec/compare/policies.ts';
import type { OperationModel } from '../spec/model.ts';

/*
 * Families of rules, in which our findings stand beside those of oasdiff (docs/diff-and-oasdiff.md).
 */

export const FAMILIES = {
  F01: 'sunset date or stability',
  F02: 'operation removed or moved',
  F03: 'operation added',
  F04: 'deprecated or no more',
  F05: 'operationId or name of a method',
  F06: 'tag',
  F07: 'named schema or exported type',
  F08: 'webhook',
  F09: 'info.version',
  F10: 'security and scopes',
  F11: 'response header',
  F12: 'media type',
  F13: 'body as a whole',
  F14: 'response status',
  F15: 'parameter added',
  F16: 'parameter removed',
  F17: 'null',
  F18: 'required or optional',
  F19: 'readOnly, writeOnly',
  F20: 'property added or removed',
  F21: 'enum',
  F22: 'const',
  F23: 'default',
  F24: 'type or format',
  F25: 'limit',
  F26: 'discriminator',
  F27: 'oneOf, anyOf',
  F28: 'allOf',
  F29: 'structure of OpenAPI 3.1',
  F30: 'server',
  F31: 'place or style of a parameter',
  F32: 'keys beside the declared ones',
  F33: 'order of parameters',
  F34: 'vendor extension, facts of an overlay',
  other: 'what no rule names',
} as const;

export type Family = keyof typeof FAMILIES;

/** Checks of oasdiff by their ids; the first that fits counts. */
const CHECKS: readonly (readonly [Family, RegExp])[] = [
  ['F02', /^api-(?:path-)?removed-/],
  ['F16', /^request-parameter-removed/],
  ['F01', /sunset|stability/],
  ['F03', /^endpoint-added$/],
  ['F04', /-(?:deprecated|reactivated)$/],
  ['F05', /^api-operation-id-/],
  ['F06', /^api-tag-/],
  ['F07', /^api-schema-/],
  ['F08', /^webhook-/],
  ['F09', /^api-(?:major-)?version-/],
  ['F10', /^api-(?:global-)?security-/],
  ['F11', /(?:^|-)response-header-/],
  ['F12', /-media-type-|-content-(?:encoding|schema)-/],
  ['F13', /^request-body-(?:added|removed|became-required|became-optional)/],
  ['F14', /-status-(?:added|removed)$/],
  ['F15', /^new-.*parameter|^new-required-request-header-property$/],
  ['F25', /-(?:min|max|exclusive|multiple|unique|pattern)-/],
  ['F29', /-(?:contains|dependent|if|then|else|prefix|property-names|unevaluated)-/],
  ['F17', /-became-(?:not-)?nullable$/],
  ['F18', /-became-(?:required|optional)/],
  ['F19', /-became-(?:not-)?(?:read|write)-only$/],
  ['F21', /-enum(?:-|$)/],
  ['F22', /-const-/],
  ['F23', /-default-value-/],
  ['F24', /-type-|-list-of-types-|-schema-became-/],
  ['F26', /-discriminator-/],
  ['F27', /-(?:one|any)-of(?:-|$)/],
  ['F28', /-all-of-/],
  ['F20', /^new-.*-request-property|-property-(?:added|removed)$/],
];

export const familyOfCheck = (id: string): Family =>
  CHECKS.find(([, pattern]) => pattern.test(id))?.[0] ?? 'other';

/** One family, or one for a parameter, for the whole body and for a property. */
type Place = Family | readonly [parameter: Family, body: Family, property: Family];

const KINDS: Readonly<Record<Kind, Place>> = {
  'operation-removed': 'F02',
  'operation-renamed': 'F05',
  'operation-added': 'F03',
  'operation-deprecated': 'F04',
  'operation-reactivated': 'F04',
  'path-changed': 'F02',
  'parameter-moved': 'F31',
  'security-changed': 'F10',
  'scopes-changed': 'F10',
  'server-changed': 'F30',
  'status-changed': 'F14',
  'header-changed': 'F11',
  'media-type-changed': 'F12',
  'behaviour-changed': 'F34',

  'key-removed': ['F16', 'F13', 'F20'],
  'key-added': ['F15', 'F13', 'F20'],
  'key-undeclared': 'F20',
  'key-declared': 'F20',
  'required-key-added': ['F15', 'F13', 'F20'],
  'key-became-required': ['F18', 'F13', 'F18'],
  'key-became-optional': ['F18', 'F13', 'F18'],
  'null-added': 'F17',
  'null-removed': 'F17',
  'type-changed': 'F24',
  'type-widened': 'F24',
  'type-narrowed': 'F24',
  'enum-added': 'F21',
  'enum-removed': 'F21',
  'enum-value-removed': 'F21',
  'enum-value-added': 'F21',
  'enum-closed': 'F21',
  'enum-opened': 'F21',
  'variant-removed': 'F27',
  'variant-added': 'F27',
  'index-removed': 'F32',
  'index-added': 'F32',
  'list-became-mutable': 'F24',
  'list-became-readonly': 'F24',

  'type-removed': 'F07',
  'type-renamed': 'F07',
  'alias-removed': 'F07',
  'type-aliased': 'F07',
  'type-added': 'F07',
  'type-replaced': 'F07',

  'default-changed': 'F23',
  'limit-changed': 'F25',
  'format-changed': 'F24',
  'access-changed': 'F19',
  'deprecation-changed': 'F04',
  'discriminator-changed': 'F26',
  'other-changed': 'other',
};

export const familyOfFinding = ({ difference, kind }: Finding): Family => {
  // Free text that is one of some values now.
  if (kind === 'type-narrowed' && difference.fresh?.kind === 'enum') return 'F21';
  const family = KINDS[kind];
  if (typeof family === 'string') return family;
  const [first, name, ...deeper] = difference.place.keys;
  if (first !== '(' || deeper.length > 0) return family[2];
  return name === 'body' ? family[1] : family[0];
};

/** The other comparison, pinned. */
export const OASDIFF = {
  module: 'github.com/oasdiff/oasdiff',
  version: 'v1.33.0',
  checksum: 'h1:LIgFL8tDfx78kypHpz3rp1ldTweYDfUaomqpvYcgLgs=',
  args: ['changelog', '-f', 'json', '--flatten-allof', '--flatten-params'],
} as const;

/** The steps between documents that are compared. */
export const STEPS = [
  ['marketingsolutions', '2020-10', '2026-07'],
  ['marketingsolutions', '2026-01', '2026-07'],
  ['retailmedia', '2022-10', '2026-07'],
  ['retailmedia', '2026-01', '2026-07'],
  ['commercegrid', '2026-01', '2026-07'],
] as const satisfies readonly (readonly [product: string, old: string, fresh: string])[];

export type Step = (typeof STEPS)[number];

export const titleOf = ([product, old, fresh]: Step): string => `${product} ${old} to ${fresh}`;

/** How many of each level, the worst first, and the methods that they reach. */
export interface Tally {
  readonly levels: [number, number, number];
  /** Findings, each as often as it reaches a method. */
  reach: number;
  readonly methods: Set<string>;
}

export type Tallies = Map<Family, Tally>;

/** Enters a finding; the place of its level is 0 for the worst. */
export const enter = (
  tallies: Tallies,
  family: Family,
  level: number,
  methods: readonly string[],
): void => {
  const tally = tallies.get(family) ?? { levels: [0, 0, 0], reach: 0, methods: new Set<string>() };
  tallies.set(family, tally);
  tally.levels[level as 0 | 1 | 2] += 1;
  tally.reach += methods.length;
  for (const method of methods) tally.methods.add(method);
};

/** Our findings by family. */
export const ourTallies = ({ findings }: Comparison): Tallies => {
  const tallies: Tallies = new Map();
  for (const finding of findings) {
    const level = LEVELS.length - 1 - LEVELS.indexOf(finding.level);
    enter(tallies, familyOfFinding(finding), level, finding.methods);
  }
  return tallies;
};

/** What a method is called in our findings, by its verb and path without the version. */
export const methodsByRoute = ({ matches }: Comparison): Map<string, string> => {
  const entry = (operation: OperationModel, named: OperationModel) =>
    [routeOf(operation.method, operation.path), fullName(named)] as const;
  return new Map([
    ...[...matches.added, ...matches.removed].map((operation) => entry(operation, operation)),
    ...matches.both.flatMap(([old, fresh]) => [entry(old, old), entry(fresh, old)]),
  ]);
};

export const routeOf = (method: string, path: string): string =>
  `${method.toUpperCase()} ${path.replace(VERSION_SEGMENT, '')}`;

/** Our columns of a row, by which a test knows that they are today's. */
export const ourCells = (tally: Tally | undefined): string =>
  `${levelCell(tally)} | ${tally?.reach || '-'}`;

export const levelCell = (tally: Tally | undefined): string =>
  threeCell(tally?.levels ?? [0, 0, 0]);

export const threeCell = (counts: readonly number[]): string =>
  counts.every((count) => count === 0) ? '-' : counts.join(' / ');
