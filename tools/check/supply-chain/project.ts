import { existsSync, readFileSync } from 'node:fs';
import { basename, dirname, join, relative } from 'node:path';
import { packageFolders } from '../../release/pack.ts';
import { projectFiles, ROOT } from '../../scratch.ts';
import { readVendor } from '../../spec/vendor.ts';

/* What the rules look at: folders with a lock file, published manifests, texts of the project. */

type Names = Readonly<Record<string, string>>;

export interface Manifest {
  readonly name?: string;
  readonly version?: string;
  readonly license?: string;
  readonly scripts?: Names;
  readonly dependencies?: Names;
  readonly devDependencies?: Names;
  readonly optionalDependencies?: Names;
  readonly peerDependencies?: Names;
  readonly bundleDependencies?: unknown;
  readonly bundledDependencies?: unknown;
  readonly overrides?: Readonly<Record<string, unknown>>;
  readonly allowScripts?: Readonly<Record<string, boolean>>;
}

/** A package in a lock file. */
export interface Locked extends Manifest {
  readonly integrity?: string;
  readonly resolved?: string;
  readonly link?: boolean;
  readonly hasInstallScript?: boolean;
}

export interface LockFolder {
  /** Below the project, `.` for the project itself. */
  readonly folder: string;
  readonly lock: {
    readonly lockfileVersion: number;
    readonly packages: Readonly<Record<string, Locked>>;
  };
  readonly manifest: Manifest;
  /** Its `.npmrc`. */
  readonly settings: string;
}

/** A manifest of a package that is published. */
export interface Published {
  /** Its folder in `packages`. */
  readonly product: string;
  readonly manifest: Manifest;
}

export interface TextFile {
  readonly path: string;
  readonly text: string;
}

const read = (path: string): string => readFileSync(join(ROOT, path), 'utf8');
const readJson = <T>(path: string): T => JSON.parse(read(path)) as T;

export const lockFolders = (): LockFolder[] =>
  projectFiles()
    .filter((path) => basename(path) === 'package-lock.json')
    .map(dirname)
    .map((folder) => ({
      folder,
      lock: readJson<LockFolder['lock']>(join(folder, 'package-lock.json')),
      manifest: readJson<Manifest>(join(folder, 'package.json')),
      settings: readOrNothing(join(folder, '.npmrc')),
    }));

const readOrNothing = (path: string): string => (existsSync(join(ROOT, path)) ? read(path) : '');

export const published = (): Published[] =>
  packageFolders(ROOT).map((folder) => ({
    product: basename(folder),
    manifest: readJson<Manifest>(join(relative(ROOT, folder), 'package.json')),
  }));

/** The project's texts whose path fits. */
export const textFiles = (pattern: RegExp): TextFile[] =>
  projectFiles()
    .filter((path) => pattern.test(path))
    .map((path) => ({ path, text: read(path) }));

/** The scope of our packages, and the one that all products depend on. */
export const ownNames = (): { readonly scope: string; readonly core: string } => readVendor();

/** The packages of a lock file that come from a registry. */
export const lockedPackages = ({ lock }: LockFolder): LockedPackage[] =>
  Object.entries(lock.packages)
    .filter(([path, { link }]) => path.includes('node_modules/') && link !== true)
    .map(([path, one]) => ({ ...one, path, name: one.name ?? nameOf(path) }));

interface LockedPackage extends Locked {
  /** Where it is installed. */
  readonly path: string;
  /** What it is on the registry, whatever it is installed as. */
  readonly name: string;
}

const nameOf = (path: string): string => path.split('node_modules/').at(-1) ?? '';

/** A lock file with one package more, or another in its place. */
export const withPackage = (folder: LockFolder, name: string, locked: Locked): LockFolder => ({
  ...folder,
  lock: {
    ...folder.lock,
    packages: { ...folder.lock.packages, [`node_modules/${name}`]: locked },
  },
});
