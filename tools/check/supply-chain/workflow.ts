import { parse } from 'yaml';
import type { TextFile } from './project.ts';

export interface Step {
  readonly uses?: string;
  readonly run?: string;
  readonly with?: Readonly<Record<string, unknown>>;
  readonly env?: Readonly<Record<string, unknown>>;
}

/** The image alone, or with its settings. */
type Container = string | { readonly image: string };

interface Job {
  readonly permissions?: unknown;
  readonly container?: Container;
  readonly services?: Readonly<Record<string, Container>>;
  readonly environment?: unknown;
  readonly env?: Readonly<Record<string, unknown>>;
  readonly steps?: readonly Step[];
  readonly 'timeout-minutes'?: unknown;
}

export interface Workflow extends TextFile {
  readonly on: unknown;
  readonly permissions: unknown;
  readonly jobs: readonly (Job & { readonly name: string; readonly steps: readonly Step[] })[];
}

export type WorkflowJob = Workflow['jobs'][number];

interface Written {
  readonly on: unknown;
  readonly permissions?: unknown;
  readonly jobs?: Readonly<Record<string, Job>>;
}

export const readWorkflow = ({ path, text }: TextFile): Workflow => {
  const { jobs = {}, on, permissions } = parse(text) as Written;
  const named = Object.entries(jobs).map(([name, job]) => ({ steps: [], ...job, name }));
  return { path, text, on, permissions, jobs: named };
};
