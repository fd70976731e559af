import { describe, expect, it } from 'vitest';
import { compare } from '../compare/compare.ts';
import type { Level } from '../compare/policies.ts';
import { type JsonObject, parseYaml } from '../document.ts';
import { withVersions } from '../import/pages.ts';
import { changesetOf, driftPage, releaseOf } from '../import/release.ts';
import { scaffoldPackage, scaffoldVersion, withExport } from '../import/scaffold.ts';
import { readModel } from '../model.ts';
import type { Vendor } from '../vendor.ts';
import { productOfAcme, vendorOf, vendorText } from './acme.ts';
import { answering, documentOf, documentWith, operation } from './tiny.ts';

const VENDOR = parseYaml(
  vendorText(
    vendorOf({
      products: {
        tiny: productOfAcme({
          '2026-01': { deprecatedFrom: '2026-10', endsOn: '2027-01', successor: 'tiny/2026-07' },
          '2026-07': {},
        }),
      },
    }),
  ),
  'acme.yaml',
) as unknown as Vendor;

const stable = { product: 'tiny', version: '2026-01' };
const candidate = { product: 'tiny', version: '2027-01-rc' };
const preview = { product: 'tiny', version: 'preview' };

const thing = (properties: JsonObject): JsonObject =>
  documentOf(answering({ type: 'object', properties }));
const ID: JsonObject = { name: 'id', in: 'query', required: true, schema: { type: 'string' } };
const without = compare(
  readModel(thing({ a: { type: 'string' }, b: { type: 'string' } })),
  readModel(thing({ a: { type: 'string' } })),
);
const same = compare(readModel(thing({})), readModel(thing({})));

describe('a release', () => {
  it.each<[isNew: boolean, bump: Level, release: Level]>([
    [true, 'none', 'minor'],
    [true, 'major', 'minor'],
    [false, 'major', 'minor'],
    [false, 'minor', 'minor'],
    [false, 'patch', 'patch'],
    [false, 'none', 'none'],
  ])('of a version that is new (%s), with %s for its users, is %s', (isNew, bump, release) =>
    expect(releaseOf(isNew, bump)).toBe(release),
  );
});

describe('a changeset', () => {
  it('of a new version names its import and counts', () => {
    expect(changesetOf(VENDOR, stable, true, undefined, 7)).toBe(
      "---\n'@acme/tiny': minor\n---\n\n`@acme/tiny/2026-01`: the Tiny API 2026-01, 7 operations.\n",
    );
  });

  it('releases the sandbox with it, which answers the version from a document of its own', () => {
    expect(changesetOf(VENDOR, stable, true, undefined, 7, true)).toMatch(
      /^---\n'@acme\/tiny': minor\n'@acme\/sandbox': minor\n---\n/,
    );
  });

  it('of one in place lists what no longer compiles', () => {
    expect(changesetOf(VENDOR, stable, false, without, 1)).toBe(`---
'@acme/tiny': minor
---

\`@acme/tiny/2026-01\` follows what Acme changed in place.

What no longer compiles, as the live API already does otherwise:

- \`thing.getThing\`, answer \`b\`, is gone.
`);
  });

  it('that breaks nothing says so', () => {
    const added = compare(
      readModel(thing({ a: { type: 'string' } })),
      readModel(thing({ a: { type: 'string' }, b: { type: 'string' } })),
    );
    expect(changesetOf(VENDOR, stable, false, added, 1)).toMatch(
      /\n\nWhat compiled goes on to compile\.\n$/,
    );
  });

  it('is none where nothing changed', () => {
    expect(changesetOf(VENDOR, stable, false, same, 1)).toBeUndefined();
  });

  it.each([candidate, preview])('of $version promises nothing, new or in place', (name) => {
    const promise = 'It is no stable version of the API: it changes without a promise of semver.';
    expect(changesetOf(VENDOR, name, true, undefined, 7)).toContain(promise);
    expect(changesetOf(VENDOR, name, false, without, 7)).toContain(promise);
    expect(changesetOf(VENDOR, stable, false, without, 7)).not.toContain('semver');
  });
});

