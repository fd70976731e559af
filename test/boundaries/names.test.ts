import { describe, expect, it } from 'vitest';
import { snapshotOf } from '../../tools/spec/generate/names.ts';
import { entryPoints, publicNames } from './entry-points.js';

/*
 * The public names of each entry point, types included, as they are emitted. A change of this
 * snapshot is a change for users: a name that goes is a break. Update it with: npx vitest run -u
 */

describe('public names', () => {
  it.each(entryPoints)('of $name', async (entryPoint) => {
    const names = publicNames(entryPoint);
    expect(names.length).toBeGreaterThan(2);
    await expect(snapshotOf(names)).toMatchFileSnapshot(
      `names/${entryPoint.name.replace('@criteo-sdk/', '').replace('/', '-')}.txt`,
    );
  });
});
