import {
  compareObjects,
  type Difference,
  type ModelShape,
  type Place,
  type Rules,
  sayings,
} from './compare-shapes.ts';
import { highest, type Level, levelOf } from './policies.ts';
import type { Side } from './side.ts';

/** Differences as they are found, each with the methods that reach it. */
export interface Book {
  add(method: string, differences: readonly Difference[]): void;
  /** Rules for what a method sends and gets. */
  rulesFor(method: string): Rules;
  readonly meetings: ReadonlyMap<string, Meeting>;
  /** Each root cause once. */
  causes(): readonly Cause[];
}

export interface Cause {
  readonly difference: Difference;
  readonly methods: ReadonlySet<string>;
}

/** Two exported types that stood at one place. */
export interface Meeting {
  readonly old: ModelShape;
  readonly fresh: ModelShape;
  /** Where they met first. */
  readonly place: Place;
  readonly differences: readonly Difference[];
  readonly inner: ReadonlySet<string>;
}

export const createBook = (old: Side, fresh: Side): Book => {
  const roots = new Map<string, Set<string>>();
  const meetings = new Map<string, Meeting>();
  const causes = new Map<string, { difference: Difference; methods: Set<string> }>();

  const rulesInto = (inner: Set<string>): Rules => ({
    meet: (one, other, place) => {
      const key = meetingKey(one.name, other.name, place);
      inner.add(key);
      if (meetings.has(key)) return;
      const next = new Set<string>();
      const meeting = { old: one, fresh: other, place, inner: next };
      meetings.set(key, { ...meeting, differences: [] });
      const { direction } = place;
      const at: Place = { owner: one.name, successor: other.name, keys: [], direction };
      const differences = [
        ...sayings(one.source, other.source, at),
        ...compareObjects(old.objectOf(one), fresh.objectOf(other), at, rulesInto(next)),
      ];
      meetings.set(key, { ...meeting, differences });
    },
    oldObject: old.objectOf,
    freshObject: fresh.objectOf,
  });

  // The same place met in two directions, or by two methods, is one cause; the worse level tells it.
  const enter = (method: string, difference: Difference): void => {
    const { isShared, kind, message, place } = difference;
    const key = JSON.stringify([kind, ...(isShared ? [] : [place.owner, place.keys]), message]);
    const cause = causes.get(key) ?? { difference, methods: new Set<string>() };
    const worst = highest([levelOfDifference(difference), levelOfDifference(cause.difference)]);
    const isTold = levelOfDifference(cause.difference) === worst;
    causes.set(key, {
      difference: isTold ? cause.difference : difference,
      methods: cause.methods.add(method),
    });
  };

  const reach = (method: string, keys: Iterable<string>, seen: Set<string>): void => {
    for (const key of keys) {
      if (seen.has(key)) continue;
      seen.add(key);
      const meeting = meetings.get(key);
      for (const difference of meeting?.differences ?? []) enter(method, difference);
      reach(method, meeting?.inner ?? [], seen);
    }
  };

  return {
    add: (method, differences) => {
      for (const difference of differences) enter(method, difference);
    },
    rulesFor: (method) => {
      const inner = roots.get(method) ?? new Set<string>();
      roots.set(method, inner);
      return rulesInto(inner);
    },
    meetings,
    causes: () => {
      for (const [method, keys] of roots) reach(method, keys, new Set());
      return [...causes.values()];
    },
  };
};

export const meetingKey = (
  old: string,
  fresh: string,
  { direction }: Pick<Place, 'direction'>,
): string => JSON.stringify([old, fresh, direction]);

export const levelOfDifference = ({ kind, place }: Difference): Level =>
  levelOf(kind, place.direction);
