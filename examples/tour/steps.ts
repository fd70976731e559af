import { consent } from './consent.ts';
import { forbidden, wrongGrant, wrongSecret } from './errors.ts';
import { everyday } from './everyday.ts';
import { tokens } from './generations.ts';
import { expiry, herd } from './load.ts';
import type { Step } from './step.ts';

export const STEPS: readonly Step[] = [
  tokens,
  everyday,
  consent,
  herd,
  expiry,
  wrongSecret,
  wrongGrant,
  forbidden,
];
