import { expect, it } from 'vitest';
import { sourcesWith } from '../faults/planted-core.ts';
import { RULES } from './judge.ts';
import { PLANTED } from './planted.ts';

it.each(PLANTED)(
  'the fault $id finds its text in core, and breaks a rule that there is',
  (fault) => {
    expect(sourcesWith(fault).get(fault.file)).toContain(fault.to);
    expect(RULES.map(({ what }) => what)).toContain(fault.breaks);
  },
);
