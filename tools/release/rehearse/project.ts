import { spawnSync } from 'node:child_process';
import { cpSync, globSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { copyWorkspace, ROOT, run } from '../../scratch.ts';

/** The version that the rehearsal releases anew, and the one before it. */
export const [PRODUCT, NEW, OLD] = ['retailmedia', '2026-07', '2026-01'] as const;

/** A copy of the project as a git repository of its own, whose registry is the local one. */
export interface Project {
  readonly root: string;
  /** Runs a tool of the copy and gives what it printed. */
  readonly tool: (file: string, ...args: readonly string[]) => string;
  /** Whether or not it succeeds: what it printed, and its exit code. */
  readonly attempt: (
    args: readonly string[],
    more?: NodeJS.ProcessEnv,
  ) => { readonly text: string; readonly status: number };
  readonly commit: (message: string) => void;
}

export const makeProject = (root: string, env: NodeJS.ProcessEnv): Project => {
  copyWorkspace(root);
  run('git', ['init', '-q', '-b', 'main'], root);
  const tool: Project['tool'] = (file, ...args) =>
    run(process.execPath, [file, ...args], root, env);
  return {
    root,
    tool,
    attempt: (args, more) => {
      const options = { cwd: root, encoding: 'utf8', env: { ...env, ...more } } as const;
      const { status, stderr, stdout } = spawnSync(process.execPath, args, options);
      return { text: stdout + stderr, status: status ?? 1 };
    },
    commit: (message) => {
      const identity = ['-c', 'user.name=rehearsal', '-c', 'user.email=rehearsal@localhost'];
      run('git', ['add', '--all'], root);
      run('git', [...identity, 'commit', '-q', '-m', message], root);
    },
  };
};

/** Takes the project back to the day before the new version was imported. */
export const goBack = ({ root, tool }: Project): void => {
  for (const path of globSync(OF_THE_NEW, { cwd: root }))
    rmSync(join(root, path), { recursive: true });
  editText(root, 'specs/criteo.yaml', (text) => {
    const [before = '', own = ''] = text.split(/^(?= {2}retailmedia:\n)/m);
    const [life = '', ...rest] = own.split(/^(?= {2}(?!retailmedia)\w+:\n)/m);
    return [before, withoutSuccessor(life), ...rest].join('');
  });
  editText(root, `packages/${PRODUCT}/package.json`, (text) => {
    const manifest = JSON.parse(text) as { exports: Record<string, unknown> };
    delete manifest.exports[`./${NEW}`];
    return `${JSON.stringify(manifest, null, 2)}\n`;
  });
  for (const path of BY_HAND) editText(root, path, withoutNew);
  tool('tools/spec/main.ts', 'generate', PRODUCT);
};

/** Brings what maintainers write by hand at an import to what it is in the project today. */
export const bringByHand = ({ root }: Project, paths: readonly string[]): void => {
  for (const path of paths) cpSync(join(ROOT, path), join(root, path));
};

/** Pages and comments that name the newest version. */
export const BY_HAND: readonly string[] = [
  `packages/${PRODUCT}/README.md`,
  `packages/${PRODUCT}/AGENTS.md`,
  `packages/${PRODUCT}/src/2022-10/index.ts`,
  `packages/${PRODUCT}/src/${OLD}/index.ts`,
];

const OF_THE_NEW = [
  `specs/${PRODUCT}/${NEW}`,
  `packages/${PRODUCT}/src/${NEW}`,
  `packages/sandbox/generated/${PRODUCT}-${NEW}.json`,
  `docs/migrate/${PRODUCT}/*-to-${NEW}.md`,
  `test/boundaries/names/${PRODUCT}-${NEW}.txt`,
  `.changeset/${PRODUCT}-${NEW}.md`,
];

const editText = (root: string, path: string, edit: (text: string) => string): void => {
  const text = readFileSync(join(root, path), 'utf8');
  const changed = edit(text);
  if (changed === text) throw new Error(`${path} names no ${PRODUCT}/${NEW} to take back.`);
  writeFileSync(join(root, path), changed);
};

// The version before had no successor yet, and was that of all others.
const withoutSuccessor = (life: string): string =>
  life
    .replace(new RegExp(`^ +successor: ${PRODUCT}/${NEW}\\n`, 'm'), '')
    .replaceAll(`successor: ${PRODUCT}/${NEW}`, `successor: ${PRODUCT}/${OLD}`);

const withoutNew = (text: string): string =>
  text
    .replace(new RegExp(`^\\| \`${NEW}\`.*\\n`, 'gm'), '')
    .replace(new RegExp(`^(\\| \`${OLD}\`.*\\|) \`[^\`]+${NEW}\` \\|$`, 'gm'), '$1 - |')
    .replace(new RegExp(`(${OLD}\\..*); \`[^\`]+${NEW}\` is its successor`), '$1')
    .replaceAll(`/${NEW}`, `/${OLD}`);

/** Paths below a folder, of files that match, with what they hold. */
export const textsOf = (root: string, pattern: string): Map<string, string> =>
  new Map(
    globSync(pattern, { cwd: root, exclude: (path) => /node_modules/.test(path) })
      .filter((path) => /\.\w+$/.test(path))
      .sort()
      .map((path) => [path, readFileSync(join(root, path), 'utf8')]),
  );
