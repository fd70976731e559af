import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { checkReferences, loadDocument, readYaml } from '../document.ts';
import { factsOf } from '../facts.ts';
import { normalise } from '../generate/normalise.ts';
import { readModel } from '../model.ts';
import { readOverlay } from '../overlay.ts';
import { listSpecs, type SpecEntry, specName } from '../registry.ts';
import { FACTS } from './tiny.ts';

// A repeat of these spends money twice or commits somebody twice: nothing may repeat them on its own.
const NEVER_REPEATED: Readonly<Record<string, readonly string[]>> = {
  'marketing/v1': ['Sellers_CreateBudgets', 'SellersV2_CreateSellerBudgets'],
  'marketingsolutions/2026-01': ['CreateMarketplaceSellerBudgets'],
  'marketingsolutions/2026-07': ['CreateMarketplaceSellerBudgets'],
  'retailmedia/2026-01': ['CreateBalanceByAccountId', 'AddFundsByAccountAndBalanceId'],
  'retailmedia/2026-07': ['CreateBalanceByAccountId', 'AddFundsByAccountAndBalanceId'],
};

const OPERATIONS: Readonly<Record<string, number>> = {
  'marketing/v1': 55,
  'marketingsolutions/2020-10': 23,
  'retailmedia/2022-10': 62,
};

/** Operations that read although their method is not GET: searches, computations and synchronous reports. */
const READS: Readonly<Record<string, number>> = {
  'commercegrid/2026-01': 1,
  'commercegrid/2026-07': 1,
  'marketing/v1': 4,
  'marketingsolutions/2020-10': 3,
  'marketingsolutions/2026-01': 13,
  'marketingsolutions/2026-07': 13,
  'retailmedia/2022-10': 0,
  'retailmedia/2026-01': 11,
  'retailmedia/2026-07': 15,
};

const specs = listSpecs().map((entry): [string, SpecEntry] => [specName(entry), entry]);

describe.each(specs)('%s', (name, entry) => {
  const read = (file: string): ReturnType<typeof readYaml> => readYaml(join(entry.folder, file));

  it('has a document whose references all lead somewhere', () => {
    expect(() => checkReferences(read('openapi.yaml'))).not.toThrow();
  });

  it('keeps our facts out of the imported document', () => {
    expect(JSON.stringify(read('openapi.yaml'))).not.toMatch(
      /"x-(name|group|safe-to-retry|read|rate-class|timeout-ms|paging|job|resource|response-kind)":/,
    );
  });

  it('gives a reason for every action of the overlay', () => {
    for (const { target, description } of readOverlay(read('overlay.yaml')))
      expect(description.trim().length, target).toBeGreaterThanOrEqual(6);
  });

  it('has the four facts of every operation', () => {
    const facts = factsOf(entry);
    expect(facts.length).toBe(OPERATIONS[name] ?? facts.length);
    for (const { operationId, ...fact } of facts)
      expect(fact, operationId).toMatchObject({
        name: expect.stringMatching(/^[a-z]/),
        group: expect.stringMatching(/^[a-z]/),
        safeToRetry: expect.any(Boolean),
        isRead: expect.any(Boolean),
        rateClass: expect.stringMatching(/^(default|reporting)$/),
      });
  });

  it('names every operation once', () => {
    const names = factsOf(entry).map((fact) => fact.name);
    expect(new Set(names).size).toBe(names.length);
  });

  it.each(NEVER_REPEATED[name] ?? [])('never repeats %s on its own', (operationId) => {
    const found = factsOf(entry).filter((fact) => fact.operationId === operationId);
    expect(found.map(({ safeToRetry }) => safeToRetry)).toEqual([false]);
  });

  it('repeats no deletion on its own', () => {
    const repeated = factsOf(entry).filter((fact) => fact.method === 'DELETE' && fact.safeToRetry);
    expect(repeated.map(({ operationId }) => operationId)).toEqual([]);
  });

  it('says of each safe operation whether it reads: what makes a job, sets, starts or stops does not', () => {
    const reads = factsOf(entry).filter(({ isRead, method }) => isRead && method !== 'GET');
    expect(reads.filter(({ safeToRetry }) => !safeToRetry)).toEqual([]);
    const odd = /^(?!POST )|^POST (?:request|create|update|set|start|stop|pause|upsert|token)/;
    expect(
      reads.map(({ method, name }) => `${method} ${name}`).filter((one) => odd.test(one)),
    ).toEqual([]);
    expect(reads.length).toBe(READS[name]);
  });

  it('can be handed to the generator', () => {
    expect(() => normalise(readModel(loadDocument(entry)), name, FACTS)).not.toThrow();
  });
});
