import { execFile, execFileSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { describe, expect, it } from 'vitest';
import { ROOT } from '../../tools/scratch.ts';
import { type JsonObject, loadDocument } from '../../tools/spec/document.ts';
import { readModel } from '../../tools/spec/model.ts';
import { listSpecs, specName } from '../../tools/spec/registry.ts';
import { factsOfVersion, readVendor } from '../../tools/spec/vendor.ts';
import { fences, read } from './pages.ts';

const tracked = execFileSync('git', ['ls-files', '--cached', '--others', '--exclude-standard'], {
  cwd: ROOT,
  encoding: 'utf8',
})
  .trim()
  .split('\n')
  .filter((file) => existsSync(join(ROOT, file)));

describe('the README', () => {
  const page = read('README.md');

  it('has a newcomer save the sample that stands in examples', () => {
    expect(fences(page)[1]).toBe(read('examples/first-call.ts').replace(/^\/\/.*\n/, ''));
  });

  it('names npm start and npm test first, and says first that it is independent', () => {
    expect(fences(page, 'sh')[0]).toMatch(/^npm start .*\nnpm test .*\n$/);
    expect(page.split('\n').slice(0, 4).join(' ')).toContain(
      'Independent: not affiliated with or endorsed by Criteo',
    );
  });

  it('has in its first table what the documents say of each token endpoint', () => {
    const vendor = readVendor();
    const rows = page.split('\n').filter((line) => line.includes('/oauth2/token` |'));
    const isTold = listSpecs().map((entry) => {
      const name = specName(entry);
      const row = rows.find((line) => line.includes(name)) ?? rows.at(-1) ?? '';
      const { operations } = readModel(loadDocument(entry));
      const token = operations.find(({ grants }) => grants.length > 0);
      const { baseUrl, defaultLifetimeMs } = factsOfVersion(vendor, entry);
      const models = (schemas: readonly JsonObject[] = []): string[] =>
        schemas.map(({ $ref }) => String($ref).split('/').at(-1) ?? '');
      const grants = [...new Set(token?.grants.map(({ type }) => type))];
      const parts = [
        `\`${baseUrl}${token?.path}\``,
        `\`${token?.name}\``,
        ...[...models(token?.result.schemas), ...models(token?.result.errors)].map(
          (one) => `\`${one}\``,
        ),
        `${defaultLifetimeMs / 1000} s`,
        Object.keys(token?.responses ?? {})
          .slice(1)
          .join(', '),
        grants.length === 1
          ? '| client_credentials |'
          : (/the same three|client_credentials, authorization_code, refresh_token/.exec(
              row,
            )?.[0] ?? 'three grants'),
      ];
      return [name, parts.filter((part) => !row.includes(part))];
    });
    expect(rows).toHaveLength(4);
    expect(isTold.filter(([, missing]) => missing?.length !== 0)).toEqual([]);
  });

  it('calls all three generations the same way, and each gives an access token', async () => {
    const { stdout } = await promisify(execFile)(
      process.execPath,
      ['--input-type=module', '--eval', fences(page)[0] ?? ''],
      { cwd: ROOT },
    );
    expect(stdout).toMatch(/^(?:\[AccessToken until [\d:.TZ-]+\]\n){3}$/);
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

  it('in no more than six files', () => {
    expect(new Set(rows.map(({ file }) => file)).size).toBeLessThanOrEqual(6);
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
