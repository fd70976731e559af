import assert from 'node:assert/strict';
import { accessSync, constants, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { fileStore } from '@criteo-sdk/core/node';
import type { SdkEvent, TokenStore } from '@criteo-sdk/retailmedia';

const isWritable = (path: string): boolean => {
  try {
    accessSync(path, constants.W_OK);
    return true;
  } catch {
    return false;
  }
};

// In memory where there is such a disk: a store that takes half a second has failed, and a disk that others use may.
const PARENT = ['/dev/shm'].find(isWritable) ?? tmpdir();

/** Works with a folder that is gone afterwards. */
export const inFolder = async <T>(work: (folder: string) => Promise<T>): Promise<T> => {
  const folder = mkdtempSync(join(PARENT, 'criteo-faults-'));
  try {
    return await work(folder);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
};

/** A user who is neither root nor us. */
export const NOBODY = 65_534;

/** A store whose locks are taken over after 0.3 s. */
export const quickStore = (folder: string): TokenStore =>
  fileStore({ folder, heartbeatMs: 50, staleMs: 300 });

/** The folder of the one token in a folder. */
export const tokenFolder = (folder: string): string => {
  const [name, ...others] = readdirSync(folder).filter((entry) => /^[0-9a-f]{64}$/.test(entry));
  assert.ok(name !== undefined && others.length === 0, 'there should be one token');
  return join(folder, name);
};

/** The file of the one token in a folder; each save makes another. */
export const tokenFile = (folder: string): string => {
  const place = tokenFolder(folder);
  const [mark, ...others] = namesIn(place, '.current');
  assert.ok(mark !== undefined && others.length === 0, 'there should be one version');
  return join(place, `${basename(mark, '.current')}.json`);
};

export const namesIn = (folder: string, ending: string): string[] =>
  readdirSync(folder).filter((name) => name.endsWith(ending));

/** What a client tells of its store. */
export const storeWarnings = (): { warnings: string[]; observe(event: SdkEvent): void } => {
  const warnings: string[] = [];
  return {
    warnings,
    observe: (event) => {
      if (event.type === 'warning' && /token store/.test(event.message))
        warnings.push(event.message);
    },
  };
};
