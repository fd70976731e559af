import type { Operation } from './documents.js';

/** Several documents may declare one method of one path (`POST /oauth2/token`), hence a list. */
export type Route = ReadonlyMap<string, readonly Operation[]>;

export type Router = (segments: readonly string[]) => Route | undefined;

export function createRouter(operations: readonly Operation[]): Router {
  const byShape = new Map<string, Map<string, Operation[]>>();
  for (const operation of operations) {
    // The vendor names one parameter in two ways under one path, so only its place counts.
    const shape = operation.segments.map((s) => (isParameter(s) ? '{}' : s)).join('/');
    const route = byShape.get(shape) ?? new Map<string, Operation[]>();
    byShape.set(
      shape,
      route.set(operation.method, [...(route.get(operation.method) ?? []), operation]),
    );
  }
  const routes = [...byShape]
    .map(([shape, route]) => ({ shape: shape.split('/'), route }))
    .sort((a, b) => staticFirst(a.shape, b.shape));
  return (segments) => routes.find(({ shape }) => fits(shape, segments))?.route;
}

/** Undefined for a path that no client should send: bad escapes, control characters, dot segments. */
export function decodePath(path: string): readonly string[] | undefined {
  if (!path.startsWith('/')) return undefined;
  try {
    const segments = path.slice(1).split('/').map(decodeURIComponent);
    return segments.some(isHostile) ? undefined : segments;
  } catch {
    return undefined;
  }
}

/** Keys lose case and separators: `{account-id}` and a field `accountId` mean the same. */
export function pathParameters(
  operation: Operation,
  segments: readonly string[],
): ReadonlyMap<string, string> {
  const named = operation.segments.map((s, i): [string, string] => [s, segments[i] ?? '']);
  return new Map(named.filter(([s]) => isParameter(s)).map(([s, value]) => [normalise(s), value]));
}

export function normalise(name: string): string {
  return name.replace(/[^A-Za-z0-9]/g, '').toLowerCase();
}

export function isParameter(segment: string): boolean {
  return segment.startsWith('{') && segment.endsWith('}');
}

function fits(shape: readonly string[], segments: readonly string[]): boolean {
  const same = (part: string, i: number): boolean =>
    part === '{}' ? segments[i] !== '' : part === segments[i];
  return shape.length === segments.length && shape.every(same);
}

function staticFirst(a: readonly string[], b: readonly string[]): number {
  const i = a.findIndex((part, at) => (part === '{}') !== (b[at] === '{}'));
  return i < 0 ? 0 : a[i] === '{}' ? 1 : -1;
}

function isHostile(segment: string): boolean {
  const isDots = (part: string): boolean => part === '.' || part === '..';
  return [...segment].some((c) => c < ' ' || c === '\x7f') || segment.split(/[/\\]/).some(isDots);
}
