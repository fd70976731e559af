export type { Assumption, CallFilter, JobEnd, JournalEntry } from './public-types.js';
export {
  type Budget,
  type Sandbox,
  type SandboxClock,
  type SandboxCredentials,
  type SandboxOptions,
  startSandbox,
} from './sandbox.js';
