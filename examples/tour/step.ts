import type { Sandbox } from '@criteo-sdk/sandbox';

/** What one generation of the API showed. */
export interface Generation {
  readonly product: string;
  readonly version: string;
  /** The token operation that the server saw. */
  readonly operation: string | null;
  /** The type of its answer. */
  readonly model: string;
  /** Seconds that the token lives. */
  readonly lifetime: number;
  /** The grants that a client of this version takes. */
  readonly grants: readonly string[];
  /** When Criteo ended it. */
  readonly endedOn: string | null;
  /** A list call, and how much it gave. */
  readonly list: { readonly operation: string; readonly gave: string };
}

export interface Tour {
  readonly sandbox: Sandbox;
  readonly generations: Generation[];
}

export interface Step {
  readonly name: string;
  readonly title: string;
  /** Do the calls of this step count in the figures? Those that show errors do not. */
  readonly countsCalls: boolean;
  /** Throws if what it shows is not so; `broken` sabotages it. */
  run(tour: Tour, broken: boolean): Promise<void>;
}

export const check = (isSo: boolean, otherwise: string): void => {
  if (!isSo) throw new Error(otherwise);
};
