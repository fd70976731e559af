import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setImmediate as turn } from 'node:timers/promises';
import { inspect } from 'node:util';
import { AccessToken, type Clock, type HttpClient, SdkError } from '@criteo-sdk/core';
import { proxyFromEnv } from '@criteo-sdk/core/node';
import { createClient } from '@criteo-sdk/retailmedia/2026-07';
import { TOKEN } from './bodies.ts';
import { CALLS, pathOf } from './calls.ts';
import { digestOf } from './digest.ts';
import { EARLY, marksIn, POISON } from './marks.ts';
import type { Found, FromChild, Report, Result, ToChild } from './messages.ts';
import { type Exchange, type Series, seriesOf } from './plan.ts';
import { CALL_HEADER } from './requests.ts';

/* The program that calls: it runs on each Node, over the packages as they are compiled. */

const SECRET = 'fuzz-secret/1==';

/** All that a client waits for is over so many times sooner: limits that no option sets are long. */
const SPEED = 10;
const startedAt = { wall: Date.now(), monotonic: performance.now() };

const clock: Clock = {
  now: () => startedAt.wall + (performance.now() - startedAt.monotonic) * SPEED,
  monotonic: () => performance.now() * SPEED,
  after: (ms, task) => {
    const timer = setTimeout(task, Math.min(Math.max(ms / SPEED, 0), 2 ** 31 - 1));
    return () => clearTimeout(timer);
  },
};

// Of what no fault should slow down; longer than any machine takes.
const LONG = { timeoutMs: 200_000, attemptTimeoutMs: 100_000 };
const SHORT = { timeoutMs: 4_000, attemptTimeoutMs: 1_500 };
/** A limiter may wait for minutes: its calls are given up. */
const LONGEST_LIMITED_MS = 400;

const folder = mkdtempSync(join(tmpdir(), 'criteo-fuzz-'));
const underWay = new Set<number>();
const settling = new Map<number, () => void>();

const tell = (message: FromChild): void => void process.send?.(message);
const fault = (what: string): void => tell({ type: 'fault', what, series: [...underWay] });

process.on('uncaughtException', (error) => fault(`an uncaught error: ${inspect(error)}`));
process.on('unhandledRejection', (error) => fault(`an unhandled rejection: ${inspect(error)}`));
process.on('warning', (warning) => fault(`a warning of the process: ${inspect(warning)}`));
process.on('exit', () => rmSync(folder, { recursive: true, force: true }));

process.on('message', (message: ToChild) => {
  if (message.type === 'settled') return settling.get(message.series)?.();
  const { number, seed, ...ports } = message;
  underWay.add(number);
  void play(seriesOf(seed, number), ports).then((reports) => {
    underWay.delete(number);
    tell({ type: 'done', series: number, reports });
  });
});

interface Ports {
  readonly port: number;
  readonly proxyPort: number | undefined;
}

const play = async (series: Series, ports: Ports): Promise<readonly Report[]> => {
  const clients = [clientOf(series, ports), clientOf(series, ports)] as const;
  const run = (exchange: Exchange): Promise<Report> =>
    call(exchange, clients[exchange.client], series.hasLimiter);
  try {
    if (series.pace === 'at-once') return await Promise.all(series.exchanges.map(run));
    const reports: Report[] = [];
    for (const exchange of series.exchanges) {
      reports.push(await run(exchange));
      if (series.pace === 'settled') await settled(series.number, exchange.number);
    }
    return reports;
  } finally {
    for (const client of clients) client.close();
    if (Object.hasOwn(Object.prototype, 'polluted')) fault('Object.prototype is polluted');
  }
};

const settled = async (series: number, number: number): Promise<void> => {
  await new Promise<void>((resolve) => {
    settling.set(series, resolve);
    tell({ type: 'settle', series, call: number });
  });
  settling.delete(series);
  // What is in the system's buffers by now is delivered.
  await turn();
  await turn();
};

const clientOf = (series: Series, { port, proxyPort }: Ports) => {
  const host = series.way === 'proxy' ? 'localhost' : '127.0.0.1';
  const axios: HttpClient | undefined =
    proxyPort === undefined
      ? undefined
      : proxyFromEnv({ HTTPS_PROXY: `http://user:pass@127.0.0.1:${proxyPort}` });
  const options = {
    baseUrl: `${series.way === 'plain' ? 'http' : 'https'}://${host}:${port}`,
    allowLoopbackHttp: true,
    logLevel: 'off',
    clock,
    axios,
    retry: { baseMs: 20, maxMs: 100 },
    // Of token requests; calls have their own.
    ...SHORT,
    rateLimit: series.hasLimiter ? undefined : false,
    observe: () => {},
  } as const;
  return series.asksTokens
    ? createClient({ ...options, clientId: 'fuzz', clientSecret: SECRET })
    : createClient({ ...options, tokens: tokensOf() });
};

const tokensOf = () => {
  let number = 0;
  return {
    get: async () =>
      new AccessToken({
        value: `${TOKEN}-${number}`,
        tokenType: 'Bearer',
        expiresAt: new Date(clock.now() + 900_000),
      }),
    invalidate: () => {
      number += 1;
    },
  };
};

const call = async (
  { number, kind, retries, abortAfterMs, isSoonOver }: Exchange,
  client: ReturnType<typeof clientOf>,
  isLimited: boolean,
): Promise<Report> => {
  const made = CALLS[kind];
  const controller = new AbortController();
  const abortMs = abortAfterMs ?? (isLimited ? LONGEST_LIMITED_MS : undefined);
  const timer = setTimeout(() => controller.abort(new Error('given up')), abortMs ?? 2 ** 31 - 1);
  const options = {
    ...(isSoonOver ? SHORT : LONG),
    headers: { [CALL_HEADER]: String(number) },
    retry: { limit: retries },
    ...(abortMs === undefined ? {} : { signal: controller.signal }),
  };
  const isRead = made.isRead(client);
  try {
    const value = await made.call(client, options, pathOf(folder, number));
    const result: Result = { type: 'value', digest: digestOf(value) };
    return { number, isRead, result, found: foundIn(textOf(value)) };
  } catch (error) {
    const isCallers = controller.signal.aborted && error === controller.signal.reason;
    const result: Result = isCallers ? { type: 'aborted' } : resultOf(error);
    const found = foundIn(isCallers ? '' : `${inspect(error)} ${jsonOf(error)}`);
    return { number, isRead, result, found };
  } finally {
    clearTimeout(timer);
  }
};

const textOf = (value: unknown): string => {
  if (value instanceof Uint8Array) return Buffer.from(value).toString('latin1');
  try {
    return JSON.stringify(value) ?? '';
  } catch {
    // It was nested too deeply for that.
    return '';
  }
};

const jsonOf = (error: unknown): string => {
  try {
    return JSON.stringify(error);
  } catch (reason) {
    fault(`no JSON can be made of ${inspect(error)}: ${inspect(reason)}`);
    return '';
  }
};

const foundIn = (text: string): Found => ({
  marks: distinct(marksIn(text)),
  isPoisoned: text.includes(POISON),
  isEarly: text.includes(EARLY),
  hasSecret: text.includes(SECRET) || text.includes(TOKEN),
});

const distinct = (marks: Found['marks']): Found['marks'] => [
  ...new Map(marks.map((mark) => [`${mark.call} ${mark.attempt}`, mark])).values(),
];

const resultOf = (error: unknown): Result => {
  if (!(error instanceof SdkError)) return { type: 'foreign', text: inspect(error) };
  const { name, message, outcome, attempts, status } = error;
  return { type: 'error', name, message, outcome, attempts, status, detail: jsonOf(error) };
};
