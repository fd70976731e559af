import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { between, chanceOf } from './chance.ts';
import type { ServerEntry, Told } from './journal.ts';
import type { Close } from './lines.ts';
import {
  type ClientCommand,
  type ClientStart,
  type ClientWord,
  type Partner,
  SERVER,
  type ServerCommand,
  type ServerStart,
  type ServerWord,
  start,
  type Way,
} from './processes.ts';

/** A client, its server, and how they fare. */
export interface Lane {
  readonly name: string;
  readonly way: Way;
  /**
   * `storm`: everything goes wrong now and then; `frozen`: the server only closes connections that are idle, while the
   * client does not look.
   */
  readonly kind: 'frozen' | 'storm';
  readonly node: string;
  readonly writes: number;
}

/** What both sides wrote down. */
export interface Record {
  readonly lane: Lane;
  readonly server: readonly ServerEntry[];
  readonly client: readonly Told[];
  /** What went wrong with the processes themselves. */
  readonly crash: string | undefined;
  readonly seconds: number;
}

type ClientProcess = Partner<ClientCommand, ClientWord>;
type ServerProcess = Partner<ServerCommand, ServerWord>;

const START_MS = 60_000;
const LONGEST_MS = 900_000;

export const runLane = async (
  lane: Lane,
  seed: number,
  program: string,
  folder: string,
): Promise<Record> => {
  const startedAt = performance.now();
  const { name, way, kind } = lane;
  const settings = { lane: name, seed, folder } as const;
  const misbehaves = kind === 'storm';
  const server: ServerProcess = start(process.execPath, SERVER, {
    ...settings,
    way,
    misbehaves,
  } satisfies ServerStart);
  let client: ClientProcess | undefined;
  let crash: string | undefined;
  try {
    const { port, proxyPort } = await server.hear('address', START_MS);
    const scheme = way === 'direct' ? 'http' : 'https';
    const begin: ClientStart = {
      ...settings,
      writes: lane.writes,
      baseUrl: `${scheme}://localhost:${port}`,
      isStormy: misbehaves,
    };
    const proxyScheme = way === 'secure-proxy' ? 'https' : 'http';
    client = start(lane.node, program, begin, {
      NODE_EXTRA_CA_CERTS: join(folder, 'ca.pem'),
      https_proxy: proxyPort === undefined ? '' : `${proxyScheme}://localhost:${proxyPort}`,
      no_proxy: '',
    });
    await client.hear('left', START_MS);
    const chance = chanceOf(seed, name, 'weather');
    await (misbehaves ? storm(client, chance) : freeze(client, server, chance, folder));
    client.say({ do: 'write-journal' });
    if ((await client.ended) !== 0) crash = 'the client ended badly';
  } catch (error) {
    crash = String(error);
    client?.say({ do: 'write-journal' });
    await Promise.race([client?.ended, sleep(5_000)]);
  } finally {
    await client?.kill();
  }
  server.say({ do: 'write-journal' });
  if ((await server.ended) !== 0) crash ??= 'the server ended badly';
  return {
    lane,
    crash,
    server: entriesOf<ServerEntry>(join(folder, 'server.jsonl')),
    client: entriesOf<Told>(join(folder, 'client.jsonl')),
    seconds: (performance.now() - startedAt) / 1_000,
  };
};

const entriesOf = <T>(file: string): T[] =>
  existsSync(file)
    ? readFileSync(file, 'utf8')
        .split('\n')
        .filter(Boolean)
        .map((line) => JSON.parse(line) as T)
    : [];

// More than the connections that a client has to an origin, so that calls wait for one.
const WORKERS = 90;

/** All calls at once, while the client stands still or is stopped now and then. */
const storm = async (client: ClientProcess, chance: () => number): Promise<void> => {
  client.say({ do: 'calls', count: Number.MAX_SAFE_INTEGER, atOnce: WORKERS });
  let isOver = false;
  const over = client.hear('left', LONGEST_MS).finally(() => {
    isOver = true;
  });
  const weather = async (): Promise<void> => {
    while (!isOver) {
      await Promise.race([sleep(between(2_000, 8_000, chance)), over]);
      if (isOver) return;
      const ms = chance() < 0.6 ? between(100, 2_000, chance) : between(2_000, 6_000, chance);
      if (chance() < 0.5) client.say({ do: 'stand-still', ms: Math.max(1_000, ms) });
      else await stopped(client, () => sleep(ms));
    }
  };
  await Promise.all([over, weather()]);
};

const stopped = async (client: ClientProcess, meanwhile: () => Promise<unknown>): Promise<void> => {
  client.signal('SIGSTOP');
  try {
    await meanwhile();
  } finally {
    client.signal('SIGCONT');
  }
};

const AT_ONCE = 40;
const CLOSES: readonly Close[] = ['end', 'drop', 'reset', 'timeout-answer'];

/** Rounds of calls; between two of them the client does not look, and the server closes what is idle. */
const freeze = async (
  client: ClientProcess,
  server: ServerProcess,
  chance: () => number,
  folder: string,
): Promise<void> => {
  const calls = { do: 'calls', count: AT_ONCE, atOnce: AT_ONCE } as const;
  client.say(calls);
  for (let round = 0; (await client.hear('left', LONGEST_MS)) > 0; round += 1) {
    const closeIdle = async (): Promise<void> => {
      // The last answers are on their way.
      await sleep(200);
      server.say({ do: 'close-idle', how: CLOSES[round % CLOSES.length] ?? 'end' });
      await server.hear('closed', START_MS);
      await sleep(between(100, 1_500, chance));
    };
    if (chance() < 0.5) {
      await stopped(client, async () => {
        client.say(calls);
        await closeIdle();
      });
    } else {
      const until = join(folder, `round-${round}`);
      client.say({ ...calls, until });
      await client.hear('standsStill', START_MS);
      await closeIdle();
      writeFileSync(until, '');
    }
  }
};
