import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Kind } from './polluted-process.js';
import { type Handler, json, type Seen, serve } from './server.js';

/* A server, a thief, and a process that uses core while its Object.prototype is polluted. */

export interface Told {
  readonly outcomes: Readonly<Record<string, unknown>>;
  /** What the server saw, without what differs from run to run. */
  readonly requests: readonly unknown[];
  readonly uncaught: readonly string[];
  /** Requests that the thief got. */
  readonly stolen: number;
}

export interface PollutedWorld {
  readonly tell: (names: readonly string[], kind: Kind) => Promise<Told>;
  readonly close: () => Promise<void>;
}

export const pollutedWorld = async (
  program: string,
  node = process.execPath,
): Promise<PollutedWorld> => {
  let seen: Seen[] = [];
  let stolen = 0;
  const counts = new Map<string, number>();
  const server = await serve((request, response) => {
    seen.push(request);
    const before = counts.get(request.url) ?? 0;
    counts.set(request.url, before + 1);
    answer(request, response, before);
  });
  const thief = createServer((_request, response) => {
    stolen += 1;
    response.end('{}');
  });
  await new Promise<void>((resolve) => thief.listen(0, '127.0.0.1', resolve));
  const thiefUrl = `http://127.0.0.1:${(thief.address() as AddressInfo).port}/`;
  let child: ChildProcess | undefined;
  const started = async (): Promise<ChildProcess> => {
    if (child?.connected && child.exitCode === null) return child;
    child = fork(program, [server.url, thiefUrl], {
      execPath: node,
      execArgv: [],
      stdio: 'inherit',
    });
    await once(child, 'message');
    return child;
  };
  return {
    tell: async (names, kind) => {
      const process = await started();
      seen = [];
      stolen = 0;
      counts.clear();
      const uncaught: string[] = [];
      const outcomes = await new Promise<Told['outcomes']>((resolve) => {
        const gone = (): void => resolve({ gone: true });
        process.once('exit', gone);
        const heard = (message: { uncaught?: string; outcomes?: Told['outcomes'] }): void => {
          if (message.uncaught !== undefined) uncaught.push(message.uncaught);
          if (message.outcomes === undefined) return;
          process.off('message', heard).off('exit', gone);
          // It ends itself where a call hung.
          if ('hung' in message.outcomes) child = undefined;
          resolve(message.outcomes);
        };
        process.on('message', heard);
        process.send({ names, kind });
      });
      return { outcomes, requests: seen.map(comparable), uncaught, stolen };
    },
    close: async () => {
      child?.kill();
      thief.closeAllConnections();
      thief.close();
      await server.close();
    },
  };
};

// The boundary of parts is new each time.
const comparable = ({ method, url, headers, body }: Seen): unknown => {
  const text = JSON.stringify({ method, url, headers, body });
  return JSON.parse(text.replace(/-+formdata-[\w-]+/g, 'boundary'));
};

const answer: Handler = ({ method, url, body }, response, before) => {
  const path = url.replace(/^\/v/, '').replace(/\?.*/, '');
  if (path === '/oauth2/token') {
    if (body.includes('wrong')) return json(response, 401, { error: 'invalid_client' });
    const refresh_token = body.includes('refresh') ? 'refresh-1' : undefined;
    return json(response, 200, {
      access_token: `token-${before}`,
      token_type: 'Bearer',
      expires_in: 900,
      refresh_token,
    });
  }
  if (path === '/flaky' && before === 0) return json(response, 503, {});
  if (path === '/refused' && before === 0) return json(response, 401, {});
  if (path === '/limited' && before === 0)
    return json(response, 429, {}, { 'retry-after-ms': '1' });
  if (path === '/broken') return json(response, 500, { errors: [{ detail: 'down' }] });
  if (path === '/wrong')
    return json(response, 400, { errors: [{ type: 'validation', code: 'odd' }, {}] });
  if (path === '/missing') return void response.writeHead(404).end();
  if (path === '/warned')
    return json(response, 200, { data: 1, warnings: [{ code: 'old' }], errors: [] });
  if (path === '/html')
    return void response.writeHead(200, { 'content-type': 'text/html' }).end('<p>');
  if (path === '/elsewhere')
    return void response.writeHead(302, { location: 'https://thief.example/' }).end();
  if (path === '/list') {
    const offset = Number(new URL(url, 'http://localhost').searchParams.get('offset') ?? 0);
    return json(response, 200, { data: [1, 2, 3].slice(offset, offset + 2).map((id) => ({ id })) });
  }
  if (path === '/file' || path.endsWith('/output'))
    return void response.writeHead(200, { 'content-type': 'text/csv' }).end('a,b\n1,2\n');
  if (path === '/jobs' || path.endsWith('/status'))
    return json(response, 200, {
      data: {
        id: 'job-1',
        attributes: { status: method === 'POST' ? 'pending' : 'success', rowCount: 1 },
      },
    });
  return json(response, 200, { name: 'thing' });
};
