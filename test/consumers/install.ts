import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { ROOT } from '../../tools/scratch.ts';
import type { Context } from './row.ts';

/** What a project wants to have installed. */
interface Wanted {
  /** Our packages that it depends on itself; their own come with them. */
  readonly direct: readonly string[];
  /** Which versions of others come with them. */
  readonly overrides: Readonly<Record<string, string>>;
}

/** The package.json of a project that depends on tarballs. */
export const manifestOf = (
  { tarballs }: Pick<Context, 'tarballs'>,
  { direct, overrides }: Wanted,
): string => {
  const file = (name: string): [string, string] => [name, `file:${tarballs[name]}`];
  // Nothing of ours is on a registry yet: what the tarballs need of each other are tarballs, too.
  const others = Object.keys(tarballs).filter((name) => !direct.includes(name));
  return JSON.stringify({
    name: 'consumer',
    private: true,
    dependencies: Object.fromEntries(direct.map(file)),
    overrides: { ...overrides, ...Object.fromEntries(others.map(file)) },
  });
};

export const NPM_INSTALL: readonly string[] = [
  'install',
  '--ignore-scripts',
  '--no-audit',
  '--no-fund',
  '--loglevel=error',
];

/** What our packages need, as the project locks it: what somebody releases today must not turn a row red. */
export const locked = (): Record<string, string> => {
  const { packages } = JSON.parse(readFileSync(join(ROOT, 'package-lock.json'), 'utf8')) as {
    packages: Record<string, Locked>;
  };
  const needed = Object.entries(packages).filter(
    ([path, { dev, link, optional }]) =>
      path.lastIndexOf('node_modules/') === 0 && !dev && !link && !optional,
  );
  return Object.fromEntries(
    needed.map(([path, { version }]) => [path.slice('node_modules/'.length), version]),
  );
};

interface Locked {
  readonly version: string;
  readonly dev?: boolean;
  readonly link?: boolean;
  readonly optional?: boolean;
}
