import type { OperationModel } from '../model.ts';
import { VERSION_SEGMENT } from './policies.ts';

/** What tells an operation from others. */
export type Route = Pick<OperationModel, 'method' | 'operationId' | 'path'>;

export interface Matches<T extends Route = OperationModel> {
  /** Operations of both versions. */
  readonly both: readonly (readonly [old: T, fresh: T])[];
  readonly removed: readonly T[];
  readonly added: readonly T[];
}

/** Operations are the same by method and path, without the version and names of parameters; then by operationId. */
export const matchOperations = <T extends Route>(
  old: readonly T[],
  fresh: readonly T[],
): Matches<T> => {
  const both: (readonly [T, T])[] = [];
  const taken = new Set<T>();
  let left = [...old];
  for (const keyOf of [exactKey, pathKey, idKey]) {
    left = left.filter((operation) => {
      const key = keyOf(operation);
      const found = fresh.find((other) => !taken.has(other) && keyOf(other) === key);
      if (found === undefined) return true;
      taken.add(found);
      both.push([operation, found]);
      return false;
    });
  }
  const order = new Map(old.map((operation, index) => [operation, index]));
  return {
    both: both.sort(([a], [b]) => (order.get(a) ?? 0) - (order.get(b) ?? 0)),
    removed: left,
    added: fresh.filter((operation) => !taken.has(operation)),
  };
};

/** The path without the version in front. */
export const versionless = (path: string): string => path.replace(VERSION_SEGMENT, '');

const exactKey = ({ method, path }: Route): string => `${method} ${path}`;

const pathKey = ({ method, path }: Route): string =>
  `${method} ${versionless(path).replace(/\{[^}]*\}/g, '{}')}`;

// Two that have none are not the same for it.
const idKey = (route: Route): string => route.operationId || exactKey(route);
