import { describe, expect, it } from 'vitest';
import { EVERYDAY, everydayPage } from '../../tools/check/everyday.ts';
import { read } from './pages.ts';

describe('the table of lists, jobs and files', () => {
  it('is what the documents give (npx -c "node tools/check/everyday.ts --write")', () => {
    expect(read(EVERYDAY)).toBe(everydayPage());
  });

  it('has a line for each, and for nothing else', () => {
    const lines = everydayPage().split('\n');
    const counted = lines
      .filter((line) => /^\| \w+\/[\w-]+ \|/.test(line))
      .map((line) => line.split('|').slice(2, 5).map(Number));
    const named = lines.filter((line) => line.startsWith('| `'));
    expect(counted).toHaveLength(9);
    expect(counted.flat().reduce((sum, count) => sum + count)).toBe(named.length);
  });
});
