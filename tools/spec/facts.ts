import { loadDocument } from './document.ts';
import { readModel } from './model.ts';
import type { SpecEntry } from './registry.ts';

/** What is known about one operation of one version; what is not known is null. */
export interface OperationFact {
  readonly product: string;
  readonly version: string;
  readonly operationId: string;
  readonly name: string;
  readonly group: string;
  readonly method: string;
  readonly path: string;
  readonly safeToRetry: boolean;
  readonly isRead: boolean;
  readonly rateClass: string;
  readonly paging: unknown;
  readonly job: unknown;
  readonly responseKinds: readonly string[];
  readonly scopes: readonly string[];
}

export const factsOf = (entry: SpecEntry): OperationFact[] =>
  readModel(loadDocument(entry)).operations.map((operation) => ({
    product: entry.product,
    version: entry.version,
    operationId: operation.operationId,
    name: operation.name,
    group: operation.group,
    method: operation.method,
    path: operation.path,
    safeToRetry: operation.safeToRetry,
    isRead: operation.isRead,
    rateClass: operation.rateClass,
    paging: operation.paging ?? null,
    job: operation.source['x-job'] ?? null,
    responseKinds: [operation.result.kind],
    scopes: operation.scopes,
  }));
