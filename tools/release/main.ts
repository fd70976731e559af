import { readdirSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { ROOT } from '../scratch.ts';
import { announce } from './announce.ts';
import { makeArtifact } from './artifact.ts';
import { packAll, scopeOf } from './pack.ts';
import { propose } from './propose.ts';
import { publish } from './publish.ts';
import { rehearse } from './rehearse/rehearse.ts';
import { version } from './version.ts';

/*
 * npm run release -- <command>; how a release goes: docs/releasing.md. What asks GitHub or a registry
 * to change something takes --dry-run, and then only says what it would do.
 */

interface Command {
  readonly usage: string;
  readonly takesFolder?: boolean;
  readonly run: (folder: string, isDryRun: boolean) => void | Promise<void>;
}

const say = (line: string): void => console.log(line);

const COMMANDS: Readonly<Record<string, Command>> = {
  pending: {
    usage: 'pending                        are there changesets? true or false',
    run: () => {
      const names = readdirSync(join(ROOT, '.changeset'));
      say(String(names.some((name) => name.endsWith('.md') && name !== 'README.md')));
    },
  },
  version: {
    usage: 'version                        changesets become versions and changelogs',
    run: version,
  },
  propose: {
    usage: 'propose [--dry-run]            those become the pull request "Release"',
    run: (_, isDryRun) => propose(ROOT, isDryRun, say),
  },
  pack: {
    usage: 'pack <folder>                  packs all packages, as they are published',
    takesFolder: true,
    run: (folder) => {
      for (const { file } of packAll(folder)) say(file);
    },
  },
  artifact: {
    usage: 'artifact <folder>              packs what is not on npm yet, with SBOMs and sums',
    takesFolder: true,
    run: (folder) => {
      for (const { name, version } of makeArtifact(folder)) say(`${name}@${version}`);
    },
  },
  publish: {
    usage: 'publish <folder> [--dry-run]   publishes an artifact',
    takesFolder: true,
    run: (folder, isDryRun) => {
      for (const line of publish(folder, scopeOf(ROOT), isDryRun)) say(line);
    },
  },
  announce: {
    usage: 'announce <folder> [--dry-run]  tags and GitHub releases of an artifact',
    takesFolder: true,
    run: (folder, isDryRun) =>
      announce({
        root: ROOT,
        folder,
        commit: process.env.GITHUB_SHA ?? 'HEAD',
        isDryRun,
        tell: say,
      }),
  },
  rehearse: {
    usage: 'rehearse                       two releases and a migration, on this machine alone',
    run: rehearse,
  },
};

const main = async (): Promise<void> => {
  const { positionals, values } = parseArgs({
    allowPositionals: true,
    options: { 'dry-run': { type: 'boolean', default: false } },
  });
  const [name = '', folder, ...more] = positionals;
  const command = Object.hasOwn(COMMANDS, name) ? COMMANDS[name] : undefined;
  const isRight =
    command !== undefined &&
    more.length === 0 &&
    (folder !== undefined) === (command.takesFolder ?? false);
  if (!isRight) {
    const usages = Object.values(COMMANDS).map(({ usage }) => `  ${usage}`);
    console.error(`Usage: npm run release -- <command>\n${usages.join('\n')}`);
    process.exitCode = 2;
    return;
  }
  await command.run(resolve(folder ?? '.'), values['dry-run']);
};

try {
  await main();
} catch (error) {
  console.error(`release: ${error instanceof Error ? error.message : String(error)}`);
  process.exitCode = 1;
}
