import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, dirname, join } from 'node:path';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { announce } from '../announce.ts';
import { propose } from '../propose.ts';

/*
 * What a release asks of GitHub, against a remote in a folder and a gh that notes what it is asked.
 */

let folder: string;
let root: string;
let told: string[];

const tell = (line: string): unknown => told.push(line);

const git = (...args: string[]): string =>
  execFileSync('git', args, { cwd: root, encoding: 'utf8', stdio: 'pipe' }).trim();

const write = (path: string, text: string): void => {
  mkdirSync(dirname(join(root, path)), { recursive: true });
  writeFileSync(join(root, path), text);
};

const version = (name: string, of: string): void => {
  write(`packages/${name}/package.json`, JSON.stringify({ name: `@acme/${name}`, version: of }));
  write(
    `packages/${name}/CHANGELOG.md`,
    `# @acme/${name}\n\n## ${of}\n\n### Minor Changes\n\n- News of ${name}.\n`,
  );
};

const asked = (): string => readFileSync(join(folder, 'asked'), 'utf8');

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'criteo-propose-'));
  root = join(folder, 'project');
  told = [];
  execFileSync('git', ['init', '-q', '--bare', join(folder, 'remote')]);
  execFileSync('git', ['init', '-q', '-b', 'main', root]);
  write('.changeset/a.md', 'pending');
  write('package-lock.json', '{}');
  version('a', '0.1.0');
  version('b', '0.1.0');
  git('add', '.');
  git('-c', 'user.name=x', '-c', 'user.email=x@example.com', 'commit', '-qm', 'x');
  git('remote', 'add', 'origin', join(folder, 'remote'));
  git('push', '-q', 'origin', 'main');
  writeFileSync(join(folder, 'asked'), '');
  mkdirSync(join(folder, 'bin'));
  const script = `#!/bin/sh
echo "$*" >> '${folder}/asked'
case "$1 $2" in
  'pr list') echo '[]' ;;
  'release list') cat '${folder}/tags' 2>/dev/null ;;
esac
for last; do :; done
if [ -f "$last" ]; then cp "$last" '${folder}/body'; fi
`;
  writeFileSync(join(folder, 'bin/gh'), script, { mode: 0o755 });
  vi.stubEnv('PATH', `${join(folder, 'bin')}${delimiter}${process.env.PATH}`);
});

afterEach(() => {
  vi.unstubAllEnvs();
  rmSync(folder, { recursive: true, force: true });
});

it('the versions that moved become a pull request that says what is published', () => {
  rmSync(join(root, '.changeset/a.md'));
  version('a', '0.2.0');
  propose(root, false, tell);
  expect(asked()).toMatch(/^pr create --head release --base main --title Release --body-file /m);
  const body = readFileSync(join(folder, 'body'), 'utf8');
  expect(body).toContain('## @acme/a 0.2.0\n\n### Minor Changes\n\n- News of a.');
  expect(body).not.toContain('@acme/b');
  const remote = ['--git-dir', join(folder, 'remote')];
  expect(git(...remote, 'ls-tree', '-r', '--name-only', 'release')).not.toContain(
    '.changeset/a.md',
  );
  expect(git(...remote, 'show', 'release:packages/a/package.json')).toContain('0.2.0');
});

it('no version moved: there is nothing to propose', () => {
  propose(root, false, tell);
  expect(asked()).toBe('');
  expect(told).toEqual([
    'no version moved since the last commit; run first: npm run release -- version',
  ]);
});

it('a dry run pushes nothing and asks nothing', () => {
  version('a', '0.2.0');
  propose(root, true, tell);
  expect(asked()).toBe('');
  expect(git('ls-remote', 'origin', 'refs/heads/release')).toBe('');
  expect(told.some((line) => line.startsWith('would run: git'))).toBe(true);
  expect(told.at(-1)).toMatch(/^would run: gh pr create --head release /);
});

it('what was published is tagged and told once, with its bill of materials', () => {
  const release = (name: string) => ({
    kind: 'publish',
    name: `@acme/${name}`,
    version: '0.1.0',
    tarball: { path: `packages/acme-${name}-0.1.0.tgz` },
  });
  const plan = { version: 1, plan: [[release('a'), release('b')]] };
  writeFileSync(join(folder, 'publish-plan.json'), JSON.stringify(plan));
  writeFileSync(join(folder, 'tags'), '@acme/a@0.1.0\n');
  const options = { root, folder, commit: 'abc', tell };
  announce({ ...options, isDryRun: false });
  expect(told).toEqual(['@acme/a@0.1.0 is announced already']);
  const created = asked().slice(asked().indexOf('release create'));
  expect(created).toContain(`release create @acme/b@0.1.0 ${folder}/packages/acme-b-0.1.0.tgz`);
  expect(created).toContain(`${folder}/sbom/b-0.1.0.cdx.json --target abc`);
  expect(created).toContain('- News of b.');
  announce({ ...options, isDryRun: true });
  expect(told.at(-1)).toMatch(/^would run: gh release create @acme\/b@0\.1\.0 /);
});