describe('the page of drift', () => {
  const entry = (importedAt: string, bump: Level, message?: string) => ({
    version: '2026-01',
    importedAt,
    sha256: { before: 'a'.repeat(64), after: 'b'.repeat(64) },
    bump,
    findings: message
      ? [{ kind: 'key-removed' as const, level: bump, message, methods: ['a.b', 'a.c'], types: [] }]
      : [],
  });

  it('tells the newest first, whom each change reaches, and of changes that nobody sees', () => {
    const page = driftPage(VENDOR, 'tiny', [
      entry('2026-02-01', 'major', '`A.b` is gone.'),
      entry('2026-03-01', 'none'),
    ]);
    expect(page).toBe(`# What Acme changed in place: Tiny API

Written by \`npm run spec -- import\`; for programs: \`tiny.json\` beside this page.

## 2026-01, seen on 2026-03-01: none

From \`aaaaaaaaaaaa\` to \`bbbbbbbbbbbb\`.

Nothing that a user of the SDK sees.

## 2026-01, seen on 2026-02-01: major

From \`aaaaaaaaaaaa\` to \`bbbbbbbbbbbb\`.

- **major** \`A.b\` is gone. Reaches \`a.b\`, \`a.c\`.
`);
  });

  it('says when there is none yet', () => {
    expect(driftPage(VENDOR, 'tiny', [])).toContain('No change has been seen');
  });
});

describe('a new package', () => {
  const files = scaffoldPackage(VENDOR, stable, readModel(thing({})), '1.4.0');

  it('has a manifest, settings, two pages and two files of code by hand', () => {
    expect([...files.keys()]).toEqual([
      'packages/tiny/package.json',
      'packages/tiny/tsconfig.json',
      'packages/tiny/README.md',
      'packages/tiny/AGENTS.md',
      'packages/tiny/src/index.ts',
      'packages/tiny/src/product.ts',
    ]);
    expect(files.get('packages/tiny/README.md')).toMatch(
      /\*\*Independent: not affiliated with or endorsed by Acme\.\*\*/,
    );
  });

  it('depends on the core that there is', () => {
    const { dependencies } = JSON.parse(files.get('packages/tiny/package.json') ?? '') as {
      dependencies: object;
    };
    expect(Object.values(dependencies)).toEqual(['^1.4.0']);
  });

  it('exports each version, sorted, between the bare name and its manifest', () => {
    const manifest = [candidate, stable, stable, preview].reduce(
      (text, { version }) => withExport(text, version),
      files.get('packages/tiny/package.json') ?? '',
    );
    const { exports } = JSON.parse(manifest) as { exports: object };
    expect(Object.keys(exports)).toEqual([
      '.',
      './2026-01',
      './2027-01-rc',
      './preview',
      './package.json',
    ]);
  });

  it('publishes its pages, which lead to a first call that needs nothing', () => {
    const manifest = JSON.parse(files.get('packages/tiny/package.json') ?? '') as { files: object };
    expect(manifest.files).toEqual(expect.arrayContaining(['README.md', 'AGENTS.md']));
    for (const page of ['README.md', 'AGENTS.md']) {
      const text = files.get(`packages/tiny/${page}`) ?? '';
      expect(text).toContain("import { createClient } from '@acme/tiny/2026-01';");
      expect(text).toContain('console.log(await client.thing.getThing());');
      expect(text).toContain('ACME_CLIENT_SECRET: clientSecret');
      expect(text).not.toMatch(/\{\w+\}/);
    }
  });

  it('shows its token where every operation needs something', () => {
    const needy = readModel(documentOf({ ...answering({}), parameters: [ID] }));
    const page = scaffoldPackage(VENDOR, stable, needy, '1.4.0').get('packages/tiny/README.md');
    expect(page).toContain('console.log(await client.tokens.get());');
  });

  it.each(['README.md', 'AGENTS.md'])('says in its %s where each version stands', (name) => {
    const page = files.get(`packages/tiny/${name}`) ?? '';
    const versions = ['preview', '2026-07', '2026-01', '2027-01-rc'];
    const table = withVersions(page, VENDOR, 'tiny', versions);
    expect(table).toContain(`|---|---|---|---|
| \`2026-01\` | 2026-10 | 2027-01 | \`@acme/tiny/2026-07\` |
| \`2026-07\` | - | - | - |
| \`2027-01-rc\`, without a promise of semver | - | - | - |
| \`preview\`, without a promise of semver | - | - | - |

`);
    expect(withVersions(table, VENDOR, 'tiny', versions)).toBe(table);
    expect(withVersions('# Ours\n', VENDOR, 'tiny', versions)).toBe('# Ours\n');
  });
});

