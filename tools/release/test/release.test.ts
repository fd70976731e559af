import { createHash } from 'node:crypto';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { faultsOfSums, readPlan } from '../artifact.ts';
import { refusalOf } from '../publish.ts';
import { faultsOfRepository } from '../repository.ts';
import { faultsOfSbom } from '../sbom.ts';

let folder: string;

const write = (path: string, text: string): void => writeFileSync(join(folder, path), text);
const sha256 = (text: string): string => createHash('sha256').update(text).digest('hex');

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'criteo-release-'));
});

afterEach(() => rmSync(folder, { recursive: true, force: true }));

describe('where a release may be published from', () => {
  const registry = 'https://registry.example/';
  const trusted = { GITHUB_ACTIONS: 'true', ACTIONS_ID_TOKEN_REQUEST_URL: 'https://token.example' };

  it.each(['http://127.0.0.1:4873/', 'http://localhost:4873/', 'http://[::1]:4873/'])(
    'from anywhere to %s',
    (local) => expect(refusalOf({ registry: local, npm: '10.0.0', env: {} })).toBeUndefined(),
  );

  it.each([
    {},
    { GITHUB_ACTIONS: 'true' },
    { ACTIONS_ID_TOKEN_REQUEST_URL: 'https://token.example' },
    { NODE_AUTH_TOKEN: 'x', NPM_TOKEN: 'x' },
  ])('to another registry not with %o', (env) =>
    expect(refusalOf({ registry, npm: '11.6.0', env })).toContain('npm run release:rehearse'),
  );

  it('to another registry from a workflow that is trusted, with an npm that knows how', () => {
    expect(refusalOf({ registry, npm: '11.5.1\n', env: trusted })).toBeUndefined();
    expect(refusalOf({ registry, npm: '12.0.0', env: trusted })).toBeUndefined();
    expect(refusalOf({ registry, npm: '11.5.0', env: trusted })).toContain('npm 11.5.1 or newer');
  });

  it('not to a name that only looks like this machine', () => {
    const look = 'http://127.0.0.1.example.com/';
    expect(refusalOf({ registry: look, npm: '11.6.0', env: {} })).toBeDefined();
  });
});

describe('an artifact', () => {
  beforeEach(() => {
    mkdirSync(join(folder, 'packages'));
    write('packages/a-1.0.0.tgz', 'bytes');
    write('SHA256SUMS', `${sha256('bytes')}  packages/a-1.0.0.tgz\n`);
  });

  it('is what its sums say', () => expect(faultsOfSums(folder)).toEqual([]));

  it('is refused with other bytes, with less and with more', () => {
    write('packages/a-1.0.0.tgz', 'bytes and more');
    expect(faultsOfSums(folder)).toEqual(['packages/a-1.0.0.tgz is not what SHA256SUMS says']);
    write('packages/b-1.0.0.tgz', 'stray');
    expect(faultsOfSums(folder)).toHaveLength(2);
    rmSync(join(folder, 'packages'), { recursive: true });
    expect(faultsOfSums(folder)).toEqual(['packages/a-1.0.0.tgz is gone']);
  });

  it('publishes nothing private', () => {
    const [a, b] = [
      { kind: 'publish', name: '@acme/a' },
      { kind: 'tag-only', name: '@acme/b' },
    ];
    write('publish-plan.json', JSON.stringify({ version: 1, plan: [[a], [b]] }));
    expect(readPlan(folder)).toEqual([a]);
  });
});

describe('the repository in a manifest', () => {
  const url = 'git+https://github.com/acme/ads.git';
  const faults = (repository: unknown): string[] => {
    write('package.json', JSON.stringify({ name: '@acme/a', repository }));
    return faultsOfRepository([folder], 'acme/ads');
  };

  it.each([
    url,
    { type: 'git', url, directory: 'packages/a' },
    'https://github.com/acme/ads',
    'git@github.com:acme/ads.git',
    'github:acme/ads',
    'acme/ads',
  ])('is this one: %o', (repository) => expect(faults(repository)).toEqual([]));

  it.each([undefined, {}, 'https://github.com/Acme/ads', 'https://example.com/acme/ads', 'ads'])(
    'is not: %o',
    (repository) => {
      const [fault = '', ...more] = faults(repository);
      expect(more).toEqual([]);
      expect(fault).toContain('@acme/a');
      expect(fault).toContain(`npm pkg set repository.type=git repository.url=${url}`);
    },
  );
});

describe('a bill of materials', () => {
  const dependencies = { '@acme/core': '^0.1.0', axios: '>=1.18.0 <2' };
  const component = (purl: string) => ({ purl: `pkg:npm/${purl}` });
  const full = ['%40acme/core@0.1.0', 'axios@1.21.1', 'form-data@4.0.6'].map(component);

  it('names each dependency with its version, and no tool', () => {
    expect(faultsOfSbom({ components: full }, dependencies, ['vitest'])).toEqual([]);
  });

  it('is refused without a dependency, or with a tool', () => {
    const [core, , ...rest] = full;
    const components = [core as (typeof full)[0], ...rest, component('vitest@5.1.1')];
    expect(faultsOfSbom({ components }, dependencies, ['vitest'])).toEqual([
      'axios is a dependency and is not listed with a version',
      'vitest is a tool of ours and no user gets it',
    ]);
    expect(faultsOfSbom({}, dependencies, [])).toHaveLength(2);
  });
});
