import {
  closeSync,
  cpSync,
  existsSync,
  fsyncSync,
  mkdirSync,
  openSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { basename, dirname, join, relative, resolve } from 'node:path';
import { SpecError } from '../errors.ts';

/*
 * All files of an import, or none, and one import at a time. The files are written beside their
 * places first; then a journal says that they are complete, and each is moved. Whoever comes after
 * an interruption finishes what the journal says, or, where there is none, takes away what was written.
 */

/** What is to be written, by path below the root: a text, or a folder to copy. */
export type Changes = ReadonlyMap<string, string | { readonly folder: string }>;

interface Journal {
  readonly moves: readonly { readonly from: string; readonly to: string }[];
}

const folderOf = (root: string): string => join(root, '.cache/import');
const journalOf = (root: string): string => join(folderOf(root), 'journal.json');

/** Keeps other imports out; finishes or undoes one that was interrupted, and says which. */
export const begin = (root: string): 'finished' | 'undone' | undefined => {
  const earlier = recover(root);
  const [folder, own] = [folderOf(root), ownFolder(root)];
  mkdirSync(own, { recursive: true });
  writeFileSync(join(own, 'pid'), String(process.pid));
  try {
    // It appears with its owner in it, so that nobody takes it for one whose owner is dead.
    renameSync(own, folder);
  } catch (error) {
    rmSync(own, { recursive: true, force: true });
    throw existsSync(folder) ? atWork(ownerOf(folder)) : error;
  }
  return earlier;
};

/** Lets other imports in. What is left of a broken one is theirs to finish. */
export const end = (root: string): void => {
  // After a commit it may be somebody else's already.
  if (ownerOf(folderOf(root)) === process.pid && !isInterrupted(root)) remove(root);
};

/** Are some files those of an import, and some not yet? */
export const isInterrupted = (root: string): boolean => existsSync(journalOf(root));

/** Writes all changes, after `begin`; a folder takes the place of the one that stands there. */
export const commit = (root: string, changes: Changes): void => {
  const folder = folderOf(root);
  const moves = [...changes].map(([to, content], index) => {
    const from = join(folder, `${index}`);
    checkTarget(root, to);
    if (typeof content === 'string') writeFileSync(from, content);
    else cpSync(content.folder, from, { recursive: true });
    return { from: `${index}`, to };
  });
  writeJournal(root, { moves });
  finish(root);
};

const recover = (root: string): 'finished' | 'undone' | undefined => {
  const folder = folderOf(root);
  for (const left of leftBeside(folder)) rmSync(left, { recursive: true, force: true });
  if (!existsSync(folder)) return undefined;
  const owner = ownerOf(folder);
  if (isAnother(owner)) throw atWork(owner);
  if (isInterrupted(root)) {
    finish(root);
    return 'finished';
  }
  remove(root);
  return 'undone';
};

// Where it is made before it appears, and where it goes before it is deleted.
const ownFolder = (root: string): string => `${folderOf(root)}-${process.pid}`;

const leftBeside = (folder: string): string[] => {
  const prefix = `${basename(folder)}-`;
  return (existsSync(dirname(folder)) ? readdirSync(dirname(folder)) : [])
    .filter((name) => name.startsWith(prefix) && !isAnother(Number(name.slice(prefix.length))))
    .map((name) => join(dirname(folder), name));
};

const remove = (root: string): void => {
  if (!existsSync(folderOf(root))) return;
  renameSync(folderOf(root), ownFolder(root));
  rmSync(ownFolder(root), { recursive: true, force: true });
};

const atWork = (owner: number): SpecError =>
  new SpecError(`Another import (process ${owner}) is at work; wait for its end, then try again.`);

const writeJournal = (root: string, journal: Journal): void => {
  const path = journalOf(root);
  writeFileSync(`${path}.new`, JSON.stringify(journal));
  const file = openSync(`${path}.new`, 'r');
  fsyncSync(file);
  closeSync(file);
  renameSync(`${path}.new`, path);
};

// Each move can be done twice: what has been moved is no more where it was.
const finish = (root: string): void => {
  const folder = folderOf(root);
  const { moves } = JSON.parse(readFileSync(journalOf(root), 'utf8')) as Journal;
  for (const { from, to } of moves) {
    const [source, target] = [join(folder, from), checkTarget(root, to)];
    if (!existsSync(source)) continue;
    rmSync(target, { recursive: true, force: true });
    mkdirSync(dirname(target), { recursive: true });
    renameSync(source, target);
  }
  remove(root);
};

const checkTarget = (root: string, path: string): string => {
  const target = resolve(root, path);
  if (!relative(root, target).startsWith('..') && target !== resolve(root)) return target;
  throw new SpecError(`'${path}' leads out of the project.`);
};

const ownerOf = (folder: string): number => {
  const path = join(folder, 'pid');
  return existsSync(path) ? Number(readFileSync(path, 'utf8')) : 0;
};

/** Is this a process that runs, and not we? */
const isAnother = (pid: number): boolean => {
  if (!Number.isInteger(pid) || pid <= 0 || pid === process.pid) return false;
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    // Somebody else's process cannot be signalled, but it is there.
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
};
