import { type Need, transportOf } from './api.js';
import { ConfigError, ResponseError, type ResponseErrorReason } from './errors.js';
import type { Arguments, Call, CallOptions, PagedOperation, Paging } from './operation.js';
import { own, ownData, ownFields } from './own.js';

/** A method that lists something page by page. */
export type PagedMethod<P, R> = ((...args: Arguments<P>) => Call<R>) & {
  readonly operation: PagedOperation<P, R>;
};

/** What a page lists. */
export type Item<R> = R extends { readonly data?: readonly (infer I)[] | null } ? I : never;

export interface PagingOptions extends CallOptions {
  /** More pages than this are an error, so that nothing goes on for ever. @default 10000 */
  readonly maxPages?: number | undefined;
}

export interface Page<P, R> {
  readonly items: readonly Item<R>[];
  /** The whole body. */
  readonly data: R;
  /** Parameters of the next page: `paginate(method, page.next)` goes on from there. Undefined on the last page. */
  readonly next: P | undefined;
}

/** All items, or all pages; each loop begins anew, and asks for a page only when it is needed. */
export interface Pager<P, R> extends AsyncIterable<Item<R>> {
  /** The pages themselves; an item that moved from one to the next while they were read is in both. */
  pages(): AsyncIterable<Page<P, R>>;
  /** At most so many items; no further page is asked for. `Infinity` for all. */
  toArray(options: { readonly limit: number }): Promise<Item<R>[]>;
}

/** `params` may be left out where all of its members may. */
export type PagingArguments<P> = Arguments<P, PagingOptions>;

/**
 * Lists everything, whatever the operation's style of paging. An item whose id came before is left out: lists
 * change while they are read.
 * @example for await (const account of paginate(client.account.getAccounts)) console.log(account.id);
 * @throws {ConfigError} for a page size of 0
 * @throws {ResponseError} if a page brings nothing but what came before, or there are too many
 */
export const paginate = <P, R>(
  method: PagedMethod<P, R>,
  ...[params, options = {}]: PagingArguments<P>
): Pager<P, R> => {
  transportOf(method, LIST);
  const { id, paging } = ownData(method.operation);
  checkSize(id, paging, params ?? {});
  const pages = (): AsyncGenerator<Page<P, R>> =>
    walk(method, paging, (params ?? {}) as P, ownFields(options));
  async function* items(): AsyncGenerator<Item<R>> {
    const seen = new RecentIds();
    for await (const page of pages()) {
      const fresh = page.items.filter((item) => seen.add(item));
      if (fresh.length === 0 && page.items.length > 0)
        throw stuck(method, 'repeated-page', 'a page brought nothing but items of earlier pages');
      yield* fresh;
    }
  }
  return {
    pages,
    [Symbol.asyncIterator]: items,
    toArray: async ({ limit }) => {
      if (!(limit >= 0)) throw new ConfigError("'limit' of toArray must be a number from 0 on.");
      const found: Item<R>[] = [];
      if (limit === 0) return found;
      for await (const item of items()) if (found.push(item) >= limit) break;
      return found;
    },
  };
};

const LIST: Need = {
  helper: 'paginate',
  fits: (operation) => Object.hasOwn(operation, 'paging'),
  otherwise: 'does not list page by page; await it.',
};

const MOST_PAGES = 10_000;

async function* walk<P, R>(
  method: PagedMethod<P, R>,
  paging: Paging,
  first: P,
  { maxPages = MOST_PAGES, ...options }: PagingOptions,
): AsyncGenerator<Page<P, R>> {
  let params: P | undefined = first;
  let before: string | undefined;
  let seen: number | undefined;
  for (let count = 0; params !== undefined; count += 1) {
    if (count >= maxPages)
      throw stuck(method, 'too-many-pages', `there are more than ${maxPages} pages`);
    const data: R = await method(...([params, options] as unknown as Arguments<P>));
    const items = itemsOf(method, data);
    const text = items.length > 0 ? JSON.stringify(items) : undefined;
    if (text !== undefined && text === before)
      throw stuck(method, 'repeated-page', 'a page was the same as the one before');
    before = text;
    seen = (seen ?? skipped(paging, params, items.length)) + items.length;
    params = nextParams(paging, params, items.length, seen, data);
    yield { items, data, next: params };
  }
}

