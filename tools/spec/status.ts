import { listSpecs, ROOT, specName } from './registry.ts';
import {
  importPath,
  isUnstable,
  lifeOf,
  readVendor,
  type Stage,
  stageOf,
  startOf,
  type Vendor,
  type VersionLife,
  type VersionName,
} from './vendor.ts';

/** Where one version of one product stands at a date; what is not known is null. */
export interface VersionStatus {
  readonly product: string;
  readonly version: string;
  readonly imported: boolean;
  readonly state: VersionState;
  readonly stable: string | null;
  readonly deprecatedFrom: string | null;
  readonly endsOn: string | null;
  /** From the date to the end; 0 once it has ended. */
  readonly daysLeft: number | null;
  /** `<product>/<version>` */
  readonly successor: string | null;
  readonly note: string | null;
}

/** `ending`: deprecated, and still answering. */
export type VersionState = 'candidate' | 'ended' | 'ending' | 'preview' | 'stable';

/** All versions of the vendor's file and of the spec folders, by product and version; `at` is `YYYY-MM-DD`. */
export const statusOf = (at: string, root: string = ROOT): VersionStatus[] => {
  const vendor = readVendor(root);
  const imported = listSpecs(root).map(specName);
  const named = Object.entries(vendor.products).flatMap(([product, { versions }]) =>
    Object.keys(versions).map((version) => `${product}/${version}`),
  );
  return [...new Set([...named, ...imported])].sort().map((name) => {
    const [product = '', version = ''] = name.split('/');
    return rowOf(vendor, { product, version }, imported.includes(name), at);
  });
};

/** Where a version stands: by its dates, and where they say nothing by what it is called. */
export const stateAt = (at: string, life: VersionLife, stage: Stage): VersionState => {
  const hasBegun = (date: string | undefined): boolean =>
    date !== undefined && startOf(date) <= startOf(at);
  if (hasBegun(life.endsOn)) return 'ended';
  if (hasBegun(life.deprecatedFrom)) return 'ending';
  const isAwaited = stage === 'stable' && life.stable !== undefined && !hasBegun(life.stable);
  return isAwaited ? 'candidate' : stage;
};

/** What a version's docstring says of its life; nothing if nothing is known. */
export const lifeSentence = (vendor: Vendor, name: VersionName, at: string): string => {
  const { endsOn, successor } = lifeOf(vendor, name);
  const verb = endsOn && startOf(endsOn) <= startOf(at) ? 'Ended' : 'Ends';
  const parts = [
    ...(endsOn ? [`${verb} ${endsOn.length > 7 ? 'on' : 'in'} ${endsOn}`] : []),
    ...(successor ? [`\`${importPath(vendor, successor)}\` is its successor`] : []),
  ];
  return [
    ...(isUnstable(stageOf(vendor, name.version)) ? [UNSTABLE] : []),
    ...(parts.length > 0 ? [`${parts.join('; ')}.`] : []),
  ].join(' ');
};

/** One line for a reader. */
export const statusLine = (row: VersionStatus): string => {
  const { daysLeft, endsOn, imported, note, product, state, successor, version } = row;
  const end = endsOn && state !== 'ended' ? `${endsOn}, ${daysLeft} days left` : endsOn;
  return [
    `${product}/${version}`.padEnd(32),
    state.padEnd(10),
    (imported ? 'imported' : '-').padEnd(10),
    (end ?? '-').padEnd(28),
    [successor && `-> ${successor}`, note].filter(Boolean).join('  '),
  ]
    .join('')
    .trimEnd();
};

const UNSTABLE = 'Unstable: no promise of semver, it may change in any release.';
const DAY_MS = 86_400_000;

const rowOf = (vendor: Vendor, name: VersionName, imported: boolean, at: string): VersionStatus => {
  const life = lifeOf(vendor, name);
  const stage = stageOf(vendor, name.version);
  const { deprecatedFrom = null, endsOn = null, stable = null, successor = null } = life;
  return {
    product: name.product,
    version: name.version,
    imported,
    state: stateAt(at, life, stage),
    stable,
    deprecatedFrom,
    endsOn,
    daysLeft:
      endsOn === null ? null : Math.max(0, Math.round((startOf(endsOn) - startOf(at)) / DAY_MS)),
    successor,
    note: isUnstable(stage) ? UNSTABLE : null,
  };
};
