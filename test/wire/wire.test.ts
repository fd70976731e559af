import { createClient as marketingV1 } from '@criteo-sdk/marketing/v1';
import { createClient as marketingSolutions202010 } from '@criteo-sdk/marketingsolutions/2020-10';
import { type ClientBase, TokenError } from '@criteo-sdk/retailmedia';
import { createClient as retailMedia202210 } from '@criteo-sdk/retailmedia/2022-10';
import { type JournalEntry, type SandboxCredentials, startSandbox } from '@criteo-sdk/sandbox';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  type Described,
  type HistoricVersion,
  readOperations,
  VERSIONS,
  type Version,
} from './document.js';
import { type Extent, type Sample, sample, toParams, type Values } from './sampler.js';
import { type Exchange, startTap } from './tap.js';
import { differences, expectedWire, seenWire, type Wire } from './wire.js';

/*
 * Every operation of the documents, called as a user calls it. What arrives is compared with what
 * this folder's own reader makes of the document; tools/spec has no part in it.
 */

const CLIENTS: Readonly<Record<HistoricVersion, (options: SandboxCredentials) => ClientBase>> = {
  'marketing/v1': marketingV1,
  'marketingsolutions/2020-10': marketingSolutions202010,
  'retailmedia/2022-10': retailMedia202210,
};

const OPERATIONS = VERSIONS.flatMap(readOperations);

const sandbox = await startSandbox();
const tap = await startTap(sandbox.url);
const clients = new Map<Version, ClientBase>(
  VERSIONS.map((version) => [version, CLIENTS[version](tap.through(sandbox.credentials(version)))]),
);
const covered = new Map<Extent, Set<string>>([
  ['everything', new Set()],
  ['what is required', new Set()],
]);

afterAll(async () => {
  for (const client of clients.values()) client.close();
  tap.close();
  await sandbox.close();
});

describe.each(VERSIONS)('%s', (version) => {
  const client = clientOf(version);
  const operations = OPERATIONS.filter((operation) => operation.version === version);

  // So that a call of an operation is nothing but that call.
  beforeAll(async () => {
    await client.tokens.get();
  });

  it('has a method for each operation of its document, and no other', () => {
    const methods = Object.entries(client).flatMap(([group, api]) =>
      Object.values(api as object)
        .flatMap((member: { operation?: { id: string } }) => member.operation?.id ?? [])
        .map((id) => `${group}.${id}`),
    );
    expect(methods.toSorted()).toEqual(
      operations.map(({ group, name }) => `${group}.${name}`).toSorted(),
    );
  });

  it.each(operations)('$name sends everything as documented', async (operation) => {
    await sendsAsDocumented(operation, 'everything');
  });

  it.each(operations)('$name sends only what is required', async (operation) => {
    await sendsAsDocumented(operation, 'what is required');
  });
});

describe('the comparison', () => {
  it('sees a wrong query name', async () => {
    const { expected, seen } = await exchangeOf('getCampaignsByAccountId');
    const query = seen.query.map(([name, value]) => [name.toLowerCase(), value] as const);
    expect(differing(expected, seen)).toEqual([]);
    expect(differing(expected, { ...seen, query })).toEqual(['query']);
  });

  it('sees a list that is joined', async () => {
    const { expected, seen } = await exchangeOf('getCampaignsByAccountId');
    const [first, second, ...rest] = seen.query;
    expect([first?.[0], second?.[0]]).toEqual(['limitToId', 'limitToId']);
    const query = [['limitToId', `${first?.[1]},${second?.[1]}`] as const, ...rest];
    expect(differing(expected, { ...seen, query })).toEqual(['query']);
  });

  it('sees a slash that was not encoded', async () => {
    const { expected, seen } = await exchangeOf('getCampaignsByAccountId');
    const path = seen.path.flatMap((segment) => segment.split('/'));
    expect(differing(expected, { ...seen, path })).toEqual(['path']);
  });

  it('sees two path parameters that changed places', async () => {
    const { expected, seen } = await exchangeOf('getCreative');
    const [version, product, accounts, account = '', creatives, creative = ''] = seen.path;
    const path = [version, product, accounts, creative, creatives, account].map(String);
    expect(differing(expected, { ...seen, path })).toEqual(['path']);
  });

  it('sees a missing body field', async () => {
    const { expected, seen } = await exchangeOf('createAuctionLineItem');
    const { data } = seen.body as { data: { attributes: Record<string, unknown> } };
    const { name: _, ...attributes } = data.attributes;
    const body = { data: { ...data, attributes } };
    expect(differing(expected, { ...seen, body })).toEqual(['body']);
  });

  it('sees other bytes in a file', async () => {
    const { expected, seen } = await exchangeOf('createAsset');
    const [part] = seen.body as readonly [object];
    const body = [{ ...part, bytes: [0, 255] }];
    expect(differing(expected, seen)).toEqual([]);
    expect(differing(expected, { ...seen, body })).toEqual(['body']);
  });

  it('sees a content type without a body', async () => {
    const { expected, seen } = await exchangeOf('updateMarketplaceSellerCampaign');
    const contentType = 'application/x-www-form-urlencoded';
    expect(differing(expected, seen)).toEqual([]);
    expect(differing(expected, { ...seen, contentType })).toEqual(['contentType']);
  });

  it('sees a token where none belongs', async () => {
    const { expected, seen } = await exchangeOf('getToken');
    expect(differing(expected, { ...seen, authorization: 'Bearer' })).toEqual(['authorization']);
  });
});

