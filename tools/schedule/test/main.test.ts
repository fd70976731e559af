import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { specEntry } from '../../spec/registry.ts';
import { publish } from '../pull-request.ts';

/*
 * What is imported once a week becomes one pull request per version. Against a remote in a folder,
 * and a gh that notes what it is asked.
 */

const BRANCH = 'specs/acme-2026-01';
const SCHEDULE = join(import.meta.dirname, '../main.ts');

let folder: string;
let root: string;
let told: string[];

const git = (...args: string[]): string =>
  execFileSync('git', args, { cwd: root, encoding: 'utf8', stdio: 'pipe' }).trim();

const commitAs = (email: string, ...args: string[]): string =>
  git('-c', 'user.name=x', '-c', `user.email=${email}`, 'commit', '-qam', 'x', ...args);

const write = (path: string, text: string): void => writeFileSync(join(root, path), text);

const gh = (): string[] => readFileSync(join(folder, 'asked'), 'utf8').split('\n').filter(Boolean);

const pulls = (...states: { state: string; isCrossRepository?: boolean }[]): void =>
  writeFileSync(
    join(folder, 'pulls'),
    JSON.stringify(
      states.map((pull, index) => ({ isCrossRepository: false, ...pull, number: index + 7 })),
    ),
  );

/** As an import would have it: a document written, and a report. */
const importAs = (
  document: string,
  report = '# acme/2026-01: changed in place\n',
  isDryRun = false,
): void => {
  git('switch', '-q', 'main');
  write('specs/acme/2026-01/openapi.yaml', document);
  writeFileSync(join(folder, 'report.md'), report);
  publish({
    entry: specEntry(root, 'acme', '2026-01'),
    report: join(folder, 'report.md'),
    isDryRun,
    tell: (line) => told.push(line),
  });
};

const onRemote = (): string =>
  git('ls-remote', 'origin', `refs/heads/${BRANCH}`) &&
  git('--git-dir', join(folder, 'remote'), 'show', `${BRANCH}:specs/acme/2026-01/openapi.yaml`);

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'criteo-schedule-'));
  root = join(folder, 'project');
  told = [];
  execFileSync('git', ['init', '-q', '--bare', join(folder, 'remote')]);
  execFileSync('git', ['init', '-q', '-b', 'main', root]);
  for (const path of ['.changeset', 'docs', 'packages', 'specs/acme/2026-01', 'test']) {
    mkdirSync(join(root, path), { recursive: true });
    write(`${path}/file`, '');
  }
  write('specs/acme/2026-01/openapi.yaml', 'first');
  git('add', '.');
  commitAs('a@example.com');
  git('remote', 'add', 'origin', join(folder, 'remote'));
  git('push', '-q', 'origin', 'main');
  writeFileSync(join(folder, 'asked'), '');
  pulls();
  mkdirSync(join(folder, 'bin'));
  const script = `#!/bin/sh
echo "$*" >> '${folder}/asked'
if [ "$2" = list ]; then cat '${folder}/pulls'; fi
for last; do :; done
if [ -f "\${last#body=@}" ]; then cp "\${last#body=@}" '${folder}/body'; fi
`;
  writeFileSync(join(folder, 'bin/gh'), script, { mode: 0o755 });
  vi.stubEnv('PATH', `${join(folder, 'bin')}${delimiter}${process.env.PATH}`);
});

afterEach(() => {
  vi.unstubAllEnvs();
  rmSync(folder, { recursive: true, force: true });
});

test('what has not changed is left alone', () => {
  importAs('first', '# acme/2026-01: nothing changed\n');
  expect(told).toEqual(['acme/2026-01: nothing changed']);
  expect(gh()).toEqual([]);
});

test('a change is pushed to its own branch, and a pull request opened with the report', () => {
  write('README.md', 'not of the import');
  importAs('second');
  expect(onRemote()).toBe('second');
  expect(git('status', '--short')).toBe('?? README.md');
  expect(gh().at(-1)).toMatch(
    /^pr create --head specs\/acme-2026-01 --base main --title acme\/2026-01: the vendor's document changed --body-file /,
  );
  expect(readFileSync(join(folder, 'body'), 'utf8')).toBe('# acme/2026-01: changed in place\n');
});

test('a change of the change updates the branch and the open pull request', () => {
  importAs('second');
  pulls({ state: 'CLOSED' }, { state: 'OPEN' });
  importAs('third', '# acme/2026-01: changed in place\n\nThird.\n');
  expect(onRemote()).toBe('third');
  expect(gh().at(-1)).toMatch(/^api --silent --method PATCH repos\/\{owner\}\/\{repo\}\/pulls\/8 /);
  expect(readFileSync(join(folder, 'body'), 'utf8')).toContain('Third.');
});

test.each(['OPEN', 'CLOSED'])('the same change is not told again (%s)', (state) => {
  importAs('second');
  const before = git('ls-remote', 'origin');
  pulls({ state });
  importAs('second');
  expect(git('ls-remote', 'origin')).toBe(before);
  expect(gh().at(-1)).toMatch(/^pr list/);
  expect(told).toEqual(['specs/acme-2026-01 holds this already']);
});

test('a pull request that could not be opened is opened the next time', () => {
  importAs('second');
  importAs('second');
  expect(gh().filter((line) => line.startsWith('pr create'))).toHaveLength(2);
});

test("a fork's pull request from a branch of that name is not ours", () => {
  pulls({ state: 'OPEN', isCrossRepository: true });
  importAs('second');
  expect(gh().at(-1)).toMatch(/^pr create/);
});

test('what somebody has written on the branch is never overwritten', () => {
  importAs('second');
  write('docs/file', 'words');
  commitAs('b@example.com');
  git('push', '-q', 'origin', `HEAD:refs/heads/${BRANCH}`);
  const before = git('ls-remote', 'origin');
  expect(() => importAs('third')).toThrow('b@example.com has worked on specs/acme-2026-01');
  expect(git('ls-remote', 'origin')).toBe(before);
});

test('a dry run says what it would run, and runs nothing', () => {
  importAs('second', '# acme/2026-01: changed in place\n', true);
  expect(
    told.map((line) => line.replace(/^(would run: (?:git|gh)).* (commit|push|pr)\b.*/, '$1 $2')),
  ).toEqual([
    'would run: git switch --quiet --force-create specs/acme-2026-01',
    'would run: git add --all -- .changeset docs packages specs test',
    'would run: git commit',
    'would run: git push',
    'would run: gh pr',
  ]);
  expect(onRemote()).toBe('');
  expect(gh()).toEqual([]);
});

test('a report that is too long for GitHub ends at a line', () => {
  importAs('second', `# acme/2026-01: changed in place\n${'- a line\n'.repeat(10_000)}`);
  const body = readFileSync(join(folder, 'body'), 'utf8');
  expect(body.length).toBeLessThan(65_536);
  expect(body).toMatch(/- a line\n\nThe report goes on: .*\n$/);
});

test('asked about are imported versions that live and have an address', () => {
  const list = (at: string): { product: string; version: string }[] =>
    JSON.parse(
      execFileSync(process.execPath, [SCHEDULE, 'list', '--at', at], { encoding: 'utf8' }),
    );
  const today = list('2026-11-22');
  expect(today).toContainEqual({ product: 'retailmedia', version: '2026-07' });
  expect(today).not.toContainEqual({ product: 'retailmedia', version: '2022-10' });
  expect(today.map(({ product }) => product)).not.toContain('marketing');
  expect(list('2027-02-01').map(({ version }) => version)).not.toContain('2026-01');
});
