import { existsSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { type CallOptions, download, fileFrom, type Operation } from '@criteo-sdk/core';
import type { createClient } from '@criteo-sdk/retailmedia/2026-07';
import type { KindName } from './kinds.ts';

type Client = ReturnType<typeof createClient>;

/** One kind of call: what it is made of, and whether it only reads. */
interface Made {
  readonly call: (client: Client, options: CallOptions, path: string) => Promise<unknown>;
  readonly isRead: (client: Client) => boolean;
}

const BODY = { data: { type: 'a-type', attributes: { name: 'a thing' } } } as never;
const LARGE = { data: { type: 'a-type', attributes: { name: 'x'.repeat(400_000) } } } as never;
const FILE = { catalogId: 'an-id' };

const raw = (method: 'DELETE' | 'GET' | 'POST' | 'PUT', body?: unknown): Made => ({
  call: (client, options) => client.request({ method, path: '/things', body }, options),
  isRead: () => method === 'GET',
});

const readOf = ({ method, read }: Pick<Operation, 'method' | 'read'>): boolean =>
  read ?? method === 'GET';

const file = (take: (file: ReturnType<typeof fileOf>, path: string) => Promise<unknown>): Made => ({
  call: (client, options, path) => take(fileOf(client, options), path),
  isRead: () => true,
});

const fileOf = (client: Client, options: CallOptions) =>
  download(client.catalog.getCatalogOutput, FILE, options);

const all = async <T>(items: AsyncIterable<T>): Promise<T[]> => {
  const list: T[] = [];
  for await (const item of items) list.push(item);
  return list;
};

export const CALLS: Readonly<Record<KindName, Made>> = {
  read: { call: (client, options) => client.account.getAccounts({}, options), isRead: () => true },
  search: {
    call: (client, options) => client.account.searchBrands({ body: BODY }, options),
    isRead: (client) => readOf(client.account.searchBrands.operation),
  },
  rawGet: raw('GET'),
  write: {
    call: (client, options) =>
      client.campaign.createCampaignByAccountId({ accountId: '1', body: BODY }, options),
    isRead: () => false,
  },
  largeWrite: {
    call: (client, options) =>
      client.campaign.createCampaignByAccountId({ accountId: '1', body: LARGE }, options),
    isRead: () => false,
  },
  rawPost: raw('POST', { a: 1 }),
  rawPut: raw('PUT', { a: 'ä'.repeat(1_000) }),
  rawDelete: raw('DELETE'),
  remove: {
    call: (client, options) =>
      client.lineItem.deletePromotedProducts({ lineItemId: '1', body: BODY }, options),
    isRead: () => false,
  },
  safeWrite: {
    call: (client, options) =>
      client.campaign.updateCampaignByCampaignId({ campaignId: '1', body: BODY }, options),
    isRead: () => false,
  },
  unsafeWrite: {
    call: (client, { retry, ...options }) =>
      client.campaign.createCampaignByAccountId(
        { accountId: '1', body: BODY },
        { ...options, retry: { ...retry, unsafe: true } },
      ),
    isRead: () => false,
  },
  upload: {
    call: async (client, options) => {
      const assetFile = await fileFrom(Buffer.alloc(150_000, 'a'), { name: 'a.png' });
      return client.creative.createAsset({ assetFile } as never, options);
    },
    isRead: () => false,
  },
  awaited: {
    call: (client, options) => client.catalog.getCatalogOutput(FILE, options),
    isRead: () => true,
  },
  bytes: file((one) => one.bytes()),
  stream: file(async (one) => Buffer.concat(await all(one))),
  leave: file(async (one) => {
    for await (const _ of one) break;
  }),
  save: file(async (one, path) => {
    try {
      await one.saveTo(path);
    } catch (error) {
      if (existsSync(path)) throw new Error('a file that is not whole was left', { cause: error });
      throw error;
    }
    const bytes = readFileSync(path);
    rmSync(path);
    return bytes;
  }),
  csvRows: file((one) => all(one.rows({ format: 'csv' }))),
  lineRows: file((one) => all(one.rows())),
  text: file((one) => one.text()),
  fileJson: file((one) => one.json()),
};

export const pathOf = (folder: string, number: number): string => join(folder, `file-${number}`);
