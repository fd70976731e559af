import { stat } from 'node:fs';
import { setImmediate, setTimeout as sleep } from 'node:timers/promises';
import { expect, it } from 'vitest';
import { systemClock } from '../src/time.js';

/** Until long after a limit of 20 ms. Timers are looked at first afterwards. */
const standStill = async (meanwhile: () => void): Promise<void> => {
  await setImmediate();
  meanwhile();
  const until = performance.now() + 300;
  while (performance.now() < until);
  await sleep(50);
};

it('what arrived while the process stood still comes before a limit that ended meanwhile', async () => {
  const order: string[] = [];
  await standStill(() => {
    systemClock.after(20, () => order.push('the limit'));
    stat('.', () => order.push('what arrived'));
  });
  expect(order).toEqual(['what arrived', 'the limit']);
});

it('a limit that is taken back while it waits for that does not end anything', async () => {
  const order: string[] = [];
  await standStill(() =>
    stat(
      '.',
      systemClock.after(20, () => order.push('the limit')),
    ),
  );
  expect(order).toEqual([]);
});

it('a wait that is idle does not keep the process alive, and one that is not does', () => {
  const keeping = (): number =>
    process.getActiveResourcesInfo().filter((name) => name === 'Timeout').length;
  const before = keeping();
  const stops = [true, false, undefined].map((isIdle) => {
    const stop = systemClock.after(60_000, () => {}, isIdle);
    return { stop, kept: keeping() - before };
  });
  for (const { stop } of stops) stop();
  expect(stops.map(({ kept }) => kept)).toEqual([0, 1, 2]);
  expect(keeping()).toBe(before);
});
