import { expect, it } from 'vitest';
import { BriefMap } from '../src/brief-map.js';

it('a brief map is a map, and empty again when all was taken', () => {
  const map = new BriefMap<string | undefined>();
  expect([map.size, map.get(1), map.has(1), map.take(1)]).toEqual([0, undefined, false, undefined]);
  map.set(1, 'one');
  map.set(2, undefined);
  expect([map.size, map.get(1), map.has(2)]).toEqual([2, 'one', true]);
  expect([map.take(1), map.size, map.has(1)]).toEqual(['one', 1, false]);
  expect([map.take(2), map.size, map.has(2)]).toEqual([undefined, 0, false]);
  map.set(1, 'again');
  expect(map.get(1)).toBe('again');
});

it('a brief map gives up one of its values, or all of them in the order in which they came', () => {
  const map = new BriefMap<string>();
  expect([map.takeAll(undefined), map.takeAll(1), map.all()]).toEqual([[], [], []]);
  for (const key of [3, 1, 2]) map.set(key, `value ${key}`);
  expect([map.takeAll(1), map.takeAll(1)]).toEqual([['value 1'], []]);
  const left = map.all();
  expect(left).toEqual([
    [3, 'value 3'],
    [2, 'value 2'],
  ]);
  // Who is taken while all are looked at is still looked at.
  map.take(2);
  expect(left).toHaveLength(2);
  expect([map.takeAll(undefined), map.size, map.all()]).toEqual([['value 3'], 0, []]);
});