it('called all 140 operations of the documents', () => {
  const documented = OPERATIONS.map(idOf).toSorted();
  expect(documented).toHaveLength(140);
  expect([...(covered.get('everything') ?? [])].toSorted()).toEqual(documented);
  expect([...(covered.get('what is required') ?? [])].toSorted()).toEqual(documented);
  const served = new Set(
    sandbox.calls().map((call) => `${call.product}/${call.version} ${call.operation}`),
  );
  expect([...served].toSorted()).toEqual(documented);
});

const sendsAsDocumented = async (operation: Described, extent: Extent): Promise<void> => {
  const given = sample(operation, extent, fixedFields(operation.version));
  const { entry, exchange, outcome } = await call(operation, given);
  const expected = await expectedWire(operation, given);
  expect(differences(expected, await seenWire(entry, exchange))).toEqual({});
  expect(entry).toMatchObject({ operation: operation.name, tokenRequest: operation.isToken });
  expect(acceptable(entry, operation)).toBe(true);
  if (needsMoreThanRequired(operation, extent)) {
    expect(entry.status).toBeGreaterThanOrEqual(400);
    expect(outcome).toBeInstanceOf(TokenError);
    expect(outcome).toMatchObject({ status: entry.status, operation: operation.name });
  } else {
    expect(entry.status).toBeGreaterThanOrEqual(200);
    expect(entry.status).toBeLessThan(300);
    expect(outcome).toEqual(answerOf(operation, exchange));
  }
  covered.get(extent)?.add(idOf(operation));
};

/** One call through the client, and the one request that it may make. */
const call = async (
  { version, group, name }: Described,
  given: Sample,
): Promise<{ entry: JournalEntry; exchange: Exchange; outcome: unknown }> => {
  const calls = sandbox.calls().length;
  const exchanges = tap.exchanges.length;
  const method = Reflect.get(Reflect.get(clientOf(version), group) as object, name) as Method;
  const params = toParams(given);
  const sent = Object.keys(params).length === 0 ? method() : method(params);
  const outcome = await sent.catch((error: unknown) => error);
  const [entry, ...otherEntries] = sandbox.calls().slice(calls);
  const [exchange, ...otherExchanges] = tap.exchanges.slice(exchanges);
  if (!entry || !exchange) throw new Error(`nothing arrived: ${String(outcome)}`);
  expect([...otherEntries, ...otherExchanges]).toEqual([]);
  return { entry, exchange, outcome };
};

type Method = (params?: object) => Promise<unknown>;

const exchangeOf = async (name: string): Promise<{ expected: Wire; seen: Wire }> => {
  const operation = OPERATIONS.find((candidate) => candidate.name === name);
  if (!operation) throw new Error(`no operation is named ${name}`);
  const given = sample(operation, 'everything', fixedFields(operation.version));
  const { entry, exchange } = await call(operation, given);
  return { expected: await expectedWire(operation, given), seen: await seenWire(entry, exchange) };
};

/** The fields of token requests whose values the sandbox checks; its secrets hold `+`, `/` and `=`. */
const fixedFields = (version: Version): Values => {
  const { clientId, clientSecret } = sandbox.credentials(version);
  return { client_id: clientId, client_secret: clientSecret, grant_type: 'client_credentials' };
};

/** Two documents require no credentials of a token request, and their servers do. */
const needsMoreThanRequired = ({ isToken, version }: Described, extent: Extent): boolean =>
  isToken && extent === 'what is required' && version !== 'retailmedia/2022-10';

const answerOf = ({ isDownload }: Described, { answer }: Exchange): unknown => {
  if (isDownload) return answer;
  return answer.length === 0 ? undefined : (JSON.parse(answer.toString('utf8')) as unknown);
};

const acceptable = ({ headers }: JournalEntry, { produces, isDownload }: Described): boolean => {
  const accepted = (headers.accept ?? '').split(/, */);
  return isDownload
    ? accepted.every((type) => (produces.length === 0 ? type === '*/*' : produces.includes(type)))
    : accepted[0] === 'application/json';
};

const differing = (expected: Wire, seen: Wire): readonly string[] =>
  Object.keys(differences(expected, seen));

const idOf = ({ version, name }: Described): string => `${version} ${name}`;

function clientOf(version: Version): ClientBase {
  const client = clients.get(version);
  if (!client) throw new Error(`no client of ${version}`);
  return client;
}
