export type { Assumption } from './assumptions.js';
export type { CallFilter, JournalEntry } from './journal.js';
export {
  type Budget,
  type Sandbox,
  type SandboxClock,
  type SandboxCredentials,
  type SandboxOptions,
  startSandbox,
} from './sandbox.js';
