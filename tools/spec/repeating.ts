import { isTokenOperation, type OperationModel } from './model.ts';

/**
 * When a call is repeated after a lost response, as core decides it. `soon`: within
 * {@link SAFE_WRITE_MS}; `byGrant`: that of a token request.
 */
export type Repeating = 'always' | 'byGrant' | 'never' | 'soon';

export const repeatingOf = (operation: OperationModel): Repeating => {
  if (isTokenOperation(operation)) return 'byGrant';
  if (operation.isRead) return 'always';
  return operation.safeToRetry ? 'soon' : 'never';
};

/** How long after its first sending a write that is safe to retry may be repeated. */
export const SAFE_WRITE_MS = 10_000;
