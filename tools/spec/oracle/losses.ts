import type { Node } from 'oxc-parser';
import { type Declarations, nameOf, partsOf, type Slot, type TypeNode } from './declarations.ts';

/** Something of the old declarations that a user's code can no longer use. */
export interface Break {
  readonly kind: 'group' | 'key' | 'member' | 'method' | 'name' | 'parameters' | 'result' | 'type';
  /** `group.method`, or a place in a type: `Offer.status`. */
  readonly at: string;
  readonly message: string;
}

/** Users write what is sent and read what is received. */
export type Direction = 'received' | 'sent';

type Types = Declarations['types'];
type Rule = (old: Member, now: Member) => boolean;
type Find = (before: Slot, after: Slot, at: string) => Break[];

/** A member of a union, names followed. */
interface Member {
  /** Of a literal: its type. */
  readonly kind: string;
  readonly name?: string | undefined;
  readonly value?: unknown;
  readonly parts?: ReadonlyMap<string, TypeNode>;
  /** `string & {}`: any string, beside the known ones. */
  readonly isOpen?: boolean;
}

/** What code may name and the new declarations lack although types are assignable: both are walked in lock-step. */
export const lossesBetween = (old: Declarations, now: Declarations): Break[] => {
  const sent = finder(old.types, now.types, true);
  const received = finder(old.types, now.types, false);
  return [
    ...[...old.names].filter((name) => !now.names.has(name)).map(lostName),
    ...commonTypes(old, now).flatMap(([name, direction]) => {
      const find = direction === 'sent' ? sent : received;
      return find(old.types.get(name), now.types.get(name), name);
    }),
    ...commonMethods(old, now).flatMap((at) => [
      ...sent(old.sent.get(at), now.sent.get(at), at),
      ...received(old.received.get(at), now.received.get(at), at),
    ]),
  ];
};

const loss = (kind: Break['kind'], at: string, what: string): Break => {
  return { kind, at, message: `${what} is gone.` };
};

const lostName = (full: string): Break => {
  const [what = '', name = ''] = full.split(' ');
  return loss(what === 'group' || what === 'method' ? what : 'name', name, `The ${what}`);
};

/** `group.method` of the operations that both have. */
export const commonMethods = (old: Declarations, now: Declarations): string[] =>
  [...old.sent.keys()].filter((method) => now.sent.has(method));

/** Types that both export, once for each way in which the old operations use them. */
export const commonTypes = (old: Declarations, now: Declarations): [string, Direction][] => {
  const sent = namesBelow([...old.sent.values()], old.types);
  const received = namesBelow([...old.received.values()], old.types);
  const usageOf = (name: string): Direction[] => {
    const alias = nameOf(old.types.get(name));
    if (sent.has(name)) return received.has(name) ? ['received', 'sent'] : ['sent'];
    // What no operation leads to is the body of an error, or a second name of a type.
    return alias === undefined || received.has(name) ? ['received'] : usageOf(alias);
  };
  const common = [...old.types.keys()].filter((name) => now.types.has(name));
  return common.flatMap((name) => usageOf(name).map((one): [string, Direction] => [name, one]));
};

/** Names of all types that some pieces of the syntax tree lead to. */
const namesBelow = (roots: readonly unknown[], types: Types): Set<string> => {
  const found = new Set<string>();
  const visit = (node: unknown): void => {
    if (typeof node !== 'object' || node === null) return;
    Object.values(node).forEach(visit);
    const name = 'typeName' in node ? nameOf(node as TypeNode) : undefined;
    if (name === undefined || found.has(name)) return;
    found.add(name);
    visit(types.get(name));
  };
  roots.forEach(visit);
  return found;
};

