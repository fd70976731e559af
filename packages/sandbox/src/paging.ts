import type { Fields, Operation } from './documents.js';
import type { ApiRequest } from './server.js';

export interface Page {
  readonly index: number;
  readonly size: number;
  readonly total: number;
}

/** A list that cannot be paged through is one page. */
export function readPage({ parameters = [] }: Operation, query: string): Page {
  const sent = new URLSearchParams(query);
  const numberOf = (name: string, usual: number): number | undefined => {
    const declared = parameters.find((parameter) => parameter.name === name);
    return declared && Number(sent.get(name) ?? declared.schema?.default ?? usual);
  };
  const [index, size] = [numberOf('pageIndex', 0), numberOf('pageSize', DEFAULT_SIZE)];
  const isPaged = index !== undefined && size !== undefined;
  return isPaged ? { index, size, total: TOTAL } : { index: 0, size: ALL, total: ALL };
}

/** Only the fields of this version's model; a link to nowhere is null only where null is allowed. */
export function pageMetadata(
  { index, size, total }: Page,
  model: Fields,
  { origin, path, query }: ApiRequest,
): object {
  const totalPages = Math.ceil(total / size);
  const link = (pageIndex: number): string => {
    const target = new URLSearchParams(query);
    target.set('pageIndex', String(pageIndex));
    return `${origin}${path}?${target}`;
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

// Three pages of the usual size, the last one short: a pager that guesses will miss it.
const TOTAL = 57;
const DEFAULT_SIZE = 25;
const ALL = 3;
