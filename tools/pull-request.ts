import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

export interface Proposal {
  /** The clone. */
  readonly root: string;
  /** A branch of its own, and the one pull request from it. */
  readonly branch: string;
  readonly title: string;
  /** All that is committed. */
  readonly paths: readonly string[];
  readonly page: string;
  /** What a page that is too long for GitHub ends with. */
  readonly more: string;
  /** Does the branch hold all this already, at this commit? Then it is only looked whether it was told. */
  readonly isKnown?: (ask: Ask, tip: string) => boolean;
  /** Runs nothing, says what would be run. */
  readonly isDryRun: boolean;
  readonly tell: (line: string) => void;
}

/** Gives what a command prints. */
export type Ask = (command: string, ...args: readonly string[]) => string;

/** Nothing is overwritten that somebody else wrote. */
export class BranchError extends Error {}

/**
 * Commits what changed to a branch, and opens or updates its one pull request. What stands on that
 * branch already is no news: somebody may be working on it, or have turned it down.
 */
export const propose = (proposal: Proposal): void => {
  const { branch, isDryRun, isKnown, page, root, tell, title } = proposal;
  const commands = isDryRun ? dryCommands(tell) : commandsIn(root);
  const base = commands.ask('git', 'branch', '--show-current').trim() || 'main';
  const tip = fetchTip(commands, branch);
  const isNews = tip === '' || !isKnown?.(commands.ask, tip);
  if (isNews) push(commands, proposal, tip);
  const pulls = pullsOf(commands, branch);
  const open = pulls.find(({ state }) => state === 'OPEN');
  if (!isNews && pulls.length > 0) {
    tell(`${branch} holds this already`);
    return;
  }
  withBody(bodyOf(page, proposal.more), (body) => {
    if (open) updatePull(commands, open.number, body);
    else createPull(commands, ['--head', branch, '--base', base, '--title', title], body);
  });
};

interface Commands {
  /** Changes something. */
  readonly act: (command: string, ...args: readonly string[]) => void;
  readonly ask: Ask;
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
/** GitHub refuses a body of more than 65,536 characters. */
const LONGEST_BODY = 60_000;

const commandsIn = (cwd: string): Commands => {
  const ask: Ask = (command, ...args) =>
    execFileSync(command, args, { cwd, encoding: 'utf8', stdio: ['ignore', 'pipe', 'inherit'] });
  return { act: ask, ask };
};

const dryCommands = (tell: Proposal['tell']): Commands => ({
  act: (...command) => tell(`would run: ${command.join(' ')}`),
  ask: () => '',
});

/** The commit that the branch stands at, fetched; '' if the remote has no such branch. */
const fetchTip = ({ ask }: Commands, branch: string): string => {
  const line = ask('git', ...REMOTE, 'ls-remote', 'origin', `refs/heads/${branch}`);
  const [tip = ''] = line.split('\t');
  if (tip !== '') ask('git', ...REMOTE, 'fetch', '--quiet', 'origin', tip);
  return tip;
};

const push = ({ act, ask }: Commands, proposal: Proposal, tip: string): void => {
  const { branch, paths, title } = proposal;
  const author = tip && ask('git', 'log', '-1', '--format=%ae', tip).trim();
  if (author && author !== AUTHOR.email)
    throw new BranchError(
      `${title}: there is more to write, but ${author} has worked on ${branch}; merge or delete it first.`,
    );
  const identity = ['-c', `user.name=${AUTHOR.name}`, '-c', `user.email=${AUTHOR.email}`];
  const target = `refs/heads/${branch}`;
  const lease = `--force-with-lease=${target}:${tip}`;
  act('git', 'switch', '--quiet', '--force-create', branch);
  act('git', 'add', '--all', '--', ...paths);
  act('git', ...identity, 'commit', '--quiet', '-m', title);
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

const withBody = (text: string, work: (file: string) => void): void => {
  const folder = mkdtempSync(join(tmpdir(), 'pull-request-'));
  try {
    const file = join(folder, 'body.md');
    writeFileSync(file, text);
    work(file);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
};

const bodyOf = (page: string, more: string): string => {
  if (page.length <= LONGEST_BODY) return page;
  const start = page.slice(0, page.lastIndexOf('\n', LONGEST_BODY));
  return `${start}\n\n${more}\n`;
};
