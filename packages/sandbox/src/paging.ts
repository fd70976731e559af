import type { Fields, Operation, Schema } from './documents.js';
import type { ApiRequest } from './server.js';

export interface Page {
  readonly index: number;
  readonly size: number;
  readonly total: number;
}

/** A list that cannot be paged through is one page. */
export function readPage({ query }: Operation, sent: string): Page | 'invalid' {
  const { pageIndex, pageSize } = query;
  if (!pageIndex || !pageSize) return { index: 0, size: LIST_LENGTH, total: LIST_LENGTH };
  const params = new URLSearchParams(sent);
  const index = readNumber(params.get('pageIndex'), pageIndex, 0, 0);
  const size = readNumber(params.get('pageSize'), pageSize, DEFAULT_SIZE, 1);
  return index === undefined || size === undefined ? 'invalid' : { index, size, total: TOTAL };
}

/** Only the fields of this version's model; a link to nowhere is null only where null is allowed. */
export function pageMetadata(
  { index, size, total }: Page,
  model: Fields,
  request: ApiRequest,
): object {
  const totalPages = Math.ceil(total / size);
  const link = (pageIndex: number): string => {
    const query = new URLSearchParams(request.query);
    query.set('pageIndex', String(pageIndex));
    return `${request.origin}${request.path}?${query}`;
  };
  const all = {
    totalItemsAcrossAllPages: total,
    currentPageIndex: index,
    currentPageSize: size,
    totalPages,
    nextPage: index + 1 < totalPages ? link(index + 1) : null,
    previousPage: index > 0 ? link(index - 1) : null,
  };
  const stands = ([name, value]: [string, unknown]): boolean =>
    name in model && (value !== null || model[name]?.nullable === true);
  return Object.fromEntries(Object.entries(all).filter(stands));
}

const LIST_LENGTH = 3;
// Three pages of the usual size, the last one short: a pager that guesses will miss it.
const TOTAL = 57;
const DEFAULT_SIZE = 25;

function readNumber(
  sent: string | null,
  { minimum, maximum, default: usual }: Schema,
  fallback: number,
  least: number,
): number | undefined {
  const value = sent === null ? Number(usual ?? fallback) : Number(sent || Number.NaN);
  const isInRange = value >= (minimum ?? least) && value <= (maximum ?? 2 ** 31);
  return Number.isInteger(value) && isInRange ? value : undefined;
}
