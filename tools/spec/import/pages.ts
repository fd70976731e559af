import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { type ApiModel, isTokenOperation } from '../model.ts';
import { specName } from '../registry.ts';
import type { Vendor, VersionName } from '../vendor.ts';
import { factsOfVersion, importPath, isUnstable, lifeOf, productOf, stageOf } from '../vendor.ts';

/*
 * What a package tells people (README.md) and coding agents (AGENTS.md). Import writes a page the first
 * time, from its text in `pages/`; afterwards it keeps the table of versions, no more.
 */

export const PAGES: readonly string[] = ['README.md', 'AGENTS.md'];

/** A page of a product that has none yet. */
export const pageOf = (
  page: string,
  vendor: Vendor,
  name: VersionName,
  { operations }: ApiModel,
): string => {
  // What can be called with nothing in hand.
  const first = operations.find(
    ({ isPublic, method, parameters }) =>
      method === 'GET' && !isPublic && parameters.every(({ required }) => !required),
  );
  const { baseUrl } = factsOfVersion(vendor, name);
  const token = operations.find(isTokenOperation);
  const places = new Map([
    ['vendor', vendor.title],
    ['title', productOf(vendor, name.product).title],
    ['package', importPath(vendor, name.product)],
    ['import', importPath(vendor, name)],
    ['version', specName(name)],
    ['env', vendor.name.toUpperCase().replaceAll('-', '_')],
    ['sandbox', `${vendor.scope}/sandbox`],
    ['baseUrl', baseUrl],
    ['tokenUrl', `${baseUrl}${token?.path ?? ''}`],
    ['first', first ? `${first.group}.${first.name}` : 'tokens.get'],
  ]);
  const text = readFileSync(join(import.meta.dirname, 'pages', `${page}.txt`), 'utf8');
  return text.replace(/\{(\w+)\}/g, (place, key: string) => places.get(key) ?? place);
};

const TABLE = '| version | deprecated from | ends | successor |\n|---|---|---|---|\n';

/** A page with these versions in its table; as it is, if it has no such table. */
export const withVersions = (
  text: string,
  vendor: Vendor,
  product: string,
  versions: readonly string[],
): string => {
  const start = text.indexOf(TABLE);
  if (start < 0) return text;
  const rest = text.slice(start + TABLE.length).replace(/^(?:\|.*\n)*/, '');
  const rows = versions.toSorted().map((version) => {
    const { deprecatedFrom = '-', endsOn = '-', successor } = lifeOf(vendor, { product, version });
    const next = successor ? `\`${importPath(vendor, successor)}\`` : '-';
    const promise = isUnstable(stageOf(vendor, version)) ? ', without a promise of semver' : '';
    return `| \`${version}\`${promise} | ${deprecatedFrom} | ${endsOn} | ${next} |\n`;
  });
  return text.slice(0, start) + TABLE + rows.join('') + rest;
};
