import { once } from 'node:events';
import { type AddressInfo, createServer, type Server, type Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import { type SecureContext, TLSSocket } from 'node:tls';
import { type Answer, cleanAnswer } from './answer.ts';
import { OTHER, OWN } from './certificates.ts';
import { end, type Line } from './ends.ts';
import { EXTRA } from './extras.ts';
import { entryOf, type Journal, newJournal } from './journal.ts';
import { KINDS } from './kinds.ts';
import { EARLY, markOf } from './marks.ts';
import { connectionPlan, type Series } from './plan.ts';
import { render } from './render.ts';
import { requestReader } from './requests.ts';
import { openTunnel } from './tunnel.ts';

/** Servers for one series: an API, and a proxy before it if the series wants one. */
export interface SeriesServer {
  readonly port: number;
  readonly proxyPort: number | undefined;
  readonly journal: Journal;
  /** Resolves when all that a connection should meet while it is idle is under way. */
  settle(): Promise<void>;
  /** Connections that the client keeps; it should have none when it is closed. */
  openConnections(): readonly string[];
  close(): Promise<void>;
}

/** What all connections of a series share. */
interface Shared {
  readonly journal: Journal;
  /** What is to happen when nobody waits for anything. */
  readonly pending: Set<() => Promise<unknown>>;
  /** Connections that are open, in words. */
  readonly open: Map<Socket, string>;
}

export const startServer = async (series: Series): Promise<SeriesServer> => {
  const journal = newJournal();
  const pending = new Set<() => Promise<unknown>>();
  const open = new Map<Socket, string>();
  const shared = { journal, pending, open };
  const server = createServer({ allowHalfOpen: true, noDelay: true }, (raw) => {
    track(open, raw);
    if (series.way === 'plain') serve(series, { stream: raw, raw }, shared);
    else secure(raw, raw, OWN);
  });
  const secure = (over: Duplex, raw: Socket, secureContext: SecureContext): void => {
    const stream = new TLSSocket(over, { isServer: true, secureContext });
    // A client that leaves in the middle of it is no fault here.
    stream.on('error', () => {});
    serve(series, { stream, raw }, shared);
  };
  const proxy =
    series.way === 'proxy'
      ? createServer({ allowHalfOpen: true, noDelay: true }, (raw) => {
          track(open, raw);
          openTunnel(series, raw, journal, (over, isOther) =>
            secure(over, raw, isOther ? OTHER : OWN),
          );
        })
      : undefined;
  const port = await listen(server);
  const proxyPort = proxy && (await listen(proxy));
  const settle = async (): Promise<void> => {
    // What was being written may leave more to do.
    while (pending.size > 0) {
      const tasks = [...pending];
      pending.clear();
      await Promise.all(tasks.map((task) => task()));
    }
  };
  const close = async (): Promise<void> => {
    for (const socket of open.keys()) socket.destroy();
    for (const one of [server, proxy]) if (one?.listening) await stop(one);
  };
  // That of another server could be taken anew.
  const nobody = series.isListening ? undefined : 1;
  return {
    port: nobody ?? port,
    proxyPort: proxyPort && (nobody ?? proxyPort),
    journal,
    settle,
    openConnections: () => [...open.values()],
    close,
  };
};

const listen = async (server: Server): Promise<number> => {
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return (server.address() as AddressInfo).port;
};

const stop = (server: Server): Promise<unknown> => new Promise((resolve) => server.close(resolve));

const track = (open: Map<Socket, string>, socket: Socket): void => {
  open.set(socket, 'a connection that did not come about');
  socket.on('error', () => {});
  socket.on('close', () => open.delete(socket));
};

/** Answers the requests of one connection as they are planned. */
const serve = (series: Series, line: Line, { journal, pending, open }: Shared): void => {
  const { stream, raw } = line;
  const plan = connectionPlan(series.seed, series.number, journal.connections.length);
  journal.connections.push(plan);
  if (plan === 'rst' || plan === 'fin') {
    stream.resume();
    end(line, plan);
    return;
  }
  if (plan !== 'fine') stream.write(EARLY_ANSWERS[plan]);
  let begun: { readonly answer: Answer; readonly mark: string } | undefined;
  // The first request on it has its answer already.
  let isAhead = plan !== 'fine';
  const send = (): void => {
    if (begun === undefined) return;
    const { answer, mark } = begun;
    begun = undefined;
    if (!isAhead) {
      // A client may be done with the call before all of it has come.
      const writing = write(line, answer, mark, series, pending);
      pending.add(() => writing);
      return;
    }
    isAhead = false;
    if (plan === 'garbage') end(line, 'fin');
  };
  const at = journal.connections.length - 1;
  open.set(raw, `connection ${at}, ${plan}, before any request`);
  const reader = requestReader(({ call, isWhole }) => {
    open.set(raw, `connection ${at}, ${plan}, with a request of ${call ?? 'a token'}`);
    if (!isWhole) begun = drawn(series, journal, call);
    else if (call !== undefined) entryOf(journal, call).whole += 1;
    if (isWhole || begun?.answer.when !== 'whole') send();
  });
  stream.on('data', (chunk: Buffer) => reader.take(chunk));
  stream.on('end', () => raw.destroy());
  stream.on('error', () => raw.destroy());
  raw.on('close', () => {
    journal.strayBytes += reader.strayBytes();
  });
};

/** The answer to one more request, which is written down. */
const drawn = (
  series: Series,
  journal: Journal,
  call: number | undefined,
): { readonly answer: Answer; readonly mark: string } => {
  if (call === undefined) {
    const answer = series.tokenAnswers[journal.tokens] ?? cleanAnswer('token');
    journal.tokens += 1;
    return { answer, mark: markOf({ call: -1, attempt: journal.tokens }) };
  }
  const entry = entryOf(journal, call);
  const attempt = entry.attempts;
  entry.attempts += 1;
  const exchange = series.exchanges.find(({ number }) => number === call);
  const answer =
    exchange?.answers[attempt] ?? cleanAnswer(KINDS[exchange?.kind ?? 'read'].body, call);
  entry.statuses.push(answer.flips > 0 || answer.statusLine !== '' ? undefined : answer.status);
  return { answer, mark: markOf({ call, attempt }) };
};

const write = async (
  line: Line,
  answer: Answer,
  mark: string,
  series: Series,
  pending: Set<() => Promise<unknown>>,
): Promise<void> => {
  const { stream } = line;
  for (const [index, bytes] of render(answer, mark).entries()) {
    if (index > 0) await new Promise((resolve) => setTimeout(resolve, 1));
    if (!stream.writable) return;
    if (bytes.length > 0) await written(stream, bytes);
  }
  if (answer.ending === 'keep') beIdle(line, answer, series, pending);
  else if (answer.ending !== 'stall') end(line, answer.ending);
};

const written = (stream: Duplex, bytes: Buffer | string): Promise<unknown> =>
  new Promise((resolve) => {
    stream.once('close', resolve);
    stream.write(bytes, (error) => {
      stream.removeListener('close', resolve);
      resolve(error);
    });
  });

const beIdle = (
  line: Line,
  { idle }: Answer,
  { pace }: Series,
  pending: Set<() => Promise<unknown>>,
): void => {
  const { extra, end: how } = idle;
  const close = (): Promise<unknown> | undefined => {
    if (how === undefined || line.raw.destroyed) return undefined;
    const ended = whenEnded(how === 'fin' ? line.stream : line.raw);
    end(line, how);
    return ended;
  };
  if (pace === 'settled') {
    pending.add(async () => {
      if (extra !== undefined && line.stream.writable) await written(line.stream, EXTRA[extra]);
      await close();
    });
    // Bytes that race the next request could be its answer, for all that a client knows.
  } else if (how !== undefined) setTimeout(close, 1);
};

const whenEnded = (stream: Duplex): Promise<unknown> =>
  new Promise<unknown>((resolve) => {
    if (stream.writableFinished) resolve(undefined);
    for (const event of ['finish', 'close']) stream.once(event, resolve);
  });

const early = (status: string, body: string): string =>
  `HTTP/1.1 ${status}\r\nContent-Type: application/json\r\nContent-Length: ${body.length}\r\n\r\n${body}`;

const EARLY_ANSWERS = {
  early: early('200 OK', JSON.stringify({ data: { id: EARLY } })),
  'early-error': early('503 Service Unavailable', JSON.stringify({ errors: [{ detail: EARLY }] })),
  garbage: '\u0016\u0003\u0001 no HTTP at all',
} as const;
