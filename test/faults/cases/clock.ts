import assert from 'node:assert/strict';
import { setTimeout as sleep } from 'node:timers/promises';
import { memoryStore, systemClock } from '@criteo-sdk/retailmedia';
import {
  type Case,
  call,
  connect,
  keyOf,
  listeningClock,
  movableClock,
  recordOf,
  seen,
  times,
} from '../bench.ts';

const HOUR_MS = 3_600_000;
const TEN_MINUTES_MS = 600_000;

/** Clocks that jump, stand still, or are wrong. */
export const CLOCK: readonly Case[] = [
  {
    id: 'F54',
    what: 'the wall clock goes back or ahead by an hour: no token request; at most one; never a loop',
    run: async (bench) => {
      const clock = movableClock();
      const client = connect(bench, { clock });
      await call(client);
      for (const [ms, most] of [
        [-HOUR_MS, 1],
        [HOUR_MS, 1],
        [HOUR_MS, 2],
        [-HOUR_MS, 2],
      ] as const) {
        clock.jump(ms);
        for (let i = 0; i < 10; i += 1) await call(client);
        const { token } = await bench.counts();
        assert.ok(token.length <= most, `${token.length} token calls after ${ms} ms`);
      }
    },
  },
  {
    id: 'F55',
    what: 'the machine sleeps for two hours: one new token before the next request, no 401',
    run: async (bench) => {
      await bench.script({ life: { announcedS: 900, realMs: 900_000 } });
      const clock = movableClock();
      const client = connect(bench, { clock });
      await call(client);
      clock.jump(2 * HOUR_MS);
      await bench.revoke();
      await Promise.all(times(20, client).map((one) => call(one)));
      await seen(bench, { token: 2, api: 21 });
      assert.equal((await bench.counts()).refused, 0);
    },
  },
  {
    id: 'F56',
    what: 'a stored token of a machine ten minutes ahead or behind: used for its life at most; at worst one 401',
    run: async (bench) => {
      for (const [aheadMs, lastsMs] of [
        [TEN_MINUTES_MS, 890_000],
        [-TEN_MINUTES_MS, 290_000],
      ] as const) {
        const before = await bench.counts();
        const clock = movableClock();
        const store = memoryStore();
        await keyOf(bench, store, recordOf(Date.now() + aheadMs), { kind: 'client', subject: '' });
        const client = connect(bench, { store, clock: both(clock) });
        await call(client);
        await seen(bench, { token: before.token.length }, 'while it lasts');
        clock.jump(lastsMs);
        for (let i = 0; i < 5; i += 1) await call(client);
        await seen(bench, { token: before.token.length + 1 }, 'after its life');
      }
      await bench.script({ life: { announcedS: 900, realMs: 900_000 } });
      const before = await bench.counts();
      const store = memoryStore();
      await keyOf(bench, store, recordOf(Date.now()), { kind: 'client', subject: '' });
      const client = connect(bench, { store });
      for (let i = 0; i < 5; i += 1) await call(client);
      await seen(bench, { token: before.token.length + 1 }, 'when the API refuses it');
      assert.equal((await bench.counts()).refused, 1);
    },
  },
  {
    id: 'F57',
    what: 'after 2038, a token for 68 years, a limit longer than a timer can be: no timer fires at once',
    run: async (bench) => {
      const listening = listeningClock();
      const clock = { ...listening, now: () => 2 ** 31 * 1_000 + systemClock.now() };
      await bench.script({
        token: [{ kind: 'set-fields', fields: { expires_in: 2 ** 31 } }],
        api: [{ kind: 'ok', delayMs: 200 }],
      });
      const client = connect(bench, { clock });
      await call(client, { timeoutMs: 2 ** 31 + 1_000 });
      const needed = listening.asked.length;
      for (let i = 0; i < 5; i += 1) await call(client);
      await sleep(200);
      await seen(bench, { token: 1, api: 6 });
      const timers = listening.asked.length;
      assert.ok(needed <= 8 && timers <= needed + 12, `${needed} and ${timers} timers`);
    },
  },
  {
    id: 'F58',
    what: 'a token that lives one second: every call succeeds, at most two token requests a second',
    run: async (bench) => {
      await bench.script({ life: { announcedS: 1, realMs: 1_000 } });
      const client = connect(bench);
      const startedAt = performance.now();
      while (performance.now() - startedAt < 3_000) {
        await call(client);
        await sleep(20);
      }
      const { refused, token } = await bench.counts();
      const most = 2 * Math.ceil((performance.now() - startedAt) / 1_000);
      assert.ok(token.length >= 3 && token.length <= most, `${token.length} token calls`);
      assert.equal(refused, 0);
    },
  },
];

/** The clock whose monotonic half moves along: time really passes. */
const both = (clock: ReturnType<typeof movableClock>): typeof systemClock => ({
  ...clock,
  monotonic: () => systemClock.monotonic() + clock.now() - systemClock.now(),
});
