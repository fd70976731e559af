/*
 * What a release says of itself: .changeset/config.json names this module, and changesets asks it for
 * each line. It hands over one changeset at a time, so the order is made afterwards, by `arranged`.
 */

interface Changeset {
  readonly summary: string;
}

interface Dependency {
  readonly name: string;
  readonly newVersion: string;
}

/** An entry: what the changeset says, without the commit that brought it. */
export const getReleaseLine = ({ summary }: Changeset): string => {
  const [first = '', ...rest] = summary.trim().split('\n');
  return [`- ${first}`, ...rest.map((line) => (line === '' ? '' : `  ${line}`))].join('\n');
};

/** What comes with the release of another package of ours, in one line. */
export const getDependencyReleaseLine = (
  _changesets: readonly Changeset[],
  dependencies: readonly Dependency[],
): string => {
  const names = dependencies.map(({ name, newVersion }) => `\`${name}\` ${newVersion}`);
  return names.length === 0 ? '' : `- Comes with ${names.join(', ')}.`;
};

/** A changelog whose newest release has its entries in order: subpaths first, by version. */
export const arranged = (changelog: string): string => {
  const [head = '', newest, ...older] = changelog.split(/^(?=## )/m);
  if (newest === undefined) return changelog;
  const [title = '', ...parts] = newest.split(/^(?=### )/m);
  return [head, title, ...parts.map((part) => `${arrangedPart(part)}\n\n`), ...older]
    .join('')
    .trimEnd()
    .concat('\n');
};

/** The newest release of a changelog, without its title. */
export const newestRelease = (changelog: string): string => {
  const [, newest = ''] = changelog.split(/^(?=## )/m);
  return newest.replace(/^## .*\n/, '').trim();
};

const arrangedPart = (part: string): string => {
  const [title = '', ...entries] = part.split(/^(?=- )/m);
  const sorted = entries.map((entry) => entry.trimEnd()).sort(bySubpath);
  return [title.trimEnd(), '', ...sorted].join('\n');
};

const bySubpath = (one: string, other: string): number => {
  const [a, b] = [subpathOf(one), subpathOf(other)];
  if (a === b) return 0;
  if (a === undefined) return 1;
  if (b === undefined) return -1;
  return a < b ? -1 : 1;
};

const subpathOf = (entry: string): string | undefined =>
  /^- `@[^/`]+\/([^/`]+\/[^`]+)`/.exec(entry)?.[1];
