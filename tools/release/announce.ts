import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { readPlan, sbomFile } from './artifact.ts';
import { newestRelease } from './changelog.ts';

interface Announcement {
  readonly root: string;
  /** What `release artifact` made. */
  readonly folder: string;
  /** The commit that was built. */
  readonly commit: string;
  readonly isDryRun: boolean;
  readonly tell: (line: string) => void;
}

/** A tag and a GitHub release for each package that was published, with its bill of materials. */
export const announce = ({ commit, folder, isDryRun, root, tell }: Announcement): void => {
  for (const { name, version, tarball } of readPlan(folder)) {
    const tag = `${name}@${version}`;
    if (!isDryRun && isAnnounced(root, tag)) {
      tell(`${tag} is announced already`);
      continue;
    }
    const changelog = join(root, 'packages', basename(name), 'CHANGELOG.md');
    const notes = newestRelease(readFileSync(changelog, 'utf8'));
    const files = [tarball.path, sbomFile({ name, version })].map((file) => join(folder, file));
    const options = ['--target', commit, '--title', tag, '--notes', notes, '--latest=false'];
    const command = ['release', 'create', tag, ...files, ...options];
    if (isDryRun) tell(`would run: gh ${command.join(' ')}`);
    else execFileSync('gh', command, { cwd: root, stdio: ['ignore', 'inherit', 'inherit'] });
  }
};

const isAnnounced = (root: string, tag: string): boolean => {
  const fields = ['--json', 'tagName', '--limit', '200', '--jq', '.[].tagName'];
  const tags = execFileSync('gh', ['release', 'list', ...fields], { cwd: root, encoding: 'utf8' });
  return tags.split('\n').includes(tag);
};