describe("a version's index.ts", () => {
  const form = (properties: JsonObject, required: readonly string[] = []): JsonObject => ({
    post: operation({
      'x-grants': typesOf(properties).map((type) => ({ type })),
      'x-name': 'getToken',
      'x-group': 'oAuth',
      'x-safe-to-retry': true,
      security: [],
      requestBody: {
        content: {
          'application/x-www-form-urlencoded': {
            schema: { type: 'object', properties, required: [...required] },
          },
        },
      },
    }),
  });
  const typesOf = ({ grant_type }: JsonObject): string[] =>
    (grant_type as { readonly enum?: string[] }).enum ?? ['client_credentials'];
  const scaffold = (
    name: typeof stable,
    properties: JsonObject,
    required?: readonly string[],
  ): string =>
    scaffoldVersion(
      VENDOR,
      name,
      readModel(documentWith({ '/token': form(properties, required) })),
      '2026-11-22',
    );
  const grants = (...names: string[]): JsonObject => ({
    grant_type: { type: 'string', enum: names },
  });

  it('has the grants that its token operation takes', () => {
    const text = scaffold(stable, grants('client_credentials'));
    expect(text).toContain('type Grants = ClientCredentials;');
    expect(text).toContain("grants: ['client_credentials'],");
    expect(text).toContain('new OAuthApi(transport).getToken(parameters, options)');
    expect(text).toContain('defaultLifetimeMs: 900_000,');
    expect(scaffold(stable, { grant_type: { type: 'string' } })).toBe(text);
  });

  it('has PKCE where a code has a verifier, and one name for all grants', () => {
    const all = grants('client_credentials', 'authorization_code', 'refresh_token');
    expect(scaffold(stable, all)).toContain(
      'type Grants = AuthorizationCode | ClientCredentials | RefreshToken;',
    );
    const text = scaffold(stable, { ...all, code_verifier: { type: 'string' } });
    expect(text).toContain('ClientOptions<Grant>');
    expect(text).not.toContain('type Grants');
    expect(text).toContain('  publicClients: true,\n');
  });

  it('has public clients only where PKCE is, and the secret may be left out', () => {
    const pkce = { ...grants('authorization_code'), code_verifier: { type: 'string' } };
    expect(scaffold(stable, grants('authorization_code'))).not.toContain('publicClients');
    expect(scaffold(stable, pkce, ['client_secret'])).not.toContain('publicClients');
  });

  it('says how long it lives, or that it promises nothing', () => {
    expect(scaffold(stable, grants('client_credentials'))).toContain(
      '/** Client of the Tiny API 2026-01. Ends in 2027-01; `@acme/tiny/2026-07` is its successor. */',
    );
    for (const name of [candidate, preview])
      expect(scaffold(name, grants('client_credentials'))).toContain(
        `/** Client of the Tiny API ${name.version}. Unstable: no promise of semver, it may change in any release. */`,
      );
  });

  it('cannot be made without a token operation, or for a grant that nobody knows', () => {
    expect(() =>
      scaffoldVersion(VENDOR, stable, readModel(documentOf(operation())), '2026-11-22'),
    ).toThrow('No operation gives tokens: a form with grant_type, and x-grants.');
    expect(() => scaffold(stable, grants('password'))).toThrow(
      "The token operation has the grant 'password', which the SDK does not know.",
    );
  });
});
