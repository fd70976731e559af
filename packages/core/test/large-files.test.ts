import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, realpathSync, rmSync } from 'node:fs';
import type { ServerResponse } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setImmediate, setTimeout as wait } from 'node:timers/promises';
import { afterAll, afterEach, describe, expect, it } from 'vitest';
import { bundleInto } from './bundle.js';
import { type FaultServer, serve } from './server.js';

const MB = 2 ** 20;
const MOST_GROWTH = 64 * MB;
const MOST_HELD = MB;
/** The system keeps some of it, on both sides of the connection: 4 MB where nothing moves. */
const MOST_AHEAD = 8 * MB;

const scratch = mkdtempSync(join(realpathSync(tmpdir()), 'core-large-files-'));
const bundle = bundleInto(scratch);

const children: ChildProcess[] = [];
const servers: FaultServer[] = [];
afterEach(async () => {
  for (const child of children.splice(0)) child.kill('SIGKILL');
  for (const server of servers.splice(0)) await server.close();
});
afterAll(() => rmSync(scratch, { recursive: true }));

interface Line {
  readonly id: number;
  readonly name: string;
  readonly day: string;
  readonly clicks: number;
  readonly url: string;
}

const lineOf = (at: number): Line => ({
  id: 1_000_000 + at,
  name: at % 10 === 0 ? `a "new", wide\ncampaign ${at % 97}` : `campaign ${at % 97}`,
  day: `2026-01-${10 + (at % 20)}`,
  clicks: (at * 7) % 1_009,
  url: `https://ads.example/${at % 997}`,
});

type Format = 'csv' | 'ndjson';

const quoted = (text: string): string =>
  /["\n,]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
const written: Readonly<Record<Format, (line: Line) => string>> = {
  csv: ({ id, name, day, clicks, url }) => `${id},${quoted(name)},${day},${clicks},${url}\r\n`,
  ndjson: (line) => `${JSON.stringify(line)}\n`,
};
const HEADS: Readonly<Record<Format, string>> = {
  csv: 'id,name,day,clicks,url\r\n',
  ndjson: '',
};

const sumOf = (rows: number): number => {
  let sum = 0;
  for (let at = 0; at < rows; at += 1) {
    const { clicks, name } = lineOf(at);
    sum = (Math.imul(sum, 31) + clicks + name.length) | 0;
  }
  return sum;
};

interface Flow {
  sent: number;
  used: number;
  /** How far the server was ahead of what the reader had used up, once neither moved: what was told is heard by then. */
  ahead: number;
}

const ROWS_A_WRITE = 200;

/** Writes the rows as fast as they are taken, and no faster. */
const send = async (
  response: ServerResponse,
  format: Format,
  rows: number,
  flow: Flow,
): Promise<void> => {
  const write = async (text: string): Promise<void> => {
    const isTaken = response.write(text);
    flow.sent += Buffer.byteLength(text);
    if (!isTaken) await once(response, 'drain');
    // What the reader tells meanwhile is heard.
    await setImmediate();
  };
  response.writeHead(200, { 'content-type': 'application/octet-stream' });
  await write(HEADS[format]);
  for (let at = 0; at < rows; at += ROWS_A_WRITE) {
    let text = '';
    for (let line = at; line < Math.min(rows, at + ROWS_A_WRITE); line += 1)
      text += written[format](lineOf(line));
    await write(text);
  }
  response.end();
};

interface Report {
  readonly rows: number;
  readonly sum: number;
  readonly bytes: number;
  readonly held: number;
  readonly base: number;
  readonly peak: number;
}

type Message = { readonly used: number } | { readonly rests: true } | Report;

/** What a process reads of a file with so many rows, and how far the server was ahead of it. */
const read = async (
  role: 'greedy' | 'slow',
  format: Format,
  rows: number,
): Promise<Report & Flow & { readonly growth: number }> => {
  const flow: Flow = { sent: 0, used: 0, ahead: 0 };
  const server = await serve((_seen, response) => void send(response, format, rows, flow));
  servers.push(server);
  const process = join(import.meta.dirname, 'large-file-process.ts');
  const child = fork(process, [bundle, server.url, role]);
  children.push(child);
  const report = await new Promise<Report>((reported, failed) => {
    child.once('exit', (status) => failed(new Error(`The process ended with ${status}.`)));
    child.on('message', (message: Message) => {
      if ('used' in message) flow.used = message.used;
      else if ('rests' in message) void standstill(flow).then(() => child.send('go'));
      else reported(message);
    });
  });
  return { ...report, ...flow, growth: report.peak - report.base };
};

/** Until the server sends no more: whoever does not read holds it back. */
const standstill = async (flow: Flow): Promise<void> => {
  for (let before = -1; before !== flow.sent; ) {
    before = flow.sent;
    await wait(250);
  }
  flow.ahead = flow.sent - flow.used;
};

describe('a million rows', () => {
  const ROWS = 1_000_000;
  const sum = sumOf(ROWS);

  it.each(['csv', 'ndjson'] as const)(
    'of %s pass through a process that is slower than the server',
    { timeout: 120_000 },
    async (format) => {
      const { rows, sent, bytes, growth, held, ahead, ...seen } = await read('slow', format, ROWS);
      expect({ rows, sum: seen.sum, bytes }).toEqual({ rows: ROWS, sum, bytes: sent });
      expect(growth).toBeLessThan(MOST_GROWTH);
      expect(held).toBeLessThan(MOST_HELD);
      expect(ahead).toBeLessThan(MOST_AHEAD);
    },
  );
});

it('a process that takes all before it uses any is seen to: each limit can be passed', async () => {
  const { growth, held, ahead, rows } = await read('greedy', 'csv', 400_000);
  expect(rows).toBe(400_000);
  expect(growth).toBeGreaterThan(MOST_GROWTH);
  expect(held).toBeGreaterThan(MOST_HELD);
  expect(ahead).toBeGreaterThan(MOST_AHEAD);
});
