import { describe, expect, it } from 'vitest';
import { type ApiLife, lifeNotice } from '../src/life.js';
import type { SdkEvent } from '../src/observe.js';
import { type Clock, systemClock } from '../src/time.js';
import { fails, getThing, giveToken, ok, perTest, type SetUp } from './api.js';
import { type Handler, json } from './server.js';

const setUp = perTest();

const LIFE: ApiLife = {
  deprecatedFrom: '2026-10',
  endsOn: '2027-01-27',
  successor: '@acme/tiny/2026-07',
};

const on = (date: string): Clock => ({ ...systemClock, now: () => Date.parse(date) });
const notice = (date: string, life: ApiLife = LIFE): string | undefined =>
  lifeNotice('tiny/2026-01', life, Date.parse(date));

describe('what is said of a version', () => {
  it.each([
    ['2026-09-30', undefined],
    ['2026-10-01', "tiny/2026-01 ends on 2027-01-27: import … from '@acme/tiny/2026-07'."],
    [
      '2027-01-26T23:59:59Z',
      "tiny/2026-01 ends on 2027-01-27: import … from '@acme/tiny/2026-07'.",
    ],
    ['2027-01-27', "tiny/2026-01 ended on 2027-01-27: import … from '@acme/tiny/2026-07'."],
  ])('on %s is %j', (date, said) => {
    expect(notice(date)).toBe(said);
  });

  it.each<[string, ApiLife, string | undefined]>([
    ['2027-06-30', { endsOn: '2027-07' }, undefined],
    ['2027-07-01', { endsOn: '2027-07' }, 'tiny/2026-01 ended in 2027-07.'],
    [
      '2027-04-01',
      { deprecatedFrom: '2027-04', endsOn: '2027-07' },
      'tiny/2026-01 ends in 2027-07.',
    ],
    ['2027-04-01', { deprecatedFrom: '2027-04' }, 'tiny/2026-01 is deprecated.'],
    ['2099-01-01', { successor: '@acme/tiny/2026-07' }, undefined],
    ['2099-01-01', {}, undefined],
  ])('on %s with %j is %j', (date, life, said) => {
    expect(notice(date, life)).toBe(said);
  });
});

describe('a client', () => {
  const told: SdkEvent[] = [];
  const clientOn = (date: string, options: object = {}): Promise<SetUp> => {
    told.length = 0;
    const observe = (event: SdkEvent): void => void told.push(event);
    return setUp(ok, { clock: on(date), observe, ...options }, giveToken, LIFE);
  };
  const warnings = (): SdkEvent[] => told.filter(({ type }) => type === 'warning');

  it('tells once that its version is ending, however many calls it runs', async () => {
    const { client } = await clientOn('2026-11-22');
    await client.call(getThing, { id: '1' });
    await client.request({ method: 'GET', path: '/other' });
    expect(warnings()).toEqual([
      {
        type: 'warning',
        message: "made-up/1 ends on 2027-01-27: import … from '@acme/tiny/2026-07'.",
      },
    ]);
  });

  it('tells the logger, too', async () => {
    const lines: string[] = [];
    const logger = { debug: () => {}, warn: (line: string) => void lines.push(line) };
    await clientOn('2027-02-01', { logger, logLevel: 'warn' });
    expect(lines).toEqual([
      "criteo-sdk: made-up/1 ended on 2027-01-27: import … from '@acme/tiny/2026-07'.",
    ]);
  });

  it('tells nothing before that', async () => {
    await clientOn('2026-09-30');
    expect(warnings()).toEqual([]);
  });

  it('is made although the observer throws', async () => {
    const observe = (): never => {
      throw new Error('no');
    };
    const { client } = await clientOn('2026-11-22', { observe });
    expect(await client.call(getThing, { id: '1' })).toEqual({ name: 'thing' });
  });
});

describe('the hint of a 410', () => {
  const gone: Handler = (_seen, response) => json(response, 410, {});

  it('names the successor, for an operation and for a request that no document names', async () => {
    const { client } = await setUp(gone, { clock: on('2027-02-01') }, giveToken, LIFE);
    const hint =
      "This API version is switched off at the vendor: import … from '@acme/tiny/2026-07'.";
    const calls = [
      client.call(getThing, { id: '1' }),
      client.request({ method: 'GET', path: '/other' }),
    ];
    for (const call of calls) expect(await fails(call)).toMatchObject({ status: 410, hint });
  });

  it('names it where the token endpoint is switched off, too', async () => {
    const { client } = await setUp(ok, { clock: on('2027-02-01') }, gone, LIFE);
    expect(await fails(client.call(getThing, { id: '1' }))).toMatchObject({
      name: 'TokenError',
      hint: "This API version is switched off at the vendor: import … from '@acme/tiny/2026-07'.",
    });
  });

  it('says what to do where no successor is known', async () => {
    const { client } = await setUp(gone);
    expect(await fails(client.call(getThing, { id: '1' }))).toMatchObject({
      hint: 'This API version is switched off at the vendor: import a newer subpath of the package.',
    });
  });
});