const finder = (oldTypes: Types, newTypes: Types, isSent: boolean): Find => {
  const compared = new Map<Slot, Set<Slot>>();
  const hasSameName: Rule = ({ name }, now) =>
    name !== undefined &&
    now.name !== undefined &&
    [name, nameOf(newTypes.get(name))].includes(now.name);

  const find: Find = (before, after, place) => {
    // Types are recursive: what was compared once is not compared again.
    const afters = compared.get(before) ?? new Set();
    if (afters.has(after)) return [];
    compared.set(before, afters.add(after));
    const [olds, news] = [membersOf(before, oldTypes), membersOf(after, newTypes)];
    if (isSent && news.some(({ kind }) => kind === 'unknown')) return [];
    const matches = matched(olds, news, [hasSameName, hasSameKeys, isSameKind]);
    return olds.flatMap((old) => {
      // What is sent may have the keys of any member of a union.
      const others = isSent ? news.filter((one) => isSameKind(old, one)) : [];
      const targets = [matches.get(old), ...others].flatMap((one) => one?.parts ?? []);
      if (!old.parts || targets.length === 0)
        return isKept(old, olds, news, isSent) ? [] : [loss('member', place, shown(old))];
      return [...old.parts].flatMap(([step, part]) => {
        const at = (old.name ?? place) + step;
        const next = targets.find((one) => one.has(step))?.get(step);
        return next ? find(part, next, at) : [loss('key', at, 'The key')];
      });
    });
  };
  return find;
};

const membersOf = (type: Slot, types: Types): Member[] => {
  if (!type) return [];
  const ofEach = (parts: readonly TypeNode[]): Member[][] =>
    parts.map((one) => membersOf(one, types));
  switch (type.type) {
    case 'TSNeverKeyword':
      return [];
    case 'TSParenthesizedType':
    case 'TSTypeOperator':
      return membersOf(type.typeAnnotation, types);
    case 'TSUnionType':
      return ofEach(type.types).flat();
    case 'TSIntersectionType':
      return ofEach(type.types).reduce(intersected);
    case 'TSTypeReference': {
      const name = nameOf(type) ?? '';
      const members = types.has(name) ? membersOf(types.get(name), types) : [{ kind: name }];
      return members.length === 1 ? members.map((one) => ({ name, ...one })) : members;
    }
    case 'TSLiteralType': {
      const value = literalOf(type.literal);
      return [{ kind: typeof value, value }];
    }
    case 'TSArrayType':
    case 'TSInterfaceBody':
    case 'TSTypeLiteral':
      return [{ kind: type.type === 'TSArrayType' ? 'array' : 'object', parts: partsOf(type) }];
    default:
      return [{ kind: type.type.replace(/^TS|Keyword$/g, '').toLowerCase() }];
  }
};

/** `string & {}` keeps an enum open; objects become one. */
const intersected = (ones: readonly Member[], twos: readonly Member[]): Member[] =>
  ones.flatMap((one) =>
    twos.map((two) =>
      one.parts && two.parts
        ? { kind: one.kind, parts: new Map([...one.parts, ...two.parts]) }
        : { ...one, isOpen: true },
    ),
  );

const literalOf = (node: Node): unknown => {
  if (node.type === 'UnaryExpression') return -Number(literalOf(node.argument));
  return 'value' in node ? node.value : node.type;
};

/** Finds the partner of each member that has parts, by the first rule that gives one. */
const matched = (olds: Member[], news: Member[], rules: Rule[]): Map<Member, Member> => {
  const matches = new Map<Member, Member>();
  for (const rule of rules)
    for (const old of olds)
      for (const now of news) {
        const isFree = !matches.has(old) && ![...matches.values()].includes(now);
        if (isFree && old.parts && now.parts && rule(old, now)) matches.set(old, now);
      }
  return matches;
};

const isSameKind: Rule = (one, two) => one.kind === two.kind;
const hasSameKeys: Rule = (one, two) => keysOf(one) === keysOf(two);
const keysOf = ({ parts }: Member): string => JSON.stringify([...(parts?.keys() ?? [])].sort());

/** Is a member that has no parts or partner still there, or does assignability tell of it? */
const isKept = (old: Member, olds: Member[], news: Member[], isSent: boolean): boolean => {
  const { kind, value } = old;
  const wholes = news.filter((one) => one.kind === kind && !one.parts && one.value === undefined);
  if (value === undefined) {
    const isReplaced = news.some((one) => !olds.some((two) => isSameKind(one, two)));
    return isSent || isReplaced || wholes.length > 0 || /^(?:null|undefined|unknown)$/.test(kind);
  }
  const isCovered = wholes.some(({ isOpen }) => !isOpen) && (isSent || kind === 'boolean');
  return isCovered || news.some((one) => one.value === value);
};

const shown = ({ kind, name, value }: Member): string =>
  value === undefined ? (name ?? kind) : JSON.stringify(value);
