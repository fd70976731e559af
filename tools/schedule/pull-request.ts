import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { SpecError } from '../spec/errors.ts';
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
 * request. A document that stands on that branch already is no news: somebody may be working on it,
 * or have turned it down.
 */
export const publish = ({ entry, isDryRun, report, tell }: Publication): void => {
  const name = specName(entry);
  const page = readFileSync(report, 'utf8');
  if (page.startsWith(`# ${name}: nothing changed`)) {
    tell(`${name}: nothing changed`);
    return;
  }
  const commands = isDryRun ? dryCommands(tell) : commandsIn(entry.root);
  const branch = `specs/${entry.product}-${entry.version}`;
  const base = commands.ask('git', 'branch', '--show-current').trim() || 'main';
  const tip = fetchTip(commands, branch);
  const isNews = tip === '' || !isSameDocument(commands, tip, entry);
  if (isNews) push(commands, branch, tip, name);
  const pulls = pullsOf(commands, branch);
  const open = pulls.find(({ state }) => state === 'OPEN');
  if (!isNews && pulls.length > 0) {
    tell(`${name}: ${branch} holds this document already`);
    return;
  }
  withBody(page, (body) => {
    if (open) updatePull(commands, open.number, body);
    else createPull(commands, ['--head', branch, '--base', base, '--title', titleOf(name)], body);
  });
};

interface Commands {
  /** Changes something. */
  readonly act: (command: string, ...args: readonly string[]) => void;
  /** Gives what a command prints. */
  readonly ask: (command: string, ...args: readonly string[]) => string;
}

interface Pull {
  readonly number: number;
  readonly state: string;
  /** From a fork, whose branch may be called as ours. */
  readonly isCrossRepository: boolean;
}

const AUTHOR = {
  name: 'github-actions[bot]',
  email: '41898282+github-actions[bot]@users.noreply.github.com',
};
// git asks gh for the token of the environment: it stands in no file.
const REMOTE = ['-c', 'credential.helper=!gh auth git-credential'];
/** All that an import writes to. */
const FOLDERS = ['.changeset', 'docs', 'packages', 'specs', 'test'];
/** GitHub refuses a body of more than 65,536 characters. */
const LONGEST_BODY = 60_000;

const commandsIn = (cwd: string): Commands => {
  const ask: Commands['ask'] = (command, ...args) =>
    execFileSync(command, args, { cwd, encoding: 'utf8', stdio: ['ignore', 'pipe', 'inherit'] });
  return { act: ask, ask };
};

const dryCommands = (tell: Publication['tell']): Commands => ({
  act: (...command) => tell(`would run: ${command.join(' ')}`),
  ask: () => '',
});

const titleOf = (name: string): string => `${name}: the vendor's document changed`;

/** The commit that the branch stands at, fetched; '' if the remote has no such branch. */
const fetchTip = ({ ask }: Commands, branch: string): string => {
  const line = ask('git', ...REMOTE, 'ls-remote', 'origin', `refs/heads/${branch}`);
  const [tip = ''] = line.split('\t');
  if (tip !== '') ask('git', ...REMOTE, 'fetch', '--quiet', 'origin', tip);
  return tip;
};

const isSameDocument = ({ ask }: Commands, tip: string, entry: SpecEntry): boolean => {
  const path = `specs/${specName(entry)}/openapi.yaml`;
  if (ask('git', 'ls-tree', '--name-only', tip, '--', path) === '') return false;
  return ask('git', 'show', `${tip}:${path}`) === readFileSync(join(entry.root, path), 'utf8');
};

const push = ({ act, ask }: Commands, branch: string, tip: string, name: string): void => {
  const author = tip && ask('git', 'log', '-1', '--format=%ae', tip).trim();
  if (author && author !== AUTHOR.email)
    throw new SpecError(
      `${name}: the document changed again, but ${author} has worked on ${branch}; merge or delete it first.`,
    );
  const identity = ['-c', `user.name=${AUTHOR.name}`, '-c', `user.email=${AUTHOR.email}`];
  const target = `refs/heads/${branch}`;
  const lease = `--force-with-lease=${target}:${tip}`;
  act('git', 'switch', '--quiet', '--force-create', branch);
  act('git', 'add', '--all', '--', ...FOLDERS);
  act('git', ...identity, 'commit', '--quiet', '-m', titleOf(name));
  act('git', ...REMOTE, 'push', '--quiet', lease, 'origin', `HEAD:${target}`);
};

const pullsOf = ({ ask }: Commands, branch: string): Pull[] => {
  const fields = 'number,state,isCrossRepository';
  const text = ask('gh', 'pr', 'list', '--head', branch, '--state', 'all', '--json', fields);
  return (JSON.parse(text || '[]') as Pull[]).filter((pull) => !pull.isCrossRepository);
};

const createPull = ({ act }: Commands, options: readonly string[], body: string): void =>
  act('gh', 'pr', 'create', ...options, '--body-file', body);

// `gh pr edit` asks for more rights than to write pull requests (cli/cli#6274).
const updatePull = ({ act }: Commands, number: number, body: string): void => {
  const path = `repos/{owner}/{repo}/pulls/${number}`;
  act('gh', 'api', '--silent', '--method', 'PATCH', path, '-F', `body=@${body}`);
};

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
  const start = page.slice(0, page.lastIndexOf('\n', LONGEST_BODY));
  return `${start}\n\nThe report goes on: \`npm run spec -- diff\` gives all of it.\n`;
};
