import {
  type ApiDocument,
  type Fields,
  fieldsOf,
  type Operation,
  type Schema,
} from './documents.js';
import { own } from './own.js';
import type { ApiRequest } from './server.js';

/** The items of a page stand at `from` and on, but not at `until`. */
export interface Page {
  readonly from: number;
  readonly until: number;
  /** How many were asked for. */
  readonly size: number;
  readonly total: number;
}

/** Both ways of asking, by page or by item, as the parameters have it; a list without either is one page. */
export function readPage({ parameters = [] }: Operation, query: string): Page {
  const sent = new URLSearchParams(query);
  const numberOf = (name: string, usual: number): number | undefined => {
    const declared = parameters.find((parameter) => parameter.name === name);
    return declared && Number(sent.get(name) || (declared.schema?.default ?? usual));
  };
  const [index, pageSize] = [numberOf('pageIndex', 0), numberOf('pageSize', DEFAULT_SIZE)];
  const [offset, limit] = [numberOf('offset', 0), numberOf('limit', DEFAULT_LIMIT)];
  if (index !== undefined && pageSize !== undefined) return pageOf(index * pageSize, pageSize);
  if (offset !== undefined && limit !== undefined) return pageOf(offset, limit);
  return pageOf(0, ALL, ALL);
}

/** What an answer says about its page, in each place that its schema has for that. */
export function pageFields(
  { properties = {} }: Schema,
  document: ApiDocument,
  page: Page,
  request: ApiRequest,
): object {
  const said = ['meta', 'metadata'].map((place): [string, object] => [
    place,
    known(
      { ...countsOf(page), ...linksOf(page, request) },
      fieldsOf(own(properties, place), document),
    ),
  ]);
  return Object.fromEntries(said.filter(([, fields]) => Object.keys(fields).length > 0));
}

function pageOf(from: number, size: number, total = TOTAL): Page {
  return { from, until: Math.max(from, Math.min(from + size, total)), size, total };
}

/** Under the names of every model. */
function countsOf({ from, until, size, total }: Page): object {
  return {
    totalItemsAcrossAllPages: total,
    totalItems: total,
    count: total, // the model with a responseCount beside it tells which of the two it is
    responseCount: until - from,
    currentPageSize: size,
    limit: size,
    offset: from,
  };
}

function linksOf({ from, size, total }: Page, { origin, path, query }: ApiRequest): object {
  const index = Math.floor(from / size);
  const totalPages = Math.ceil(total / size);
  const link = (pageIndex: number): string => {
    const target = new URLSearchParams(query);
    target.set('pageIndex', String(pageIndex));
    return `${origin}${path}?${target}`;
  };
  return {
    currentPageIndex: index,
    totalPages,
    nextPage: index + 1 < totalPages ? link(index + 1) : null,
    previousPage: index > 0 ? link(index - 1) : null,
  };
}

/** Only the fields of this version's model; a link to nowhere is null only where null is allowed. */
function known(fields: object, model: Fields): object {
  const stands = ([name, value]: [string, unknown]): boolean =>
    Object.hasOwn(model, name) && (value !== null || own(model, name)?.nullable === true);
  return Object.fromEntries(Object.entries(fields).filter(stands));
}

// Three pages of the usual size, the last one short: a pager that guesses will miss it.
const TOTAL = 57;
// Where the schema has no default; the second figure is in the words of the documents.
const DEFAULT_SIZE = 25;
const DEFAULT_LIMIT = 50;
const ALL = 3;
