import { getHeapSpaceStatistics } from 'node:v8';
import { createTransport } from '../src/index.js';
import { getThing } from './api.js';
import { json, serve } from './server.js';

/*
 * A process that makes calls, one after the other or several at once, and prints how much of each came into the old
 * generation. Run it with a small young generation, so that it is cleared often, and an old one that is never cleared.
 */

const CALLS = 3_000;

const oldBytes = (): number =>
  getHeapSpaceStatistics().reduce(
    (sum, { space_name: name, space_used_size: size }) => (name === 'old_space' ? sum + size : sum),
    0,
  );

const run = async (): Promise<void> => {
  const server = await serve((_seen, response) => json(response, 200, { name: 'x'.repeat(500) }));
  const transport = createTransport({
    baseUrl: server.url,
    allowLoopbackHttp: true,
    logLevel: 'off',
  });
  const calls = async (count: number, atOnce: number): Promise<void> => {
    let left = count;
    const caller = async (): Promise<void> => {
      for (; left > 0; await transport.call(getThing, { id: '1' })) left -= 1;
    };
    await Promise.all(Array.from({ length: atOnce }, caller));
  };
  const grown: number[] = [];
  for (const atOnce of [1, 8]) {
    await calls(500, atOnce);
    const before = oldBytes();
    await calls(CALLS, atOnce);
    grown.push(Math.round((oldBytes() - before) / CALLS));
  }
  transport.close();
  await server.close();
  console.log(JSON.stringify(grown));
};

void run();
