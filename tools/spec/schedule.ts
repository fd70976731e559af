import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { SpecError } from './errors.ts';
import { ROOT, type SpecEntry, specName } from './registry.ts';
import { statusOf } from './status.ts';
import { productOf, readVendor, type VersionName } from './vendor.ts';

/*
 * What .github/workflows/specs.yml does besides `npm run spec -- import`; runs anywhere.
 *   node tools/spec/schedule.ts list                  the versions to ask the vendor about, as JSON
 *   node tools/spec/schedule.ts publish <product> <version> <report> [--dry-run]
 *                                                     what was imported becomes a pull request
 */

/** Imported versions that live, and whose documents have an address. */
export const dueVersions = (at: string, root: string = ROOT): VersionName[] => {
  const vendor = readVendor(root);
  return statusOf(at, root)
    .filter(({ imported, product, state }) => {
      const { service } = productOf(vendor, product);
      return imported && state !== 'ended' && service !== undefined;
    })
    .map(({ product, version }) => ({ product, version }));
};

export interface Publication extends Pick<SpecEntry, 'root' | 'product' | 'version'> {
  /** The page that the import wrote: the body of the pull request. */
  readonly report: string;
  /** Only says what it would run. */
  readonly isDryRun: boolean;
  readonly tell: (line: string) => void;
}

/**
 * Commits what an import wrote to a branch of the version's own, and opens or updates its one pull
 * request. A document that stands on the branch already is no news: it may have been worked on, or
 * turned down.
 */
export const publish = (publication: Publication): void => {
  const { isDryRun, report, root, tell } = publication;
  const name = specName(publication);
  const page = readFileSync(report, 'utf8');
  if (page.startsWith(`# ${name}: nothing changed`)) return tell(`${name}: nothing changed`);
  const commands = commandsIn(root, isDryRun, tell);
  const branch = `specs/${publication.product}-${publication.version}`;
  const tip = fetchTip(commands, branch);
  const isNews = tip === '' || !isSameDocument(commands, tip, publication);
  if (isNews) push(commands, branch, tip, name);
  const pulls = pullsOf(commands, branch);
  const open = pulls.find(({ state }) => state === 'OPEN');
  if (!isNews && pulls.length > 0) return tell(`${name}: ${branch} says so already`);
  withBody(page, (body) => {
    if (open) updatePull(commands, open.number, body);
    else createPull(commands, branch, titleOf(name), body);
  });
};

interface Commands {
  /** Changes something; a dry run only names it. */
  readonly act: (command: string, ...args: readonly string[]) => void;
  /** Gives what a command prints; in a dry run nothing. */
  readonly ask: (command: string, ...args: readonly string[]) => string;
}

interface Pull {
  readonly number: number;
  readonly state: string;
}

const AUTHOR = {
  name: 'github-actions[bot]',
  email: '41898282+github-actions[bot]@users.noreply.github.com',
};
// With a token in the environment git asks gh for it; no token stands in a file.
const REMOTE = ['-c', 'credential.helper=!gh auth git-credential'];
/** All that an import writes to. */
const FOLDERS = ['.changeset', 'docs', 'packages', 'specs', 'test'];
/** GitHub refuses a body of more than 65,536 characters. */
const LONGEST_BODY = 60_000;

const commandsIn = (root: string, isDryRun: boolean, tell: Publication['tell']): Commands => {
  const ask: Commands['ask'] = (command, ...args) =>
    execFileSync(command, args, {
      cwd: root,
      encoding: 'utf8',
      stdio: ['ignore', 'pipe', 'inherit'],
    });
  const name: Commands['act'] = (...command) => tell(`would run: ${command.join(' ')}`);
  return isDryRun ? { act: name, ask: () => '' } : { act: ask, ask };
};

const titleOf = (name: string): string => `${name}: the vendor's document changed`;

