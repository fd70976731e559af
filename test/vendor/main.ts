import { rmSync } from 'node:fs';
import { determinismFacts } from './determinism.ts';
import { proveAll } from './harness.ts';
import { inPlaceFacts } from './in-place.ts';
import { interruptionFacts } from './interruption.ts';
import { newProject } from './project.ts';
import { sidewaysFacts } from './sideways.ts';
import { twoVersionFacts } from './two-versions.ts';

/*
 * A made-up second vendor, Acme, goes all the way: through the commands that a maintainer types, to
 * a package that a user compiles and calls. Needs Java.
 */

const root = newProject();
const { failed, passed } = await proveAll([
  ...twoVersionFacts(root),
  ...determinismFacts(root),
  ...sidewaysFacts(root),
  ...inPlaceFacts(root),
  ...interruptionFacts(root),
]);
rmSync(root, { recursive: true, force: true });
console.log(`${passed} passed, ${failed} failed`);
process.exitCode = failed === 0 ? 0 : 1;
