import type { LocalRegistry } from '../registry.ts';
import type { Project } from './project.ts';
import type { Transcript } from './transcript.ts';

/** What the parts of a rehearsal have in common. */
export interface Stage {
  /** All that is written is written below it. */
  readonly folder: string;
  readonly registry: LocalRegistry;
  readonly project: Project;
  readonly transcript: Transcript;
  /** A line on stderr, before something that takes its time. */
  readonly step: (what: string) => void;
}