/** The commit that the branch stands at on the remote, fetched; '' if there is no such branch. */
const fetchTip = ({ ask }: Commands, branch: string): string => {
  const [tip = ''] = ask('git', ...REMOTE, 'ls-remote', 'origin', `refs/heads/${branch}`).split(
    '\t',
  );
  if (tip !== '') ask('git', ...REMOTE, 'fetch', '--quiet', '--depth=1', 'origin', tip);
  return tip;
};

const isSameDocument = (
  { ask }: Commands,
  tip: string,
  { root, product, version }: Publication,
): boolean => {
  const path = `specs/${product}/${version}/openapi.yaml`;
  if (ask('git', 'ls-tree', '--name-only', tip, '--', path) === '') return false;
  return ask('git', 'show', `${tip}:${path}`) === readFileSync(join(root, path), 'utf8');
};

const push = ({ act, ask }: Commands, branch: string, tip: string, name: string): void => {
  const author = tip && ask('git', 'log', '-1', '--format=%ae', tip).trim();
  if (author && author !== AUTHOR.email)
    throw new SpecError(
      `${name}: the document changed again, but ${author} has worked on ${branch}: merge or delete it first.`,
    );
  const identity = ['-c', `user.name=${AUTHOR.name}`, '-c', `user.email=${AUTHOR.email}`];
  const target = `refs/heads/${branch}`;
  act('git', 'add', '--all', '--', ...FOLDERS);
  act('git', ...identity, 'commit', '--quiet', '-m', titleOf(name));
  act(
    'git',
    ...REMOTE,
    'push',
    '--quiet',
    `--force-with-lease=${target}:${tip}`,
    'origin',
    `HEAD:${target}`,
  );
};

const pullsOf = ({ ask }: Commands, branch: string): Pull[] =>
  JSON.parse(
    ask('gh', 'pr', 'list', '--head', branch, '--state', 'all', '--json', 'number,state') || '[]',
  ) as Pull[];

const createPull = ({ act, ask }: Commands, branch: string, title: string, body: string): void => {
  const base = ask('git', 'branch', '--show-current').trim() || 'main';
  act(
    'gh',
    'pr',
    'create',
    '--head',
    branch,
    '--base',
    base,
    '--title',
    title,
    '--body-file',
    body,
  );
};

// Not `gh pr edit`: it asks for the right to read projects, too (cli/cli#6274).
const updatePull = ({ act }: Commands, number: number, body: string): void =>
  act(
    'gh',
    'api',
    '--silent',
    '--method',
    'PATCH',
    `repos/{owner}/{repo}/pulls/${number}`,
    '-F',
    `body=@${body}`,
  );

const withBody = (page: string, work: (file: string) => void): void => {
  const folder = mkdtempSync(join(tmpdir(), 'spec-pull-'));
  try {
    const file = join(folder, 'body.md');
    writeFileSync(file, bodyOf(page));
    work(file);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
};

const bodyOf = (page: string): string => {
  if (page.length <= LONGEST_BODY) return page;
  const whole = page.slice(0, page.lastIndexOf('\n', LONGEST_BODY));
  return `${whole}\n\nThe report goes on; \`npm run spec -- diff\` gives all of it.\n`;
};

const today = (): string => new Date().toISOString().slice(0, 10);

const main = (args: readonly string[]): void => {
  const { positionals, values } = parseArgs({
    args: [...args],
    allowPositionals: true,
    options: { 'dry-run': { type: 'boolean', default: false } },
  });
  const [command, product, version, report, ...more] = positionals;
  if (command === 'list' && product === undefined)
    return console.log(JSON.stringify(dueVersions(today())));
  if (command !== 'publish' || !product || !version || !report || more.length > 0)
    throw new SpecError('Usage: list, or publish <product> <version> <report> [--dry-run]');
  publish({
    root: ROOT,
    product,
    version,
    report: resolve(report),
    isDryRun: values['dry-run'],
    tell: (line) => console.log(line),
  });
};

if (import.meta.main) main(process.argv.slice(2));
