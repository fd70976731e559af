import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { vendorText } from '../../spec/test/acme.ts';
import { planOf, type Wish } from '../plan.ts';

/* What a renaming refuses, and what it would write, on a small project of the made-up vendor. */

// In two parts: what is written as one must exist here.
const PAGE = `docs/reference/${'ads/v1/AdApi.md'}`;
const URL = 'https://github.com/acme/ads';

let root: string;

const write = (path: string, text: string): void => {
  mkdirSync(dirname(join(root, path)), { recursive: true });
  writeFileSync(join(root, path), text);
};
const git = (...args: string[]): string =>
  execFileSync('git', ['-c', 'user.name=x', '-c', 'user.email=x@localhost', ...args], {
    cwd: root,
    encoding: 'utf8',
  });
const planned = (wish: Wish): Record<string, string> =>
  Object.fromEntries(planOf(root, wish).texts);
const manifestOf = (wish: Wish, path: string): Record<string, unknown> =>
  JSON.parse(planned(wish)[path] ?? '{}') as Record<string, unknown>;

beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'rename-'));
  write('specs/acme.yaml', vendorText());
  write('package.json', '{ "name": "ads", "license": "MIT", "private": true }\n');
  write(
    'packages/core/package.json',
    '{ "name": "@acme/core", "license": "MIT", "type": "module" }\n',
  );
  write('tools/a/package.json', '{ "name": "a-tool" }\n');
  write('a.ts', "import { a } from '@acme/core'; // the Acme API\n");
  write('b.md', '`@acme`, @acme-ads, @acme/core, me@acme, @acme.example. Ask @acme.\n');
  write(PAGE, "```ts\nimport { createClient } from '@acme/ads/v1';\n```\n");
  write('taken.ts', "import '@other/thing';\n");
  write('.github/CODEOWNERS', '# Who reviews: --owners @you/team\n* @acme/team @ads/team\n');
  git('init', '-q');
  git('add', '--all');
  git('commit', '-q', '-m', 'x');
});

afterEach(() => rmSync(root, { recursive: true }));

describe('a renaming refuses', () => {
  it.each<readonly [string, Wish, RegExp]>([
    ['to do nothing', {}, /Say what to change/],
    ['what lacks its @', { scope: 'ads' }, /'ads' is no scope/],
    ['capitals', { scope: '@Ads' }, /is no scope/],
    ['a name with a slash', { scope: '@ads/core' }, /is no scope/],
    ['nothing behind the @', { scope: '@' }, /is no scope/],
    ['a hyphen in front', { scope: '@-ads' }, /is no scope/],
    ['the scope it has', { scope: '@acme' }, /is @acme already/],
    ['a scope that others have here', { scope: '@other' }, /something else in: taken\.ts/],
    ['an address without https', { repository: 'git@github.com:acme/ads' }, /is no address/],
    ['an address of a host alone', { repository: 'https://github.com' }, /is no address/],
    ['an owner without its @', { owners: '@a you/team' }, /'you\/team' is nobody on GitHub/],
    ['an owner that is a path', { owners: '@a/b/c' }, /'@a\/b\/c' is nobody/],
    ['an address with a password', { repository: 'https://me:x@a.test/b/c' }, /is no address/],
  ])('%s', (_, wish, fault) => {
    expect(() => planOf(root, wish)).toThrow(fault);
  });

  it('changes that are not committed, unless it is told to', () => {
    write('a.ts', "import '@acme/core';\n");
    expect(() => planOf(root, { scope: '@ads' })).toThrow(/not committed.*--force:\n ?M a\.ts/s);
    expect(planned({ scope: '@ads', force: true })['a.ts']).toBe("import '@ads/core';\n");
  });

  it('a folder that git does not know', () => {
    rmSync(join(root, '.git'), { recursive: true });
    expect(() => planOf(root, { scope: '@ads' })).toThrow(/Only a git clone is renamed/);
  });
});

describe('a renaming', () => {
  it('writes nothing by itself', () => {
    planOf(root, { scope: '@ads', repository: URL });
    expect(git('status', '--porcelain')).toBe('');
  });

  it('finds the scope in every text, and nothing but the scope', () => {
    const texts = planned({ scope: '@ads' });
    expect(Object.keys(texts).sort()).toEqual([
      'a.ts',
      'b.md',
      PAGE,
      'packages/core/package.json',
      'specs/acme.yaml',
    ]);
    expect(texts[PAGE]).toContain("from '@ads/ads/v1';");
    expect(texts['a.ts']).toBe("import { a } from '@ads/core'; // the Acme API\n");
    expect(texts['b.md']).toBe('`@ads`, @acme-ads, @ads/core, me@acme, @acme.example. Ask @ads.\n');
    expect(JSON.parse(texts['specs/acme.yaml'] ?? '')).toMatchObject({
      name: 'acme',
      scope: '@ads',
      core: '@ads/core',
      documents: { hosts: ['api.acme.example'] },
    });
  });

  it('names owners, whose teams may be called as a scope is', () => {
    expect(planned({ owners: '@you @acme/ads.team' })).toEqual({
      '.github/CODEOWNERS': '# Who reviews: --owners @you/team\n* @you @acme/ads.team\n',
    });
    expect(Object.keys(planned({ scope: '@ads' }))).not.toContain('.github/CODEOWNERS');
  });

  it('takes files that are not committed yet, too', () => {
    write('new.ts', "import '@acme/core';\n");
    expect(planned({ scope: '@ads', force: true })['new.ts']).toBe("import '@ads/core';\n");
  });

  it.each([URL, `${URL}/`, `${URL}.git`, `git+${URL}.git`])(
    'names the repository %s',
    (address) => {
      const wish = { repository: address };
      const repository = { type: 'git', url: `git+${URL}.git` };
      expect(Object.keys(planned(wish))).toEqual(['package.json', 'packages/core/package.json']);
      expect(manifestOf(wish, 'package.json')).toEqual({
        name: 'ads',
        license: 'MIT',
        repository,
        private: true,
      });
      expect(Object.entries(manifestOf(wish, 'packages/core/package.json'))).toEqual([
        ['name', '@acme/core'],
        ['license', 'MIT'],
        ['repository', { ...repository, directory: 'packages/core' }],
        ['type', 'module'],
      ]);
    },
  );
});
