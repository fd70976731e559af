import { subscribe, unsubscribe } from 'node:diagnostics_channel';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { fencesOf } from '../../../test/papercuts/fences.js';
import { createTransport } from '../src/client.js';
import { diagnosticsObserver } from '../src/node/diagnostics.js';
import type { AttemptEvent, SdkEvent } from '../src/observe.js';
import { fails, getThing, ok, perTest, SECRET } from './api.js';
import { type Handler, json } from './server.js';

const setUp = perTest();

/** 503 with a trace id at first, then well. */
const flaky: Handler = (seen, response, before) =>
  before > 0
    ? ok(seen, response, before)
    : json(response, 503, { errors: [{ code: 'down', traceId: 't-1' }] });

describe('an attempt', () => {
  it('is told with product, version and path template, and with the trace id of an error', async () => {
    const events: SdkEvent[] = [];
    const { client } = await setUp(flaky, { observe: (event) => events.push(event) });
    await client.call(getThing, { id: 'secret id' });
    const ours = { type: 'attempt', product: 'made-up', version: '1', ms: expect.any(Number) };
    const thing = { ...ours, operation: 'getThing', method: 'GET', path: '/things/{id}' };
    expect(events).toEqual([
      {
        ...ours,
        operation: 'token',
        method: 'POST',
        path: '/oauth2/token',
        attempt: 1,
        status: 200,
      },
      { ...thing, attempt: 1, status: 503, traceId: 't-1' },
      { ...thing, attempt: 2, status: 200 },
    ]);
  });

  it('tells no trace id that holds the secret of its request', async () => {
    const events: SdkEvent[] = [];
    const { client } = await setUp(
      ok,
      { observe: (event) => events.push(event) },
      (_seen, response) =>
        json(response, 401, { errors: [{ code: 'no', traceId: `t-1 ${SECRET}` }] }),
    );
    await fails(client.call(getThing, { id: '1' }));
    expect(events).toMatchObject([{ status: 401, traceId: 't-1 [redacted]' }]);
  });

  it('of createTransport has no product and no version', async () => {
    const { server } = await setUp(ok);
    const events: SdkEvent[] = [];
    const transport = createTransport({
      baseUrl: server.url,
      allowLoopbackHttp: true,
      observe: (event) => events.push(event),
    });
    await transport.call({ ...getThing, auth: 'none' }, { id: '1' });
    transport.close();
    expect(Object.keys(events[0] ?? {}).sort()).toEqual(
      ['attempt', 'method', 'ms', 'operation', 'path', 'status', 'type'].sort(),
    );
  });
});

describe('diagnosticsObserver', () => {
  it('publishes attempts and warnings to a channel each, as long as somebody subscribes', () => {
    const observe = diagnosticsObserver();
    const attempt: AttemptEvent = {
      type: 'attempt',
      operation: 'getThing',
      method: 'GET',
      path: '/things/{id}',
      attempt: 1,
      ms: 5,
      status: 200,
    };
    const warning: SdkEvent = { type: 'warning', message: 'Odd.' };
    const told: [string | symbol, unknown][] = [];
    const listen = (message: unknown, name: string | symbol): void =>
      void told.push([name, message]);
    for (const event of [attempt, warning]) observe(event);
    subscribe('criteo-sdk:attempt', listen);
    subscribe('criteo-sdk:warning', listen);
    for (const event of [attempt, warning]) observe(event);
    unsubscribe('criteo-sdk:attempt', listen);
    unsubscribe('criteo-sdk:warning', listen);
    for (const event of [attempt, warning]) observe(event);
    expect(told).toEqual([
      ['criteo-sdk:attempt', attempt],
      ['criteo-sdk:warning', warning],
    ]);
  });
});

describe('the recipe for spans in docs/using.md', () => {
  const guide = readFileSync(join(import.meta.dirname, '../../../docs/using.md'), 'utf8');
  const [recipe] = fencesOf('using.md', guide).filter(({ code }) => code.includes('recordSpans'));
  const folder = mkdtempSync(join(tmpdir(), 'criteo-spans-'));
  afterAll(() => rmSync(folder, { recursive: true }));

  it('has at most 15 lines', () => {
    expect(recipe?.code.trim().split('\n').length).toBeLessThanOrEqual(15);
  });

  it('makes a span of each attempt', async () => {
    writeFileSync(join(folder, 'recipe.ts'), recipe?.code ?? '');
    const { recordSpans } = (await import(join(folder, 'recipe.ts'))) as {
      recordSpans: (tracer: object) => void;
    };
    const spans: object[] = [];
    const ended: unknown[] = [];
    recordSpans({
      startSpan: (name: string, options: object) => {
        const index = spans.push({ name, ...options });
        return { end: () => ended.push(index) };
      },
    });
    const { client } = await setUp(flaky, { observe: diagnosticsObserver() });
    const before = Date.now();
    await client.call(getThing, { id: '1' });
    const get = { 'http.request.method': 'GET', 'url.template': '/things/{id}' };
    expect(spans.slice(1)).toEqual([
      {
        name: 'GET /things/{id}',
        kind: 2,
        startTime: expect.any(Number),
        attributes: { ...get, 'http.response.status_code': 503, 'error.type': '503' },
      },
      {
        name: 'GET /things/{id}',
        kind: 2,
        startTime: expect.any(Number),
        attributes: { ...get, 'http.response.status_code': 200, 'http.request.resend_count': 1 },
      },
    ]);
    const [{ startTime } = { startTime: 0 }] = spans as [{ startTime: number }];
    expect(Math.abs(startTime - before)).toBeLessThan(1_000);
    expect(ended).toEqual([1, 2, 3]);
  });

  it('names the fault where no answer came', async () => {
    const { recordSpans } = (await import(join(folder, 'recipe.ts'))) as {
      recordSpans: (tracer: object) => void;
    };
    const errors: unknown[] = [];
    recordSpans({
      startSpan: (_name: string, { attributes }: { attributes: Record<string, unknown> }) => {
        errors.push(attributes['error.type']);
        return { end: () => {} };
      },
    });
    const { client } = await setUp((_seen, response) => response.destroy(), {
      observe: diagnosticsObserver(),
      retry: { limit: 0 },
    });
    await fails(client.call(getThing, { id: '1' }));
    expect(errors).toEqual([undefined, 'network']);
  });
});
