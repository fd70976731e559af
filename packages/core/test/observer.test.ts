import { describe, expect, it } from 'vitest';
import { type ObserveOptions, observer, type SdkEvent } from '../src/observe.js';

const ATTEMPT: SdkEvent = {
  type: 'attempt',
  operation: 'getThing',
  method: 'GET',
  path: '/things/{id}',
  attempt: 2,
  ms: 12.6,
  status: 503,
};
const { status: _, ...UNANSWERED } = { ...ATTEMPT, fault: 'timeout' };
const WARNING: SdkEvent = { type: 'warning', message: 'Odd.' };
const WAITING: SdkEvent = {
  type: 'waiting',
  operation: 'getThing',
  rateClass: 'default',
  ms: 5,
  queued: 1,
};

/** What is written, with its level, for these events. */
const written = (options: ObserveOptions, ...events: readonly SdkEvent[]): string[] => {
  const lines: string[] = [];
  const logger = {
    debug: (line: string) => void lines.push(`debug ${line}`),
    warn: (line: string) => void lines.push(`warn ${line}`),
  };
  const tell = observer({ logger, ...options });
  for (const event of events) tell(event);
  return lines;
};

const ALL = [ATTEMPT, UNANSWERED, WARNING, WAITING];

describe('the log', () => {
  it('has the warnings, unless something else is said', () => {
    expect(written({}, ...ALL)).toEqual(['warn criteo-sdk: Odd.']);
    expect(written({ logLevel: 'warn' }, ...ALL)).toEqual(['warn criteo-sdk: Odd.']);
    expect(written({ logLevel: 'off' }, ...ALL)).toEqual([]);
  });

  it('has each attempt and each wait, too, at the level debug', () => {
    expect(written({ logLevel: 'debug' }, ...ALL)).toEqual([
      'debug criteo-sdk: getThing GET /things/{id} attempt 2: 503 in 13 ms',
      'debug criteo-sdk: getThing GET /things/{id} attempt 2: timeout in 13 ms',
      'warn criteo-sdk: Odd.',
      'debug criteo-sdk: getThing waits for the rate limit of default',
    ]);
  });
});

describe('a hook', () => {
  it('gets every event, an attempt with the client that it is of', () => {
    const events: SdkEvent[] = [];
    const tell = observer(
      { logLevel: 'off', observe: (event) => events.push(event) },
      { product: 'retailmedia', version: '2026-07' },
    );
    for (const event of [ATTEMPT, WARNING, WAITING]) tell(event);
    expect(events).toEqual([
      { ...ATTEMPT, product: 'retailmedia', version: '2026-07' },
      WARNING,
      WAITING,
    ]);
  });

  const fail = (): never => {
    throw new Error('a hook');
  };
  const thenable = (then: unknown): object => {
    const made = {};
    Reflect.set(made, 'then', then);
    return made;
  };
  const rejectLater = (_done: unknown, failed: (reason: unknown) => void): unknown =>
    setTimeout(failed, 1, new Error('later'));
  it.each<readonly [how: string, hook: () => unknown]>([
    ['throws', fail],
    ['rejects', async () => fail()],
    ['rejects later', () => new Promise((_done, failed) => setTimeout(failed, 1, new Error()))],
    ['gives a promise of a library that rejects', () => thenable(rejectLater)],
    ['gives a thenable that throws', () => thenable(fail)],
    ['gives an object whose then cannot be read', () => new Proxy({}, { get: fail })],
    ['gives a number', () => 1],
    ['gives null', () => null],
  ])('or a logger that %s: nobody notices, and the others go on', async (_how, hook) => {
    const unhandled: unknown[] = [];
    const note = (reason: unknown): void => void unhandled.push(reason);
    process.on('unhandledRejection', note);
    expect(written({ observe: hook }, WARNING)).toHaveLength(1);
    const seen: SdkEvent[] = [];
    const logger = { debug: hook, warn: hook };
    const tell = observer({ logger, logLevel: 'debug', observe: (event) => seen.push(event) });
    for (const event of ALL) tell(event);
    expect(seen).toEqual(ALL);
    await new Promise((resolve) => setTimeout(resolve, 10));
    process.off('unhandledRejection', note);
    expect(unhandled).toEqual([]);
  });

  it('may be missing', () => {
    expect(written({ observe: undefined }, WARNING)).toHaveLength(1);
  });
});
