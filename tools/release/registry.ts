import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { delimiter, dirname, join } from 'node:path';
import { createInterface } from 'node:readline';
import { ROOT, run } from '../scratch.ts';

/** A registry of this machine's own. */
export interface LocalRegistry {
  readonly url: string;
  /** Environment of a user who has nothing but this registry: an empty home, an empty cache. */
  readonly user: NodeJS.ProcessEnv;
  /** The same for whoever publishes to it. */
  readonly publisher: NodeJS.ProcessEnv;
  readonly close: () => Promise<void>;
}

/** Starts a registry on a free port of loopback. What is not of the scope comes from npm's own. */
export const startRegistry = async (folder: string, scope: string): Promise<LocalRegistry> => {
  if (!existsSync(join(import.meta.dirname, 'node_modules/verdaccio')))
    throw new Error(
      'The local registry is not installed. Run: node tools/bootstrap.mjs --no-build tools/release',
    );
  const uplink = run('npm', ['config', 'get', 'registry'], ROOT).trim();
  const home = join(folder, 'home');
  mkdirSync(home, { recursive: true });
  const server = join(import.meta.dirname, 'registry-server.ts');
  const child = spawn(process.execPath, [server, folder, scope, uplink], {
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  const url = `http://127.0.0.1:${await portOf(child)}/`;
  const config = join(folder, 'publisher.npmrc');
  // Anybody may publish to it, but npm asks for a token before it tries.
  writeFileSync(config, `${url.slice('http:'.length)}:_authToken=nobody\n`);
  const user = {
    ...alone(process.env),
    HOME: home,
    npm_config_registry: url,
    npm_config_noproxy: '127.0.0.1',
    npm_config_update_notifier: 'false',
  };
  return {
    url,
    user,
    publisher: { ...user, npm_config_userconfig: config, PATH: withThisNode(process.env.PATH) },
    close: async () => {
      if (child.exitCode !== null) return;
      const ended = once(child, 'exit');
      child.stdin?.end();
      await ended;
    },
  };
};

const portOf = async (child: ChildProcess): Promise<number> => {
  if (child.stdout === null) throw new Error('the registry has no output');
  for await (const line of createInterface(child.stdout)) {
    const port = Number(/^port (\d+)$/.exec(line)?.[1]);
    if (port > 0) return port;
  }
  throw new Error('The local registry ended before it listened; its words stand above.');
};

// What npm runs, such as npx, looks for its Node in the path.
const withThisNode = (path = ''): string => [dirname(process.execPath), path].join(delimiter);

// What npm hands to the scripts it runs, and GitHub to its runners, is none of what a user has.
const alone = (env: NodeJS.ProcessEnv): NodeJS.ProcessEnv =>
  Object.fromEntries(
    Object.entries(env).filter(([name]) => !/^(?:npm|github|actions)_/i.test(name)),
  );
