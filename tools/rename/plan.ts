import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { readVendor } from '../spec/vendor.ts';

/** What is asked for: another scope on npm, the project's address, who reviews; one of them at least. */
export interface Wish {
  readonly scope?: string | undefined;
  /** `https://…` of the repository. */
  readonly repository?: string | undefined;
  /** Users and teams of GitHub, separated by blanks. */
  readonly owners?: string | undefined;
  /** Also with changes that are not committed. */
  readonly force?: boolean | undefined;
}

/** What is to be written, before anything is. */
export interface Plan {
  /** The scope as it is, and as it will be. */
  readonly from: string;
  readonly to: string;
  /** New texts, by path below the root. */
  readonly texts: ReadonlyMap<string, string>;
}

/** Names teams of GitHub, which are no scope of npm, however alike. */
export const OWNERS_FILE = '.github/CODEOWNERS';

/** What is asked for cannot be done; nothing was written. */
export class RenameError extends Error {
  override readonly name = 'RenameError';
}

/** @throws {RenameError} if anything is in the way */
export const planOf = (root: string, wish: Wish): Plan => {
  if (wish.scope === undefined && wish.repository === undefined && wish.owners === undefined)
    throw new RenameError(
      'Say what to change: --scope @yours, --repository https://…, --owners @you/team.',
    );
  const { scope: from } = readVendor(root);
  const to = wish.scope === undefined ? from : checkedScope(wish.scope, from);
  const repository = wish.repository === undefined ? undefined : addressOf(wish.repository);
  const owners = wish.owners === undefined ? undefined : checkedOwners(wish.owners);
  const files = filesOf(root).filter((path) => path !== OWNERS_FILE);
  if (wish.force !== true) refuseUncommitted(root);
  const read = (path: string): string => readFileSync(join(root, path), 'utf8');
  const texts = new Map(files.map((path) => [path, read(path)]));
  if (to !== from) refuseTaken(texts, to);
  const changed = [...texts].flatMap(([path, text]) => {
    const renamed = withScope(text, from, to);
    const whole = repository === undefined ? renamed : withRepository(path, renamed, repository);
    return whole === text ? [] : [[path, whole] as const];
  });
  const owned = owners && ([OWNERS_FILE, withOwners(read(OWNERS_FILE), owners)] as const);
  return { from, to, texts: new Map(owned ? [...changed, owned] : changed) };
};

/** Places in a text that name a scope: not a longer scope, not the address of somebody's mail. */
export const placesOf = (scope: string): RegExp =>
  new RegExp(`(?<!\\w)${scope}(?![\\w-]|\\.\\w)`, 'g');

// npm takes more characters; specs/*.yaml does not.
const SCOPE = /^@[a-z0-9][a-z0-9-]*$/;

const checkedScope = (scope: string, from: string): string => {
  if (!SCOPE.test(scope))
    throw new RenameError(
      `'${scope}' is no scope. One begins with @, then lower-case letters, digits and hyphens: @acme-ads`,
    );
  if (scope === from) throw new RenameError(`The scope is ${from} already.`);
  return scope;
};

/** As npm wants it in a manifest. */
const addressOf = (repository: string): string => {
  const [, address] = /^(?:git\+)?(https:\/\/[\w.-]+(?:\/[\w.-]+){2,})\/?$/.exec(repository) ?? [];
  if (address !== undefined) return `git+${address.replace(/\.git$/, '')}.git`;
  throw new RenameError(
    `'${repository}' is no address of a repository. One looks like https://github.com/acme/ads`,
  );
};

const checkedOwners = (owners: string): string => {
  const wrong = owners.split(' ').find((owner) => !/^@[\w-]+(?:\/[\w.-]+)?$/.test(owner));
  if (wrong === undefined) return owners;
  throw new RenameError(
    `'${wrong}' is nobody on GitHub. A user looks like @you, a team like @you/team; blanks are between them.`,
  );
};

const git = (root: string, ...args: string[]): string => {
  try {
    return execFileSync('git', args, { cwd: root, encoding: 'utf8', stdio: 'pipe' });
  } catch (error) {
    throw new RenameError(`Only a git clone is renamed: ${(error as { stderr?: string }).stderr}`);
  }
};

const refuseUncommitted = (root: string): void => {
  const changes = git(root, 'status', '--porcelain').trim();
  if (changes === '') return;
  throw new RenameError(
    `There are changes that are not committed; commit them first, or say --force:\n${changes}`,
  );
};

const filesOf = (root: string): string[] =>
  git(root, 'ls-files', '--cached', '--others', '--exclude-standard', '-z')
    .split('\0')
    .filter((path) => path !== '' && existsSync(join(root, path)));

/** Two names that became one could not be told apart again. */
const refuseTaken = (texts: ReadonlyMap<string, string>, scope: string): void => {
  const taken = [...texts].filter(([, text]) => text.includes(`${scope}/`)).map(([path]) => path);
  if (taken.length > 0)
    throw new RenameError(`${scope} stands for something else in: ${taken.join(', ')}`);
};

const withScope = (text: string, from: string, to: string): string =>
  text.replace(placesOf(from), () => to);

/** A manifest of ours that says where it comes from; any other text as it is. */
const withRepository = (path: string, text: string, url: string): string => {
  const [manifest, directory] = /^(?:(packages\/[^/]+)\/)?package\.json$/.exec(path) ?? [];
  if (manifest === undefined) return text;
  const { repository: _, ...rest } = JSON.parse(text) as Record<string, unknown>;
  const repository = { type: 'git', url, ...(directory && { directory }) };
  const entries = Object.entries(rest);
  const at = entries.findIndex(([key]) => key === 'license') + 1;
  const sorted = [
    ...entries.slice(0, at),
    ['repository', repository] as const,
    ...entries.slice(at),
  ];
  return `${JSON.stringify(Object.fromEntries(sorted), null, 2)}\n`;
};

/** Who is asked about every file. */
const withOwners = (text: string, owners: string): string =>
  text.replace(/^\*.*$/m, () => `* ${owners}`);
