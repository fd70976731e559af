import type { Comparison, Finding } from '../compare/compare.ts';
import type { told } from '../compare/diff.ts';
import type { Level } from '../compare/policies.ts';
import { inMarkdown } from '../errors.ts';
import {
  importPath,
  isUnstable,
  productOf,
  stageOf,
  type Vendor,
  type VersionName,
} from '../vendor.ts';

/*
 * What an import means for our own packages (docs/versioning.md): a new version adds a subpath; one
 * that the vendor changed in place is a correction of its subpath, and nobody else is touched.
 */

/** The bump of the package; `none` if nothing that it holds has changed. */
export const releaseOf = (isNew: boolean, bump: Level): Level => {
  if (isNew) return 'minor';
  return bump === 'major' ? 'minor' : bump;
};

export const changesetOf = (
  vendor: Vendor,
  name: VersionName,
  isNew: boolean,
  comparison: Comparison | undefined,
  operations: number,
  isInSandbox = false,
): string | undefined => {
  const release = releaseOf(isNew, comparison?.bump ?? 'none');
  if (release === 'none') return undefined;
  const path = importPath(vendor, name);
  const { title } = productOf(vendor, name.product);
  const promise = isUnstable(stageOf(vendor, name.version))
    ? ' It is no stable version of the API: it changes without a promise of semver.'
    : '';
  const body = isNew
    ? [`\`${path}\`: the ${title} ${name.version}, ${operations} operations.${promise}`]
    : [
        `\`${path}\` follows what ${vendor.title} changed in place.${promise}`,
        ...breakLines(comparison?.findings ?? []),
      ];
  // The sandbox answers what its documents say: without a release of its own it would not know the version.
  const packages = [name.product, ...(isInSandbox ? ['sandbox'] : [])];
  const releases = packages.map((one) => `'${importPath(vendor, one)}': ${release}\n`);
  return `---\n${releases.join('')}---\n\n${body.join('\n\n')}\n`;
};

const breakLines = (findings: readonly Finding[]): string[] => {
  const breaks = findings.filter(({ level }) => level === 'major');
  if (breaks.length === 0) return ['What compiled goes on to compile.'];
  return [
    'What no longer compiles, as the live API already does otherwise:',
    breaks.map(({ message }) => `- ${inMarkdown(message)}`).join('\n'),
  ];
};

/** One change that the vendor made in place. */
export interface DriftEntry {
  readonly version: string;
  /** Day of the import. */
  readonly importedAt: string;
  readonly sha256: { readonly before: string; readonly after: string };
  /** For users of the subpath. */
  readonly bump: Level;
  readonly findings: readonly ReturnType<typeof told>[];
}

/** The page of a product's drift, the newest first. */
export const driftPage = (
  vendor: Vendor,
  product: string,
  entries: readonly DriftEntry[],
): string => {
  const parts = entries.toReversed().flatMap(({ bump, findings, importedAt, sha256, version }) => [
    `## ${version}, seen on ${importedAt}: ${bump}`,
    `From \`${sha256.before.slice(0, 12)}\` to \`${sha256.after.slice(0, 12)}\`.`,
    findings
      .map(({ level, message, methods }) => {
        const reach =
          methods.length > 0 ? ` Reaches ${methods.map((one) => `\`${one}\``).join(', ')}.` : '';
        return `- **${level}** ${inMarkdown(message)}${reach}`;
      })
      .join('\n') || 'Nothing that a user of the SDK sees.',
  ]);
  const { title } = productOf(vendor, product);
  return [
    `# What ${vendor.title} changed in place: ${title}`,
    `Written by \`npm run spec -- import\`; for programs: \`${product}.json\` beside this page.`,
    ...(parts.length > 0 ? parts : ['No change has been seen since the first import.']),
  ]
    .join('\n\n')
    .concat('\n');
};
