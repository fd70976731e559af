import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import type { JsonObject } from '../document.ts';
import { SpecError } from '../errors.ts';
import {
  documentUrl,
  factsOfVersion,
  importPath,
  isUnstable,
  lifeOf,
  productOf,
  readVendor,
  stageOf,
  type Vendor,
} from '../vendor.ts';
import { productOfAcme, vendorOf, vendorText } from './acme.ts';

/** A root whose specs folder holds these files. */
const rootWith = (files: Readonly<Record<string, string>>): string => {
  const root = mkdtempSync(join(tmpdir(), 'vendor-test-'));
  onTestFinished(() => rmSync(root, { recursive: true, force: true }));
  mkdirSync(join(root, 'specs/tiny/v1'), { recursive: true });
  for (const [name, text] of Object.entries(files)) writeFileSync(join(root, 'specs', name), text);
  return root;
};

const read = (vendor: JsonObject): Vendor => readVendor(rootWith({ 'a.yaml': vendorText(vendor) }));
const withVersions = (versions: JsonObject): JsonObject =>
  vendorOf({ products: { tiny: productOfAcme(versions) } });

describe("the vendor's file", () => {
  it('is the one YAML file beside the spec folders, whatever its name', () => {
    const files = { 'anything.yaml': vendorText(), 'assumptions.json': '{}' };
    expect(readVendor(rootWith(files))).toEqual(vendorOf());
  });

  it.each([
    [{}, 'specs/ must hold one file <vendor>.yaml; it holds none.'],
    [
      { 'b.yaml': '', 'a.yaml': '' },
      'specs/ must hold one file <vendor>.yaml; it holds a.yaml, b.yaml.',
    ],
  ])('is the only one: %j', (files, message) => {
    expect(() => readVendor(rootWith(files))).toThrow(new SpecError(message));
  });

  it.each<[string, JsonObject, string]>([
    ['lacks a member', { core: null }, '/core must be string'],
    ['has another member', { extra: 1 }, '/ must NOT have additional properties extra'],
    ['has a core of another scope', { core: '@other/core' }, '/core is not in the scope @acme'],
    ['has a scope without @', { scope: 'acme' }, '/scope must match pattern'],
    [
      'fetches over http',
      { documents: { hosts: ['a.example'], url: 'http://a.example/{version}/{service}' } },
      '/documents/url must match pattern',
    ],
    [
      'fetches from a host that is not allowed',
      { documents: { hosts: ['b.example'], url: 'https://a.example/{version}/{service}' } },
      '/documents/hosts lacks a.example',
    ],
    [
      'fetches without a service',
      { documents: { hosts: ['a.example'], url: 'https://a.example/{version}' } },
      '/documents/url has no {service}',
    ],
    [
      'has a broken pattern',
      { stages: { stable: ['('], candidate: [], preview: [] } },
      '/stages/stable/0 must match format "regex"',
    ],
    ['has a product that is no folder', { products: { '../x': {} } }, '../x'],
    [
      'has an origin with a path',
      { products: { tiny: productOfAcme({}, { origin: 'https://a.example/b' }) } },
      '/products/tiny/origin must match pattern',
    ],
    [
      'has a life of a token in seconds',
      { products: { tiny: productOfAcme({}, { defaultLifetimeMs: 900 }) } },
      '/products/tiny/defaultLifetimeMs must be >= 1000',
    ],
  ])('is refused if it %s', (_, changes, fault) => {
    expect(() => read(vendorOf(changes))).toThrow(SpecError);
    expect(() => read(vendorOf(changes))).toThrow(fault);
  });

  it.each<[JsonObject, string]>([
    [{ 'V 1': {} }, 'V 1'],
    [{ v1a: {} }, '/products/tiny/versions/v1a is no name of a version'],
    [{ v1: { endsOn: '2027' } }, '/products/tiny/versions/v1/endsOn must match pattern'],
    [{ v1: { endsOn: '2027-02-30' } }, '/products/tiny/versions/v1/endsOn is no date'],
    [
      { v1: { deprecatedFrom: '2027-04', endsOn: '2027-01-27' } },
      '/products/tiny/versions/v1/endsOn is before deprecatedFrom',
    ],
    [{ v1: { stable: '2027-04', endsOn: '2027-01' } }, '/endsOn is before stable'],
    [{ v1: { successor: 'tiny/v2' } }, '/products/tiny/versions/v1/successor is not in this file'],
    [{ v1: { successor: 'other/v1' } }, '/successor is not in this file'],
    [{ v1: { successor: 'tiny/v1' } }, '/successor is the version itself'],
    [
      { v1: { ends: '2027' } },
      '/products/tiny/versions/v1 must NOT have additional properties ends',
    ],
  ])('is refused for the version %j', (versions, fault) => {
    expect(() => read(withVersions(versions))).toThrow(fault);
  });

  it('is read strictly, as all YAML is', () => {
    expect(() => readVendor(rootWith({ 'a.yaml': 'name: a\nname: b' }))).toThrow(SpecError);
  });
});

