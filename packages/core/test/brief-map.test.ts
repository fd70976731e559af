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
