import assert from 'node:assert/strict';
import type { Cost } from './measure.ts';
import { type Call, SUBJECTS, type SubjectName } from './subjects.ts';
import { answerEach } from './worker.ts';

/*
 * One subject and nothing else: neither the server nor another subject shares its processor time,
 * its heap or what its compiler has learnt.
 */

/** So many calls, never more than so many at once. */
export interface Batch {
  readonly calls: number;
  readonly atOnce: number;
}

const [name, url = ''] = process.argv.slice(2);
const call: Call = SUBJECTS[name as SubjectName](url);

const { data } = (await call()) as { readonly data: readonly unknown[] };
assert.equal(data.length, 6);

answerEach(async ({ atOnce, calls }: Batch): Promise<Cost> => {
  const startedAt = performance.now();
  const before = process.cpuUsage();
  let left = calls;
  const caller = async (): Promise<void> => {
    for (; left > 0; await call()) left -= 1;
  };
  await Promise.all(Array.from({ length: atOnce }, caller));
  const { system, user } = process.cpuUsage(before);
  return {
    cpuSeconds: (system + user) / 1_000_000,
    wallSeconds: (performance.now() - startedAt) / 1_000,
  };
});