describe('names of versions', () => {
  const vendor = vendorOf() as unknown as Vendor;

  it.each([
    ['v1', 'stable', false],
    ['2026-07', 'stable', false],
    ['2026-07-rc', 'candidate', true],
    ['preview', 'preview', true],
  ])('%s is %s', (version, stage, unstable) => {
    expect(stageOf(vendor, version)).toBe(stage);
    expect(isUnstable(stageOf(vendor, version))).toBe(unstable);
  });

  it.each(['', 'v', 'latest', '2026-7', 'xv1', '2026-07-rc2', '../v1'])('%j is none', (version) => {
    expect(() => stageOf(vendor, version)).toThrow(
      `'${version}' is no name of a version. They are called: v\\d+, `,
    );
  });

  it('a candidate is fetched under the name of the version to come', () => {
    const url = (version: string): string => documentUrl(vendor, { product: 'tiny', version });
    expect(url('2026-07-rc')).toBe('https://api.acme.example/2026-07/tinyService/openapi.json');
    expect(url('preview')).toBe('https://api.acme.example/preview/tinyService/openapi.json');
    expect(() => url('../..')).toThrow("'../..' is no name of a version.");
  });

  it('a product without a service has no address', () => {
    const { service: _, ...product } = productOfAcme({});
    const other = read(vendorOf({ products: { tiny: product } }));
    expect(() => documentUrl(other, { product: 'tiny', version: 'v1' })).toThrow(
      new SpecError("There is no address of documents for 'tiny'; pass a file."),
    );
  });

  it.each(['other', 'constructor', '__proto__'])('%s is no product', (product) => {
    expect(() => productOf(vendor, product)).toThrow(
      new SpecError(`The vendor acme has no product '${product}'. It has: tiny.`),
    );
  });
});

describe('what generated code is told', () => {
  const name = { product: 'tiny', version: 'v1' };

  it('is the core package, the dates, the successor as an import path, and where the API is', () => {
    const life = { successor: 'tiny/v2', endsOn: '2027-07', deprecatedFrom: '2027-04' };
    const facts = factsOfVersion(read(withVersions({ v1: life, v2: {} })), name);
    expect(facts).toEqual({
      core: '@acme/core',
      life: { deprecatedFrom: '2027-04', endsOn: '2027-07', successor: '@acme/tiny/v2' },
      title: expect.stringMatching(/ v1$/),
      baseUrl: expect.stringMatching(/^https:/),
      defaultLifetimeMs: expect.any(Number),
    });
  });

  it('changes with no other version, and not with what is not told', () => {
    const before = factsOfVersion(read(withVersions({ v1: { endsOn: '2027-07' } })), name);
    const after = withVersions({
      v1: { endsOn: '2027-07', stable: '2026-07' },
      v2: { endsOn: '2028-01' },
    });
    expect(factsOfVersion(read(after), name)).toEqual(before);
  });

  it('is nothing for a version that the file does not name', () => {
    for (const version of ['v9', 'constructor'])
      expect(lifeOf(read(vendorOf()), { product: 'tiny', version })).toEqual({});
  });
});

describe("this project's vendor", () => {
  const vendor = readVendor();

  it('has the dates of docs/facts.md', () => {
    const life = (name: string): object => {
      const [product = '', version = ''] = name.split('/');
      return lifeOf(vendor, { product, version });
    };
    expect(life('marketing/v1')).toEqual({
      endsOn: '2022-07-18',
      successor: 'marketingsolutions/2026-07',
    });
    expect(life('marketingsolutions/2020-10')).toMatchObject({ endsOn: '2021-10-01' });
    expect(life('retailmedia/2022-10')).toMatchObject({ endsOn: '2023-10-31' });
    for (const product of ['marketingsolutions', 'retailmedia', 'commercegrid']) {
      expect(life(`${product}/2026-01`)).toEqual({
        stable: '2026-01-20',
        deprecatedFrom: '2026-10',
        endsOn: '2027-01-27',
        successor: `${product}/2026-07`,
      });
      expect(life(`${product}/2026-07`)).toEqual({
        stable: '2026-07',
        deprecatedFrom: '2027-04',
        endsOn: '2027-07',
      });
    }
  });

  it.each([
    ['retailmedia', '2026-07', '2026-07/retailmedia'],
    ['marketingsolutions', '2027-01-rc', '2027-01/marketingsolutions'],
    ['commercegrid', 'experimental', 'experimental/commercegrid'],
  ])('has the document of %s/%s at %s', (product, version, path) => {
    expect(documentUrl(vendor, { product, version })).toBe(
      `https://api.criteo.com/${path}/open-api-specifications.json`,
    );
  });

  it.each(['2026-13', '26-01', 'v', 'stable'])('calls no version %s', (version) => {
    expect(() => stageOf(vendor, version)).toThrow(SpecError);
  });

  it('names the packages', () => {
    expect(vendor.core).toBe('@criteo-sdk/core');
    expect(importPath(vendor, { product: 'retailmedia', version: '2026-07' })).toBe(
      '@criteo-sdk/retailmedia/2026-07',
    );
  });
});
