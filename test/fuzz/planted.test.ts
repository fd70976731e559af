import { describe, expect, it } from 'vitest';
import { sourcesWith } from '../faults/planted-core.ts';
import { FUZZ_PLANTED } from './planted.ts';

describe('the faults that `npm run test:fuzz -- --planted` seeds', () => {
  it.each(FUZZ_PLANTED)('$id: finds the text that it changes once in the source', (planted) =>
    expect(sourcesWith(planted).get(planted.file)).toContain(planted.to),
  );
});
