import { execFileSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { ROOT } from '../../tools/scratch.ts';
import { fences, read } from './pages.ts';

const tracked = execFileSync('git', ['ls-files', '--cached', '--others', '--exclude-standard'], {
  cwd: ROOT,
  encoding: 'utf8',
})
  .trim()
  .split('\n')
  .filter((file) => existsSync(join(ROOT, file)));

describe('the README', () => {
  it('shows as its first sample the one in examples', () => {
    expect(fences(read('README.md'))[0]).toBe(
      read('examples/first-call.ts').replace(/^\/\/.*\n/, ''),
    );
  });

  it('names npm start and npm test first, and says first that it is independent', () => {
    const text = read('README.md');
    expect(text.indexOf('npm start')).toBeLessThan(text.indexOf('npm test'));
    expect(text.indexOf('npm test')).toBeLessThan(text.indexOf('## Try it'));
    expect(text.split('\n').slice(0, 4).join(' ')).toContain(
      'Independent: not affiliated with or endorsed by Criteo',
    );
  });

  it.each(tracked.filter((file) => /^packages\/[^/]+\/README\.md$/.test(file)))(
    '%s says first that it is independent',
    (file) => {
      expect(read(file).split('\n').slice(0, 4).join(' ')).toMatch(
        /[Ii]ndependent.*not affiliated/,
      );
    },
  );
});

describe('links in documents', () => {
  it.each(tracked.filter((file) => file.endsWith('.md') && !file.startsWith('.changeset')))(
    'of %s lead somewhere',
    (file) => {
      const targets = [...read(file).matchAll(/\]\((?!https?:|#)([^)#]+)[^)]*\)/g)].map(
        ([, target]) => target ?? '',
      );
      for (const target of targets)
        expect(existsSync(join(ROOT, file, '..', target)), target).toBe(true);
    },
  );
});

describe('CONTRIBUTING tells one call line by line', () => {
  const table = read('CONTRIBUTING.md').split('## One call')[1] ?? '';
  const rows = [...table.matchAll(/^\| `([^`]+)` \| `([^`]+)` \|/gm)].map(([, file, code]) => ({
    file: `packages/${file}`,
    code: code?.replaceAll('\\|', '|') ?? '',
  }));

  it.each(rows)('$file: $code', ({ file, code }) => {
    expect(
      read(file)
        .split('\n')
        .some((line) => line.trim().startsWith(code)),
    ).toBe(true);
  });

  it('in four files', () => {
    expect(new Set(rows.map(({ file }) => file)).size).toBe(4);
  });
});

describe('the project carries what it cites', () => {
  const texts = tracked.filter(
    (file) =>
      /\.(?:ts|mjs|json|md|yaml|yml|mustache)$|\.ci\/run$/.test(file) &&
      file !== 'package-lock.json',
  );

  it('names no path of a machine and no folder outside', () => {
    const outside = new RegExp(
      ['(^|[^A-Za-z0-9_.-])/(work|home|root|Users)/', '\\.\\./shared'].join('|'),
      'm',
    );
    expect(texts.filter((file) => outside.test(read(file)))).toEqual([]);
    expect(outside.test(`cd ${['', 'work', 'x'].join('/')}`)).toBe(true);
  });

  it('cites only documents that exist', () => {
    // Tests of the tools speak of documents of made-up vendors.
    const own = texts.filter((file) => !/^(?:test\/vendor|tools\/spec\/test)\//.test(file));
    const cited = own.flatMap((file) =>
      [...read(file).matchAll(/docs\/[\w./-]+\.md/g)].map(([path]) => path),
    );
    for (const path of new Set(cited)) expect(existsSync(join(ROOT, path)), path).toBe(true);
  });
});
