import { begin, keyOf, moves, type Setting, type World } from './token-world.js';

/** What exploring found. */
export interface Exploration {
  readonly states: number;
  /** Faults, each with the length of the shortest way to it. */
  readonly faults: ReadonlyMap<string, number>;
}

/** Tries every order of events, breadth first, until `most` different worlds were seen. */
export const explore = (setting: Setting, most: number): Exploration => {
  const seen = new Set<string>();
  const faults = new Map<string, number>();
  let frontier: World[] = [begin(setting)];
  for (let depth = 1; frontier.length > 0 && seen.size < most; depth += 1) {
    const next: World[] = [];
    for (const world of frontier.flatMap((one) => moves(setting, one))) {
      for (const fault of world.faults) if (!faults.has(fault)) faults.set(fault, depth);
      const key = keyOf(world);
      if (world.faults.length > 0 || seen.has(key)) continue;
      seen.add(key);
      next.push(world);
    }
    frontier = next;
  }
  return { states: seen.size, faults };
};
