import { join } from 'node:path';
import {
  type LockFolder,
  lockedPackages,
  ownNames,
  type Published,
  type TextFile,
  withPackage,
} from './project.ts';
import { judged, type Verdict } from './rule.ts';

/** That nothing of a package runs because it is installed. */
export const scriptRules = (
  folders: readonly LockFolder[],
  root: LockFolder,
  packages: readonly Published[],
  texts: readonly TextFile[],
): Verdict[] => {
  const planted = (scripts: Readonly<Record<string, string>>): Published => ({
    product: 'planted',
    manifest: { scripts },
  });
  const allowing = (allowScripts: Readonly<Record<string, boolean>>): LockFolder => ({
    ...root,
    manifest: { ...root.manifest, allowScripts },
  });
  return [
    judged({
      name: 'what we publish has no script that runs by itself',
      looked: `${packages.length} packages`,
      items: packages,
      faultsOf: ownScriptFaults,
      planted: ['preinstall', 'install', 'postinstall', 'prepare', 'prepublish', 'prepack'].map(
        (script) => [new RegExp(`has ${script}`), planted({ [script]: 'node x.js' })] as const,
      ),
    }),
    judged({
      name: 'packages with an install script are denied it by name',
      looked: folders
        .map((one) => `${one.folder}: ${withScripts(one).join(', ') || '-'}`)
        .join('; '),
      items: folders,
      faultsOf: deniedFaults,
      planted: [
        [/planted has an install script/, withPackage(root, 'planted', { hasInstallScript: true })],
        [/allows esbuild/, allowing({ ...root.manifest.allowScripts, esbuild: true })],
        [/names gone/, allowing({ ...root.manifest.allowScripts, gone: false })],
      ],
    }),
    judged({
      name: 'what installs in a command has --ignore-scripts',
      looked: `${texts.flatMap(installs).length} commands in ${texts.length} files`,
      items: texts,
      faultsOf: commandFaults,
      planted: COMMANDS.map((command) => [/without --ignore-scripts/, command] as const),
    }),
  ];
};

/** As they could be written; in two halves, or this file would be full of violations. */
const COMMANDS = (
  [
    ['.ci/run', 'npm', 'ci'],
    ['a.md', 'npm', 'install --save-exact x'],
    ['a.md', 'npm', `install ${ownNames().scope}/core x`],
    ['.github/workflows/a.yml', 'run: npm', 'i -g x'],
    ['a.md', 'npx', '--yes x'],
    ['a.md', 'npx', '-p x y'],
    ['a.md', 'npm', 'exec -y x'],
    ['a.md', 'pnpm', 'add x'],
    ['a.ts', "exec('npm", "ci')"],
    ['a.ts', "['a step', 'npm", "ci'],"],
    ['a.ts', "run('npm', [", "'ci', '--no-audit'], folder)"],
    ['a.ts', 'const args = [', '"install", "x"]'],
    ['a.ts', "spawn('npx', [", "'-y', 'x'])"],
    ['package.json', '"prex": "npm', 'install"'],
  ] as const
).map(([path, ...halves]) => ({ path, text: halves.join(' ') }));

const ownScriptFaults = ({ manifest, product }: Published): string[] =>
  Object.keys(manifest.scripts ?? {})
    .filter((script) => /install|prepare|publish|pack/.test(script))
    .map((script) => `packages/${product} has ${script}, which npm runs by itself`);

const withScripts = (folder: LockFolder): string[] => [
  ...new Set(
    lockedPackages(folder)
      .filter(({ hasInstallScript }) => hasInstallScript === true)
      .map(({ name }) => name),
  ),
];

const deniedFaults = (folder: LockFolder): string[] => {
  const { allowScripts = {} } = folder.manifest;
  const found = withScripts(folder);
  const where = `allowScripts of ${join(folder.folder, 'package.json')}`;
  return [
    ...found
      .filter((name) => !Object.hasOwn(allowScripts, name))
      .map((name) => `${name} has an install script, and ${where} does not deny it`),
    ...Object.entries(allowScripts).flatMap(([name, isAllowed]) => [
      ...(isAllowed ? [`${where} allows ${name} to run its script`] : []),
      ...(found.includes(name) ? [] : [`${where} names ${name}, which has no script`]),
    ]),
  ];
};

const commandFaults = ({ path, text }: TextFile): string[] =>
  installs({ path, text })
    .filter((command) => !command.includes('--ignore-scripts'))
    .map((command) => `${path} installs without --ignore-scripts: ${command}`);

const INSTALL =
  /\b(?:npm (?:ci|i|install|add|update|rebuild)|(?:npx|npm exec|npm x)[^\n`]* (?:-y|--yes|-p|--package)|pnpm (?:i|install|add|dlx)|yarn (?:install|add|dlx))\b[^\n`]*/;
/** Where a program names a command to a shell: as an argument, or in a list of commands. */
const TO_A_SHELL = new RegExp(
  `(?:\\b(?:exec|run|spawn)\\w*\\(|,)\\s*["'\`](?:\\w+ && )*(${INSTALL.source})`,
  'g',
);
const AS_ARGUMENTS =
  /(?:["'](\w+)["'],\s*)?\[\s*["'](?:ci|i|install)["'][^\]]*\]|["'](?:npx|npm)["'],\s*\[\s*["'](?:(?:add|update|rebuild)["']|(?:exec["'],\s*["'])?(?:-y|--yes|-p|--package)["'])[^\]]*\]/g;

/** The commands of a text that install packages, but for what users are told to install of ours. */
const installs = ({ path, text }: TextFile): string[] =>
  /\.(?:ts|mjs|js)$/.test(path) ? installsOfCode(text) : installsOfText(text);

const installsOfText = (text: string): string[] => {
  const packed = '"\\$HOME"/criteo-sdk-packages/\\*\\.tgz';
  const ours = `(?:${ownNames().scope}/[a-z]+(?:@latest)?|\\{[a-z]+\\}|${packed})`;
  const forUsers = new RegExp(`^npm\\sinstall(?: -D)?(?: ${ours})+(?:$|;)`);
  return [...text.matchAll(new RegExp(INSTALL, 'g'))]
    .map(([command]) => command.trim())
    .filter((command) => !forUsers.test(command));
};

const installsOfCode = (text: string): string[] => {
  const code = text.replace(/^\s*(?:\/\/|\/?\*).*$/gm, '');
  return [
    ...[...code.matchAll(TO_A_SHELL)].map(([, command = '']) => command),
    ...[...code.matchAll(AS_ARGUMENTS)]
      .filter(([, program = 'npm']) => /^(?:npm|pnpm|yarn)$/.test(program))
      .map(([command]) => command),
  ];
};
