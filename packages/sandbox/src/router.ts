import type { Operation } from './documents.js';

/** The operations of a path, whatever their method; two documents may have one in common. */
export type Router = (segments: readonly string[]) => readonly Operation[];

export function createRouter(operations: readonly Operation[]): Router {
  const byShape = new Map<string, Operation[]>();
  for (const operation of operations) {
    // The vendor names one parameter in two ways under one path, so only its place counts.
    const shape = operation.segments.map((s) => (isParameter(s) ? '{}' : s)).join('/');
    byShape.set(shape, [...(byShape.get(shape) ?? []), operation]);
  }
  // Static segments come first: `{` is behind every character that they hold.
  const shapes = [...byShape.keys()].sort();
  return (segments) =>
    byShape.get(shapes.find((shape) => fits(shape.split('/'), segments)) ?? '') ?? [];
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

function isHostile(segment: string): boolean {
  const isDots = (part: string): boolean => part === '.' || part === '..';
  return [...segment].some((c) => c < ' ' || c === '\x7f') || segment.split(/[/\\]/).some(isDots);
}
