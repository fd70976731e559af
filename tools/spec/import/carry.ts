import { isDeepStrictEqual } from 'node:util';
import { parseDocument, type YAMLMap, type YAMLSeq } from 'yaml';
import { matchOperations, type Route } from '../compare/match.ts';
import { isObject, type JsonObject } from '../document.ts';
import { SpecError } from '../errors.ts';
import { aliasesOf } from '../generate/shape.ts';
import { METHODS, object } from '../model.ts';
import { applyOverlay, type OverlayAction } from '../overlay.ts';
import { quoted } from './propose.ts';

/*
 * An overlay for a new document, from the one of the document before: facts and words of operations
 * that match go along, what fits no more is left behind and told.
 */

export interface Carried {
  readonly actions: readonly OverlayAction[];
  /** The document with these actions applied. */
  readonly document: JsonObject;
  /** For each action the one that it was. */
  readonly origins: ReadonlyMap<OverlayAction, OverlayAction>;
  /** Targets that match nothing in the new document. */
  readonly left: readonly string[];
}

export interface CarryOptions {
  readonly actions: readonly OverlayAction[];
  /** The document that they were written for, as it was imported. */
  readonly old: JsonObject;
  readonly fresh: JsonObject;
  /** New names of schemas. @default none */
  readonly renames?: ReadonlyMap<string, string>;
  /** Do the old names of types that have been renamed earlier stay? They do within one version. */
  readonly keepsAliases: boolean;
}

export const carryActions = ({
  actions,
  old,
  fresh,
  renames = new Map(),
  keepsAliases,
}: CarryOptions): Carried => {
  const retarget = retargeting(old, fresh, renames);
  const origins = new Map<OverlayAction, OverlayAction>();
  const left: string[] = [];
  const isSchema = (name: string): boolean =>
    Object.hasOwn(object(object(fresh.components ?? {}).schemas ?? {}), name);
  let document = fresh;
  for (const action of actions) {
    // An alias that is a type's name again goes.
    if (isAliasing(action) && (!keepsAliases || aliasesIn(action).some(isSchema))) continue;
    const { names, write } = retarget(action.target);
    const at = (...some: string[]): OverlayAction => ({ ...action, target: write(some) });
    const kept = names.length === 1 ? names : names.filter((name) => applied(document, at(name)));
    const moved = at(...kept);
    const next = kept.length > 0 ? applied(document, moved) : undefined;
    if (next) {
      document = next;
      origins.set(moved, action);
    }
    const lost = names.filter((name) => next === undefined || !kept.includes(name));
    if (lost.length > 0) left.push(write(lost));
  }
  return { actions: [...origins.keys()], document, origins, left };
};

/** The document after an action, if that finds anything. */
const applied = (document: JsonObject, action: OverlayAction): JsonObject | undefined => {
  try {
    return applyOverlay(document, [action]);
  } catch (error) {
    if (error instanceof SpecError) return undefined;
    throw error;
  }
};

const isAliasing = ({ update }: OverlayAction): boolean =>
  typeof update === 'object' && update !== null && 'x-aliases' in update;

const aliasesIn = ({ update }: OverlayAction): string[] =>
  isObject(update) ? aliasesOf(update) : [];

/** A target that names one thing, or several in a list. */
interface Selector {
  readonly names: readonly string[];
  /** The target of some of these names. */
  readonly write: (names: readonly string[]) => string;
}

// $.paths['/a', '/b'].get or $.components.schemas.A
const NAMED =
  /^\$\.(paths|components\.schemas)(?:\.([\w$]+)|\[((?:'(?:[^'\\]|\\.)*'|,|\s)+)\])(?:\.(\w+))?/;

const retargeting = (
  old: JsonObject,
  fresh: JsonObject,
  renames: ReadonlyMap<string, string>,
): ((target: string) => Selector) => {
  const { both } = matchOperations(routesOf(old), routesOf(fresh));
  const paths = new Map(both.map(([one, other]) => [keyOf(one), other.path]));
  const pathOf = (path: string, method: string | undefined): string | undefined =>
    method !== undefined && METHODS.includes(method)
      ? paths.get(keyOf({ path, method: method.toUpperCase() }))
      : both.find(([one]) => one.path === path)?.[1].path;
  return (target) => {
    const [head, part, dotted, list = '', next] = NAMED.exec(target) ?? [];
    if (head === undefined) return { names: [''], write: () => target };
    const names = dotted === undefined ? namesIn(list) : [dotted];
    const moved = names.map((name) =>
      part === 'paths' ? (pathOf(name, next) ?? name) : (renames.get(name) ?? name),
    );
    const tail = `${next === undefined ? '' : `.${next}`}${target.slice(head.length)}`;
    return {
      names: moved,
      write: (some) =>
        isDeepStrictEqual(some, names)
          ? target
          : `$.${part}[${some.map(quoted).join(', ')}]${tail}`,
    };
  };
};

const namesIn = (list: string): string[] =>
  [...list.matchAll(/'((?:[^'\\]|\\.)*)'/g)].map(([, name = '']) => plain(name));

const plain = (name: string): string => name.replace(/\\(.)/g, '$1');

const keyOf = ({ method, path }: Pick<Route, 'method' | 'path'>): string => `${method} ${path}`;

const routesOf = (document: JsonObject): Route[] =>
  Object.entries(object(document.paths)).flatMap(([path, item]) =>
    Object.entries(object(item)).flatMap(([method, operation]) =>
      METHODS.includes(method)
        ? [
            {
              path,
              method: method.toUpperCase(),
              operationId: String(object(operation).operationId ?? ''),
            },
          ]
        : [],
    ),
  );

/** An overlay's text with other actions: those that stay keep their comments and their writing. */
export const rewriteOverlay = (
  text: string | undefined,
  title: string,
  before: readonly OverlayAction[],
  after: readonly OverlayAction[],
  origins: Carried['origins'],
): string => {
  const yaml = parseDocument(text ?? EMPTY);
  yaml.setIn(['info', 'title'], title);
  const list = yaml.get('actions') as YAMLSeq<YAMLMap>;
  const nodes = list.items;
  list.items = after.map((action) => {
    const origin = origins.get(action);
    const node = origin && nodes[before.indexOf(origin)];
    if (node === undefined) return yaml.createNode(action) as unknown as YAMLMap;
    if (node.get('target') !== action.target) node.set('target', action.target);
    return node;
  });
  return yaml.toString({ lineWidth: 0 });
};

const EMPTY = 'overlay: "1.0.0"\ninfo:\n  title: ""\n  version: "1.0.0"\nactions: []\n';
