import {
  type FinishedJob,
  JobError,
  type JobMethod,
  type JobOptions,
  type JobProgress,
  ResponseError,
  resumeJob,
  runJob,
} from '@criteo-sdk/retailmedia';
import { startSandbox } from '@criteo-sdk/sandbox';
import { afterAll, beforeEach, describe, expect, it } from 'vitest';
import type { Described } from '../wire/document.js';
import { clientOf, methodsOf, operationsOf, paramsOf, VERSIONS } from './clients.js';

/*
 * Every operation that creates a job, run to its output on the sandbox. Which ones they are is read from the
 * paths of the documents, and not from our own facts.
 */

const sandbox = await startSandbox();
let first = 0;
beforeEach(() => {
  first = sandbox.calls().length;
});
afterAll(() => sandbox.close());

const CREATES =
  /\/retail-media\/(?:reports\/(?!sync\/)[\w-]+|accounts\/\{\w+\}\/(?:catalogs(?:\/sellers)?|[\w-]+-catalog-export)|billing\/partner-report)$/;

const isCreation = ({ method, path }: Described): boolean =>
  method === 'POST' && CREATES.test(path);

const ROWS = 57;

/** Calls of an operation in this test. */
const callsOf = (name: string): number =>
  sandbox
    .calls()
    .slice(first)
    .filter(({ operation }) => operation === name).length;

describe.each(VERSIONS)('%s', async (version) => {
  const methods = methodsOf(await clientOf(sandbox, version));
  const creations = operationsOf(version).filter(isCreation);

  it('says of each creation that it is one, and of nothing else', () => {
    const known = methods.filter(({ operation }) => 'job' in operation);
    expect(known.map(({ operation }) => operation.id).sort()).toEqual(
      creations.map(({ name }) => name).sort(),
    );
  });

  describe.each(creations)('$name', (operation) => {
    const method = methods.find((one) => one.operation.id === operation.name) as JobMethod<
      object,
      unknown
    >;
    const run = (options: JobOptions = {}): Promise<FinishedJob> =>
      runJob(method, paramsOf(operation), {
        intervalMs: 1,
        ...options,
      });

    it('is created once, polled until it is done, and gives every row once', async () => {
      const told: JobProgress[] = [];
      const job = await run({ onProgress: (progress) => told.push(progress) });
      const rows = await rowsOf(job);
      expect(rows).toHaveLength(ROWS);
      expect(new Set(rows.map((row) => JSON.stringify(row))).size).toBe(ROWS);
      expect(told.slice(0, 4).map(({ state, polls }) => [state, polls])).toEqual([
        ['pending', 0],
        ['pending', 1],
        ['pending', 2],
        ['success', 3],
      ]);
      const { output, status } = method.operation.job;
      // As text, and as rows or JSON.
      expect([operation.name, status.id, output.id].map(callsOf)).toEqual([1, 3, 2]);
      // Billing counts nothing.
      const isCounted = job.rowCount !== undefined;
      expect(isCounted || version.startsWith('retailmedia/2026')).toBe(true);
      if (isCounted) expect([job.rowCount, job.isCapped]).toEqual([ROWS, false]);
    });

    it('goes on by its id', async () => {
      const { id } = await run();
      const job = await resumeJob(method, id, { intervalMs: 1 });
      expect(await rowsOf(job)).toHaveLength(ROWS);
      expect(callsOf(operation.name)).toBe(1);
    });

    it.each(['failure', 'expired'] as const)('tells of a %s', async (end) => {
      sandbox.nextJob(end);
      const error: unknown = await run().catch((reason: unknown) => reason);
      expect(error).toBeInstanceOf(JobError);
      expect(error).toMatchObject({ operation: operation.name, jobId: expect.any(String) });
      expect((error as JobError).state).toMatch(
        end === 'failure' ? /^fail(?:ure|ed)$/ : /^expired$/,
      );
    });

    it('is held against its checksum, where there is one', async () => {
      sandbox.nextJob('wrong-checksum');
      const job = await run();
      const read = job.bytes().catch((reason: unknown) => reason);
      if (operation.path.includes('/billing/')) expect(await read).toBeInstanceOf(Uint8Array);
      else {
        expect(await read).toBeInstanceOf(ResponseError);
        expect(await read).toMatchObject({ reason: 'checksum' });
      }
    });
  });
});

const rowsOf = async (job: FinishedJob): Promise<object[]> => {
  // Some reports are compact if nothing else is asked for: one object of columns and rows, and no list of rows.
  const text = await job.text();
  if (text.startsWith('{"columns":')) return ((await job.json()) as { rows: object[] }).rows;
  const rows: object[] = [];
  for await (const row of job.rows()) rows.push(row);
  return rows;
};

it('counts what the documents hold', () => {
  const counts = VERSIONS.map((version) => operationsOf(version).filter(isCreation).length);
  expect(counts).toEqual([0, 0, 0, 0, 0, 0, 3, 11, 11]);
});
