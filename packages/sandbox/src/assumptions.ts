import { isTokenOperation, type Operation } from './documents.js';
import { ASSUMPTIONS, type Assumption } from './public-types.js';
import type { ApiAnswer } from './server.js';

export type Flips = ReadonlySet<Assumption>;

export function readFlips(flip: readonly Assumption[] = []): Flips {
  const unknown = flip.find((id) => !ASSUMPTIONS.includes(id));
  if (unknown === undefined) return new Set(flip);
  throw new TypeError(`flip: '${unknown}' is none of ${ASSUMPTIONS.join(', ')}`);
}

/** The flips that change how an answer looks, not what is decided. */
export function disguise(answer: ApiAnswer, flips: Flips, operation?: Operation): ApiAnswer {
  const { status, body, contentType } = answer;
  if (status >= 400 && body === undefined && flips.has('v1-error-bodies'))
    return { ...answer, contentType: 'text/html', body: '<!DOCTYPE html><title>Error</title>' };
  // A file is bytes, of which its checksum has to be true.
  if (contentType === undefined || typeof body !== 'string') return answer;
  const isText = operation && isTokenOperation(operation) && flips.has('token-content-type');
  return {
    ...answer,
    contentType: isText ? 'text/plain' : contentType,
    ...(flips.has('extra-fields') && { body: widened(body) }),
  };
}

function widened(text: string): string {
  const extra = { sandboxExtra: true };
  return text.startsWith('{')
    ? JSON.stringify({ ...(JSON.parse(text) as object), ...extra })
    : text;
}
