import assert from 'node:assert/strict';
import { TimeoutError } from '@criteo-sdk/retailmedia';
import { type Case, call, connect, failure, seen, times, waited } from '../bench.ts';
import type { Fault } from '../misbehave.ts';
import { startPoorLine } from '../poor-line.ts';

const LINE = { latencyMs: 400, jitterMs: 300, bytesPerSecond: 10_000, sliceBytes: 100 };
const LIMIT_MS = 1_000;

/** A line that is slow, but whole. */
export const POOR_LINE: readonly Case[] = [
  {
    id: 'F52',
    what: '400 ms more or less 300 each way, 10 kB a second in pieces of 100 bytes: all calls succeed; one that takes longer than its limit ends there, 200 ms later at most',
    alone: true,
    run: async (bench) => {
      await bench.script({ api: [...times(4, answerOf(5_000)), answerOf(50_000)] });
      const line = await startPoorLine(Number(new URL(bench.url).port), LINE);
      const client = connect(line);
      try {
        const answers = await Promise.all(times(4, client).map((one) => call(one)));
        assert.deepEqual(answers, times(4, { data: 'x'.repeat(5_000) }));
        const startedAt = performance.now();
        const error = await failure(call(client, { timeoutMs: LIMIT_MS }));
        const tookMs = performance.now() - startedAt;
        assert.ok(error instanceof TimeoutError && error.limitMs === LIMIT_MS, error.name);
        // The whole answer would take five seconds.
        waited(tookMs, LIMIT_MS, LIMIT_MS + 200);
        await seen(bench, { token: 1, api: 5 });
        return `ended after ${Math.round(tookMs)} ms with a limit of ${LIMIT_MS} ms`;
      } finally {
        client.close();
        await line.close();
      }
    },
  },
];

const answerOf = (bytes: number): Fault => ({
  kind: 'body',
  text: JSON.stringify({ data: 'x'.repeat(bytes) }),
});
