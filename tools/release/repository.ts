import { readFileSync } from 'node:fs';
import { join } from 'node:path';

/** What npm's trusted publishing would refuse: a manifest that names no or another repository. */
export const faultsOfRepository = (folders: readonly string[], expected: string): string[] => {
  const wrong = folders
    .map((folder) => JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8')) as Manifest)
    .filter(({ repository }) => slugOf(repository) !== expected)
    .map(({ name }) => name);
  if (wrong.length === 0) return [];
  const url = `git+https://github.com/${expected}.git`;
  return [
    `npm publishes from a workflow only what names its repository, and these do not name ${expected}: ${wrong.join(', ')}. ` +
      `Run once: npm pkg set repository.type=git repository.url=${url} --workspaces (or: npm run rename -- --scope @yours --repository ${url})`,
  ];
};

interface Manifest {
  readonly name: string;
  readonly repository?: string | { readonly url?: string };
}

/** Owner and name, in the case that npm compares, of all the forms that npm takes: a URL, git@…, github:owner/name, owner/name. */
const slugOf = (repository: Manifest['repository']): string => {
  const url = typeof repository === 'string' ? repository : (repository?.url ?? '');
  const [, slug = ''] =
    /^(?:github:|(?:git\+)?(?:https?|ssh|git):\/\/(?:git@)?github\.com\/|git@github\.com:)?([\w.-]+\/[\w.-]+)$/i.exec(
      url,
    ) ?? [];
  return slug.replace(/\.git$/, '');
};
