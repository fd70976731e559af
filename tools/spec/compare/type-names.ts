import type { Shape } from '../generate/shape.ts';
import { namesIn } from '../generate/types.ts';
import { type Book, type Meeting, meetingKey } from './book.ts';
import type { Finding } from './compare.ts';
import type { ModelShape } from './compare-shapes.ts';
import { type Kind, levelOf } from './policies.ts';
import type { Side } from './side.ts';

/** Exported types that are gone, and what stands in the place of each. */
export const renamesAmong = (
  meetings: Book['meetings'],
  old: Side,
  fresh: Side,
): Map<string, string> => {
  const votes = new Map<string, Map<string, number>>();
  for (const { fresh: other, old: one } of meetings.values()) {
    if (fresh.exported.get(one.name)?.name === one.name) continue;
    // A name that was there before means something of its own, unless both mean the same.
    const before = old.exported.get(other.name)?.name ?? one.name;
    if (before !== one.name && !isClean(meetings, one, other)) continue;
    const own = votes.get(one.name) ?? new Map<string, number>();
    votes.set(one.name, own.set(other.name, (own.get(other.name) ?? 0) + 1));
  }
  // The one that stands in its place most often takes the name over.
  const best = [...votes].map(([name, own]): [string, string] => {
    const [first = ''] = [...own].sort(([a, n], [b, m]) => m - n || (a < b ? -1 : 1))[0] ?? [];
    return [name, first];
  });
  return new Map(best);
};

const isClean = (meetings: Book['meetings'], old: ModelShape, fresh: ModelShape): boolean => {
  const seen = new Set<string>();
  const clean = (keys: Iterable<string>): boolean =>
    [...keys].every((key) => {
      if (seen.has(key)) return true;
      seen.add(key);
      const meeting = meetings.get(key);
      return meeting === undefined || (meeting.differences.length === 0 && clean(meeting.inner));
    });
  return clean(
    (['request', 'response'] as const).map((direction) =>
      meetingKey(old.name, fresh.name, { direction }),
    ),
  );
};

/** Findings with what happened to exported names: told by the finding that took them along, or alone. */
export const withTypes = (
  findings: readonly Finding[],
  meetings: Iterable<Meeting>,
  old: Side,
  fresh: Side,
  renames: ReadonlyMap<string, string>,
  isAliased: (name: string) => boolean,
): Finding[] => {
  const lost = [...old.exported.keys()].filter((name) => !fresh.exported.has(name));
  const told = new Set(renames.keys());
  const holding = findings.map((finding) => {
    const { gone } = finding.difference;
    if (finding.level !== 'major' || gone === undefined) return finding;
    const below = namesBelow(gone, old);
    const types = lost.filter((name) => below.has(name) && !told.has(name));
    for (const name of types) told.add(name);
    return { ...finding, types };
  });
  const renamed = [...renames].map(([name, other]) =>
    isAliased(name)
      ? typeFinding('type-aliased', name, `is called \`${other}\` now; the old name is an alias`)
      : typeFinding('type-renamed', name, `is called \`${other}\` now`),
  );
  const alone = lost
    .filter((name) => !told.has(name))
    .map((name) => {
      const { name: real = name } = old.exported.get(name) ?? {};
      return real === name
        ? typeFinding('type-removed', name, 'is gone')
        : typeFinding('alias-removed', name, `is gone; it was an alias of \`${real}\``);
    });
  const known = new Set([...old.exported.keys(), ...renames.values()]);
  const added = [...fresh.exported.keys()]
    .filter((name) => !known.has(name))
    .map((name) => typeFinding('type-added', name, 'is new'));
  const moved = new Set([...lost, ...renames.keys(), ...added.map(({ type }) => type ?? '')]);
  const kept = holding.filter(
    ({ difference, kind }) =>
      kind !== 'type-replaced' ||
      ![difference.old, difference.fresh].some((shape) =>
        shape ? namesIn(shape).some((name) => moved.has(name)) : false,
      ),
  );
  return [...kept, ...replacedAmong(meetings, old, fresh), ...renamed, ...alone, ...added];
};

// Two names that both stay, one in the place of the other, and no alias of it.
const replacedAmong = (meetings: Iterable<Meeting>, old: Side, fresh: Side): Finding[] =>
  [...meetings].flatMap(({ fresh: other, old: one }) =>
    one.name !== other.name &&
    ![one.name, undefined].includes(old.exported.get(other.name)?.name) &&
    ![other.name, undefined].includes(fresh.exported.get(one.name)?.name)
      ? [typeFinding('type-replaced', one.name, `gave its place to \`${other.name}\``)]
      : [],
  );

const typeFinding = (kind: Kind, type: string, message: string): Finding => ({
  kind,
  level: levelOf(kind, 'response'),
  type,
  message: `\`${type}\` ${message}.`,
  methods: [],
  types: kind === 'type-removed' || kind === 'alias-removed' ? [type] : [],
  difference: {
    kind,
    place: { owner: type, successor: type, keys: [], direction: 'response' },
    message,
  },
});

const namesBelow = (shape: Shape, side: Side, seen = new Set<string>()): Set<string> => {
  for (const name of namesIn(shape)) {
    const model = side.exported.get(name);
    if (seen.has(name) || model === undefined) continue;
    seen.add(name);
    namesBelow({ ...side.objectOf(model), nullable: false, source: {} }, side, seen);
  }
  return seen;
};
