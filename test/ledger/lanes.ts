import { execFileSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import type { Lane } from './lane.ts';

interface Plan extends Pick<Lane, 'kind' | 'name' | 'way'> {
  readonly onNode20: boolean;
  /** Of a hundred writes. */
  readonly share: number;
}

// Tunnels on Node 20 were the worst.
const PLANS: readonly Plan[] = [
  { name: 'storm', kind: 'storm', way: 'direct', onNode20: false, share: 27 },
  { name: 'storm-20', kind: 'storm', way: 'direct', onNode20: true, share: 13 },
  { name: 'storm-proxy', kind: 'storm', way: 'proxy', onNode20: false, share: 17 },
  { name: 'storm-proxy-20', kind: 'storm', way: 'proxy', onNode20: true, share: 20 },
  { name: 'storm-secure-proxy', kind: 'storm', way: 'secure-proxy', onNode20: false, share: 5 },
  { name: 'storm-secure-proxy-20', kind: 'storm', way: 'secure-proxy', onNode20: true, share: 5 },
  { name: 'frozen', kind: 'frozen', way: 'direct', onNode20: false, share: 3 },
  { name: 'frozen-20', kind: 'frozen', way: 'direct', onNode20: true, share: 3 },
  { name: 'frozen-proxy', kind: 'frozen', way: 'proxy', onNode20: false, share: 3 },
  { name: 'frozen-proxy-20', kind: 'frozen', way: 'proxy', onNode20: true, share: 4 },
];

/** So many writes, dealt out to the lanes, or all to those that are named. */
export const lanesOf = (writes: number, names: readonly string[]): Lane[] => {
  const unknown = names.find((name) => !PLANS.some((plan) => plan.name === name));
  if (unknown !== undefined) throw new Error(`there is no lane ${unknown}`);
  const plans = PLANS.filter(({ name }) => names.length === 0 || names.includes(name));
  const shares = plans.reduce((sum, { share }) => sum + share, 0);
  const node20 = findNode20();
  if (node20 === undefined) console.log('There is no Node 20 on the PATH: all runs on this Node.');
  return plans.map(({ onNode20, share, ...plan }) => ({
    ...plan,
    node: (onNode20 ? node20 : undefined) ?? process.execPath,
    writes: Math.ceil((writes * share) / shares),
  }));
};

const findNode20 = (): string | undefined =>
  (process.env.PATH ?? '')
    .split(delimiter)
    .map((folder) => join(folder, 'node'))
    .find((node) => existsSync(node) && versionOf(node).startsWith('v20.'));

const versionOf = (node: string): string => execFileSync(node, ['--version'], { encoding: 'utf8' });
