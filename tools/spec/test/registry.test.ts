import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { listSpecs, type SpecEntry, selectSpecs, specEntry, specName } from '../registry.ts';

const entry = (name: string): SpecEntry => {
  const [product = '', version = ''] = name.split('/');
  return specEntry('/', product, version);
};
const all = ['marketing/v1', 'retailmedia/2022-10', 'retailmedia/2026-01'].map(entry);
const select = (...names: string[]): string[] => selectSpecs(names, all).map(specName);

describe('selecting', () => {
  it('takes all versions without a name', () => {
    expect(select()).toEqual(['marketing/v1', 'retailmedia/2022-10', 'retailmedia/2026-01']);
  });

  it('takes all versions of a product', () => {
    expect(select('retailmedia')).toEqual(['retailmedia/2022-10', 'retailmedia/2026-01']);
  });

  it('takes one version', () => {
    expect(select('retailmedia/2026-01')).toEqual(['retailmedia/2026-01']);
  });

  it('takes several names in their order', () => {
    expect(select('retailmedia/2022-10', 'marketing')).toEqual([
      'retailmedia/2022-10',
      'marketing/v1',
    ]);
  });

  it.each(['retailmedia/2030-01', 'retail', 'v1', '', '../marketing', 'marketing/'])(
    'refuses %j and lists what there is',
    (name) => {
      expect(() => select(name)).toThrow(
        `There is no spec '${name}'. There are: marketing/v1, retailmedia/2022-10, retailmedia/2026-01.`,
      );
    },
  );
});

describe('listing', () => {
  it('finds every folder with a document, sorted', () => {
    const root = mkdtempSync(join(tmpdir(), 'criteo-test-'));
    onTestFinished(() => rmSync(root, { recursive: true, force: true }));
    for (const name of ['b/2', 'b/1', 'a/1', 'a/empty'])
      mkdirSync(join(root, 'specs', name), { recursive: true });
    for (const name of ['b/2', 'b/1', 'a/1'])
      writeFileSync(join(root, 'specs', name, 'openapi.yaml'), 'openapi: 3.0.3');
    writeFileSync(join(root, 'specs/criteo.yaml'), '');
    expect(listSpecs(root).map(specName)).toEqual(['a/1', 'b/1', 'b/2']);
    expect(listSpecs(root)[0]?.folder).toBe(join(root, 'specs/a/1'));
  });

  it('finds the versions of this repository', () => {
    expect(listSpecs().map(specName)).toEqual(
      expect.arrayContaining(['marketing/v1', 'marketingsolutions/2020-10', 'retailmedia/2022-10']),
    );
  });
});
