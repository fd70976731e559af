import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { type Ask, propose } from '../pull-request.ts';
import { type SpecEntry, specName } from '../spec/registry.ts';

export interface Publication {
  readonly entry: SpecEntry;
  /** The page that the import wrote: the body of the pull request. */
  readonly report: string;
  /** Runs nothing, says what would be run. */
  readonly isDryRun: boolean;
  readonly tell: (line: string) => void;
}

/**
 * Commits what an import wrote to a branch of the version's own, and opens or updates its one pull
 * request. A document that stands on that branch already is no news.
 */
export const publish = ({ entry, isDryRun, report, tell }: Publication): void => {
  const name = specName(entry);
  const page = readFileSync(report, 'utf8');
  if (page.startsWith(`# ${name}: nothing changed`)) {
    tell(`${name}: nothing changed`);
    return;
  }
  propose({
    root: entry.root,
    branch: `specs/${entry.product}-${entry.version}`,
    title: `${name}: the vendor's document changed`,
    paths: FOLDERS,
    page,
    more: 'The report goes on: `npm run spec -- diff` gives all of it.',
    isKnown: (ask, tip) => isSameDocument(ask, tip, entry),
    isDryRun,
    tell,
  });
};

/** All that an import writes to. */
const FOLDERS = ['.changeset', 'docs', 'packages', 'specs', 'test'];

const isSameDocument = (ask: Ask, tip: string, entry: SpecEntry): boolean => {
  const path = `specs/${specName(entry)}/openapi.yaml`;
  if (ask('git', 'ls-tree', '--name-only', tip, '--', path) === '') return false;
  return ask('git', 'show', `${tip}:${path}`) === readFileSync(join(entry.root, path), 'utf8');
};
