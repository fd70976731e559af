import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { more, saw, say, table } from '../../examples/tour/print.ts';

let lines: string[] = [];

beforeEach(() => {
  lines = [];
  vi.spyOn(console, 'log').mockImplementation((line: string) => lines.push(line));
});

afterEach(() => {
  vi.restoreAllMocks();
});

it('fills lines up to 80 columns, and indents what follows', () => {
  saw(`${'x'.repeat(38)} ${'y'.repeat(38)} z`);
  expect(lines).toEqual([` · ${'x'.repeat(38)} ${'y'.repeat(38)}`, '   z']);
});

it('cuts a word that has no room on any line', () => {
  for (const print of [say, saw, more]) print(`see https://example.com/${'x'.repeat(200)}`);
  expect(lines.filter((line) => line.length > 80)).toEqual([]);
  expect(lines.join('').replaceAll(/\s/g, '').match(/x/g)).toHaveLength(3 * (200 + 1));
});

it('gives each column of a table the room of its widest line', () => {
  table([
    [['a'], ['bbb', 'b'], ['c']],
    [['aaaa', 'a'], ['b'], ['c']],
  ]);
  expect(lines).toEqual([' a     bbb  c', '       b', ' aaaa  b    c', ' a']);
});
