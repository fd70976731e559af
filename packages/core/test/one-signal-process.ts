import { getEventListeners } from 'node:events';
import { createTransport } from '../src/index.js';
import { getThing } from './api.js';
import { json, serve } from './server.js';

/* A process with one signal for all of its calls. It prints what Node warned of and how many listeners there were. */

const warnings: string[] = [];
process.on('warning', ({ message }) => warnings.push(message));

const run = async (): Promise<void> => {
  const { signal } = new AbortController();
  let most = 0;
  const server = await serve((_seen, response) => json(response, 200, { name: 'thing' }));
  const answer = { status: 200, headers: {}, data: '{"name":"thing"}' };
  const own = { request: async () => new Promise((resolve) => setTimeout(resolve, 20, answer)) };
  const calls = async (count: number, options: object): Promise<void> => {
    const transport = createTransport({
      baseUrl: server.url,
      allowLoopbackHttp: true,
      logLevel: 'off',
      ...options,
    });
    const call = (): Promise<unknown> => transport.call(getThing, { id: '1' }, { signal });
    const underWay = Array.from({ length: count }, call);
    await new Promise((resolve) => setTimeout(resolve, 5));
    most = Math.max(most, getEventListeners(signal, 'abort').length);
    await Promise.all(underWay);
    transport.close();
  };
  await calls(10_000, { axios: own });
  await calls(200, {});
  await server.close();
  console.log(JSON.stringify({ warnings, most, left: getEventListeners(signal, 'abort').length }));
};

void run();
