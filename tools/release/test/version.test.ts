import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { ROOT } from '../../scratch.ts';
import { packageFolders } from '../pack.ts';
import { stateVersion } from '../version.ts';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'criteo-version-'));
  mkdirSync(join(folder, 'src'));
  writeFileSync(join(folder, 'package.json'), '{"version":"1.2.0-rc.1"}');
});
afterEach(() => rmSync(folder, { recursive: true }));

const written = (name: string, text: string): string => {
  writeFileSync(join(folder, 'src', name), text);
  stateVersion(folder);
  return readFileSync(join(folder, 'src', name), 'utf8');
};

describe('the version that code states', () => {
  it.each(packageFolders(ROOT).filter((path) => !path.endsWith('sandbox')))(
    'is that of package.json in %s',
    (path) => {
      const name = path.endsWith('core') ? 'version.ts' : 'product.ts';
      const { version } = JSON.parse(readFileSync(join(path, 'package.json'), 'utf8')) as {
        version: string;
      };
      const text = readFileSync(join(path, 'src', name), 'utf8');
      expect(/(?:\bVERSION = |\bpackageVersion: )'([^']*)'/.exec(text)?.[1]).toBe(version);
    },
  );

  it.each([
    ['version.ts', "export const VERSION = '0.0.0';\n", "export const VERSION = '1.2.0-rc.1';\n"],
    [
      'product.ts',
      "  name: 'a',\n  packageVersion: '',\n",
      "  name: 'a',\n  packageVersion: '1.2.0-rc.1',\n",
    ],
  ])('is written into %s by a release', (name, before, after) => {
    expect(written(name, before)).toBe(after);
  });

  it('is missed where it should stand, instead of being left out', () => {
    expect(() => written('product.ts', "  name: 'a',\n")).toThrow(/states no version/);
  });
});