const itemsOf = <P, R>(method: PagedMethod<P, R>, data: R): readonly Item<R>[] => {
  const list: unknown = own((data ?? {}) as object, 'data') ?? [];
  if (Array.isArray(list)) return list;
  throw stuck(method, 'unreadable', "its 'data' is no list");
};

const PARAMETERS = {
  offset: { at: 'offset', size: 'limit' },
  page: { at: 'pageIndex', size: 'pageSize' },
} as const;

const parametersOf = ({ style }: Paging): { readonly at: string; readonly size: string } =>
  own(PARAMETERS, style) ?? PARAMETERS.offset;

const checkSize = (id: string, paging: Paging, params: object): void => {
  const { size } = parametersOf(paging);
  if ((own(params as Numbers, size) ?? 1) >= 1) return;
  throw new ConfigError(`${id}: '${size}' must be at least 1: pages of none have no end.`, {
    operation: id,
  });
};

type Numbers = Readonly<Record<string, number | undefined>>;

/** Items that stand before the first page. A page may be smaller than asked: then what came is its size. */
const skipped = (paging: Paging, params: unknown, received: number): number => {
  const { at, size } = parametersOf(paging);
  const start = own(params as Numbers, at) ?? 0;
  const asked = own(params as Numbers, size) ?? paging.defaultSize ?? received;
  return paging.style === 'page' ? start * Math.min(asked, received) : start;
};

/** Parameters of the page after this one, if there is one. `seen` counts all up to here. */
const nextParams = <P, R>(
  paging: Paging,
  params: P,
  received: number,
  seen: number,
  data: R,
): P | undefined => {
  const { at, size } = parametersOf(paging);
  const start = own(params as Numbers, at) ?? 0;
  const asked = own(params as Numbers, size);
  const total = numberAt(data, paging.total);
  // What is called a count may be that of this page: only a larger one is surely that of all.
  const isLast =
    total !== undefined && total > received ? seen >= total : isShort(received, asked, paging);
  if (received === 0 || isLast) return undefined;
  return { ...params, [at]: start + (paging.style === 'page' ? 1 : received) };
};

// Who asks for more than the API gives gets less, and that is no end; less than is usual is one.
const isShort = (
  received: number,
  asked: number | undefined,
  { defaultSize = 1 }: Paging,
): boolean => received < Math.min(asked ?? defaultSize, defaultSize);

/** The number at a path such as `metadata.count`. */
const numberAt = (data: unknown, path: string | undefined): number | undefined => {
  if (path === undefined) return undefined;
  const found = path
    .split('.')
    .reduce<unknown>(
      (value, key) => (typeof value === 'object' && value !== null ? own(value, key) : undefined),
      data,
    );
  return typeof found === 'number' ? found : undefined;
};

const MOST_IDS = 1_000_000;

/** Ids of items that came lately; what has no id is never known. */
class RecentIds {
  readonly #ids = new Set<unknown>();

  /** True if it was not there. */
  add(item: unknown): boolean {
    const id: unknown = typeof item === 'object' && item !== null ? own(item, 'id') : undefined;
    if (typeof id !== 'string' && typeof id !== 'number') return true;
    if (this.#ids.has(id)) return false;
    const [oldest] = this.#ids;
    if (this.#ids.size >= MOST_IDS) this.#ids.delete(oldest);
    this.#ids.add(id);
    return true;
  }
}

const stuck = (
  { operation: { id } }: { readonly operation: { readonly id: string } },
  reason: ResponseErrorReason,
  why: string,
): ResponseError =>
  new ResponseError(`${id} failed: ${why}.`, {
    operation: id,
    reason,
    hint:
      reason === 'too-many-pages' ? 'Pass maxPages for more, or narrow what is listed.' : undefined,
  });
