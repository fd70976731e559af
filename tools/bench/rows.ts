import assert from 'node:assert/strict';
import { Readable } from 'node:stream';
import { download, type HttpClient } from '@criteo-sdk/marketingsolutions';
import { AnalyticsApi, createTransport } from '@criteo-sdk/marketingsolutions/2026-07';
import { parse } from 'csv-parse';
import { type BenchReport, type Cost, least } from './measure.ts';

const ROWS = 300_000;
const ROUNDS = 3;
const CHUNK = 64 * 1024;

type Reader = (chunks: readonly Buffer[]) => Promise<number>;

/** Rows of CSV as objects, ours against csv-parse, from the same bytes in the same process. */
export const benchRows = async (tell: (line: string) => void): Promise<BenchReport> => {
  const chunks = chunksOf(fileOf(ROWS));
  const ours: Cost[] = [];
  const theirs: Cost[] = [];
  for (let round = 1; round <= ROUNDS; round += 1) {
    tell(`round ${round} of ${ROUNDS}`);
    ours.push(await costOf(readOurs, chunks));
    theirs.push(await costOf(readTheirs, chunks));
  }
  const [own, peer] = [least(ours), least(theirs)];
  return {
    subject: `${ROWS.toLocaleString('en')} rows of CSV, ${Math.round(chunks.length * CHUNK * 1e-6)} MB, as objects; the least of ${ROUNDS} rounds`,
    rows: [
      { what: 'rows() of the SDK', ...own },
      { what: 'csv-parse, columns and bom', ...peer },
    ],
    goals: [
      {
        what: 'ratio of CPU',
        value: own.cpuSeconds / peer.cpuSeconds,
        limit: 0.5,
        unit: '',
      },
    ],
  };
};

/** With a byte order mark, CRLF, and a quoted value in each tenth row. */
const fileOf = (rows: number): Buffer => {
  const lines = Array.from({ length: rows }, (_, at) => {
    const name = at % 10 === 0 ? `"a ""wide"" campaign, ${at}"` : `campaign ${at}`;
    return `2026-11-0${1 + (at % 9)},${1_000_000 + at},${name},${at % 997},${(at % 499) / 100}\r\n`;
  });
  return Buffer.from(`\ufeffday,campaignId,name,clicks,spend\r\n${lines.join('')}`);
};

const chunksOf = (file: Buffer): Buffer[] =>
  Array.from({ length: Math.ceil(file.length / CHUNK) }, (_, at) =>
    file.subarray(at * CHUNK, (at + 1) * CHUNK),
  );

/** Nobody looks at it. */
const QUERY = {
  advertiserIds: '1',
  currency: 'EUR',
  dimensions: ['AdsetId'],
  metrics: ['Clicks'],
  startDate: '2026-03-01T00:00:00Z',
  endDate: '2026-03-02T00:00:00Z',
  format: 'csv',
} as const;

const readOurs: Reader = async (chunks) => {
  // No network: what is measured is the reading.
  const request = async (): Promise<unknown> => ({
    status: 200,
    headers: {},
    data: Readable.from(chunks),
  });
  const axios = { request } as HttpClient;
  const { getAdSetReport } = new AnalyticsApi(createTransport({ axios }));
  let clicks = 0;
  for await (const row of download(getAdSetReport, { body: QUERY }).rows())
    clicks += Number(row.clicks);
  return clicks;
};

const readTheirs: Reader = async (chunks) => {
  let clicks = 0;
  const rows = Readable.from(chunks).pipe(parse({ columns: true, bom: true }));
  for await (const row of rows as AsyncIterable<Record<string, string>>)
    clicks += Number(row.clicks);
  return clicks;
};

const CLICKS = Array.from({ length: ROWS }, (_, at) => at % 997).reduce((a, b) => a + b);

const costOf = async (read: Reader, chunks: readonly Buffer[]): Promise<Cost> => {
  const startedAt = performance.now();
  const before = process.cpuUsage();
  assert.equal(await read(chunks), CLICKS);
  const { user, system } = process.cpuUsage(before);
  return {
    cpuSeconds: (user + system) / 1e6,
    wallSeconds: (performance.now() - startedAt) / 1000,
  };
};
