import { randomUUID } from 'node:crypto';
import { mkdir, readdir, rename, rm, rmdir, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { unless } from './private-files.js';

/*
 * A folder whose state is the name of an empty file in it, its mark. To rename the mark is to change the state. Of those
 * who try to at the same time one succeeds; the others find that the mark is gone, and so does whoever slept
 * since it looked. (With a check before the change, a process that sleeps in between undoes what came after it.)
 */

export interface Mark {
  /** Counts the changes. */
  readonly number: number;
  /** Of no other mark, not even after the folder was removed and made again. */
  readonly id: string;
  readonly kind: string;
}

export interface Marked {
  /** Undefined if the folder is not there, or was damaged. */
  readonly mark: Mark | undefined;
  /** All that is in the folder. */
  readonly names: readonly string[];
}

const MARK = /^((\d{1,15})-[0-9a-f-]{36})\.(current|held|free)$/;
// Some file systems show neither the old nor the new name of a file that is renamed meanwhile.
const MOST_LOOKS = 3;

export const markedFolder = async (folder: string): Promise<Marked> => {
  for (let looks = 1; ; looks += 1) {
    const names = (await readdir(folder).catch(unless('ENOENT'))) ?? [];
    const mark = names.map(markOf).reduce(higher, undefined);
    if (mark || names.length === 0 || looks === MOST_LOOKS) return { mark, names };
  }
};

const markOf = (name: string): Mark | undefined => {
  const [, id, number, kind] = MARK.exec(name) ?? [];
  return id && kind ? { id, number: Number(number), kind } : undefined;
};

const higher = (one: Mark | undefined, other: Mark | undefined): Mark | undefined =>
  one && other ? (one.number < other.number ? other : one) : (one ?? other);

export const markAfter = (mark: Mark | undefined, kind: string): Mark => {
  const number = (mark?.number ?? 0) + 1;
  return { number, id: `${number}-${randomUUID()}`, kind };
};

export const pathOfMark = (folder: string, { id, kind }: Mark): string =>
  join(folder, `${id}.${kind}`);

/** False, and nothing is changed, if the mark is gone. */
export const moveMark = async (folder: string, from: Mark, to: Mark): Promise<boolean> => {
  try {
    await rename(pathOfMark(folder, from), pathOfMark(folder, to));
    return true;
  } catch (error) {
    unless('ENOENT')(error);
    return false;
  }
};

/**
 * Makes the folder with its first mark and what `fill` puts into it, all at once; false if another made it first. What
 * was in a damaged one, `names`, is put aside.
 */
export const makeMarkedFolder = async (
  folder: string,
  names: readonly string[],
  mark: Mark,
  fill: (path: string) => Promise<void>,
): Promise<boolean> => {
  const made = join(dirname(folder), `${randomUUID()}.tmp`);
  try {
    await mkdir(made, { mode: 0o700 });
    await writeFile(pathOfMark(made, mark), '', { mode: 0o600 });
    await fill(made);
    for (const name of names)
      await rename(join(folder, name), `${folder}.bad`).catch(unless('ENOENT'));
    // Windows replaces no folder, not even an empty one.
    await rmdir(folder).catch(() => {});
    await rename(made, folder);
    return true;
  } catch (error) {
    // Each system has its own words for a folder that is there already.
    if ((await markedFolder(folder)).mark === undefined) throw error;
    return false;
  } finally {
    await rm(made, { recursive: true, force: true });
  }
};
