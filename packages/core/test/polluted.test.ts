import { globSync, mkdtempSync, readFileSync, realpathSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { parseSync } from 'oxc-parser';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { programInto } from './bundle.js';
import { nodes } from './nodes.js';
import { type PollutedWorld, pollutedWorld, type Told } from './polluted.js';
import type { Kind } from './polluted-process.js';

/** What JavaScript itself, Node's emitters and streams, or fetch read of any object: with it they fail before us. */
const READ_BY_NODE = new Set([
  'cancel',
  'connect',
  'encoding',
  'end',
  'finish',
  'get',
  'ready',
  'removeListener',
  'resume',
  'return',
  'set',
  'signal',
  'stream',
  'timeout',
  'then',
]);

/** What is read here of a node of a syntax tree. */
interface Part {
  readonly type?: string;
  readonly computed?: boolean;
  readonly name?: string;
  readonly value?: unknown;
  readonly key?: Part;
  readonly property?: Part;
  readonly properties?: readonly Part[];
}

/** Every name of a member that core's sources read. */
const namesRead = (): string[] => {
  const source = resolve(import.meta.dirname, '../src');
  const names = new Set<string>();
  const visit = (node: unknown): void => {
    if (typeof node !== 'object' || node === null) return;
    const { type, computed, property, properties = [] } = node as Part;
    if (type === 'MemberExpression') addName(computed, property);
    if (type === 'ObjectPattern') for (const one of properties) addName(one.computed, one.key);
    for (const child of Object.values(node)) visit(child);
  };
  const addName = (computed: boolean | undefined, key: Part | undefined): void => {
    const name = key?.value ?? (computed ? undefined : key?.name);
    if (typeof name === 'string' && !(name in Object.prototype)) names.add(name);
  };
  for (const file of globSync('**/*.ts', { cwd: source }))
    visit(parseSync(file, readFileSync(join(source, file), 'utf8')).program);
  return [...names].filter((name) => !READ_BY_NODE.has(name)).sort();
};

const AT_ONCE = 24;

describe.each(nodes())('a polluted Object.prototype on Node %s', (_version, node) => {
  const folder = mkdtempSync(join(realpathSync(tmpdir()), 'core-polluted-'));
  let world: PollutedWorld;
  let clean: Told;
  beforeAll(async () => {
    world = await pollutedWorld(programInto(folder, 'polluted-process'), node);
    clean = await world.tell([], 'text');
  });
  afterAll(async () => {
    await world.close();
    rmSync(folder, { recursive: true });
  });

  /** Those with which a call goes out, ends or fails in another way than without. */
  const harmful = async (names: readonly string[], kind: Kind): Promise<readonly string[]> => {
    const told = await world.tell(names, kind);
    if (JSON.stringify(told) === JSON.stringify(clean)) return [];
    if (names.length <= 1) return names;
    const half = Math.ceil(names.length / 2);
    return [
      ...(await harmful(names.slice(0, half), kind)),
      ...(await harmful(names.slice(half), kind)),
    ];
  };

  it('is looked at with calls of every sort', () => {
    expect(clean.uncaught).toEqual([]);
    expect(Object.keys(clean.outcomes).length).toBeGreaterThan(20);
    expect(clean.requests.length).toBeGreaterThan(30);
  });

  it.each<Kind>(['text', 'object', 'flag'])(
    'with %s under any name that core reads changes no call',
    async (kind) => {
      const names = namesRead();
      expect(names.length).toBeGreaterThan(300);
      const found: string[] = [];
      for (let at = 0; at < names.length; at += AT_ONCE)
        found.push(...(await harmful(names.slice(at, at + AT_ONCE), kind)));
      expect(found).toEqual([]);
    },
    300_000,
  );

  it('is found to change them where it does', async () => {
    expect(await harmful(['nobodyReadsThis', 'return'], 'text')).toEqual(['return']);
  });
});
