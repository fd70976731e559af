import { inspect } from 'node:util';
import { describe, expect, it } from 'vitest';
import { ApiError, PartialFailureError, SdkError } from '../src/errors.js';
import { createThing, fails, getFile, perTest } from './api.js';
import { type Handler, json } from './server.js';

const setUp = perTest();

const giving =
  (body: unknown): Handler =>
  (_seen, response) =>
    json(response, 200, body);

const PARTLY = {
  data: [{ id: 'done-1', attributes: { email: 'someone@example.com' } }],
  errors: [
    {
      code: 'budget-too-low',
      detail: 'The budget is too low.',
      traceId: 'trace-1',
      instance: '/2',
    },
    { code: 'not-found', title: 'Not found' },
  ],
  warnings: [{ code: 'odd', detail: 'It is odd.' }],
};
const CALL = [createThing, { body: {} }] as const;
const throwing = { throwOnPartialFailure: true };

describe('a success that tells of failed entities', () => {
  it('is a success, unless somebody asks', async () => {
    const { client } = await setUp(giving(PARTLY));
    expect(await client.call(...CALL)).toEqual(PARTLY);
    const { problems, warnings } = await client.call(...CALL).withResponse();
    expect([problems.length, warnings.length]).toEqual([2, 1]);
  });

  it('fails the call that asks, once and with all that is known', async () => {
    const { client, apiCalls } = await setUp(giving(PARTLY));
    const error = await fails(client.call(...CALL, throwing));
    expect(error).toBeInstanceOf(PartialFailureError);
    expect(error).toBeInstanceOf(ApiError);
    expect(error).toBeInstanceOf(SdkError);
    expect(error).toMatchObject({
      name: 'PartialFailureError',
      message: 'createThing failed in part: 3 told, the first: The budget is too low.',
      operation: 'createThing',
      status: 200,
      code: 'budget-too-low',
      traceId: 'trace-1',
      attempts: 1,
      retryable: false,
      problems: [
        {
          code: 'budget-too-low',
          detail: 'The budget is too low.',
          traceId: 'trace-1',
          instance: '/2',
        },
        { code: 'not-found', title: 'Not found' },
        { code: 'odd', detail: 'It is odd.' },
      ],
      data: PARTLY,
      hint: 'The rest was done: `problems` tells what failed, `data` what came back. Do not repeat the whole call.',
    });
    expect(apiCalls()).toHaveLength(1);
  });

  it('fails withResponse() as it fails the call', async () => {
    const { client } = await setUp(giving(PARTLY));
    const error = await fails(client.call(...CALL, throwing).withResponse());
    expect(error).toBeInstanceOf(PartialFailureError);
  });

  it('fails every call of a client that asks', async () => {
    const { client } = await setUp(giving(PARTLY), throwing);
    expect(await fails(client.call(...CALL))).toBeInstanceOf(PartialFailureError);
    const raw = client.request({ method: 'POST', path: '/things' });
    expect(await fails(raw)).toMatchObject({
      name: 'PartialFailureError',
      operation: 'POST /things',
    });
  });

  it('is a success for a call that does not want what its client asks', async () => {
    const { client } = await setUp(giving(PARTLY), throwing);
    expect(await client.call(...CALL, { throwOnPartialFailure: false })).toEqual(PARTLY);
    const unsaid = client.call(...CALL, { throwOnPartialFailure: undefined });
    expect(await fails(unsaid)).toBeInstanceOf(PartialFailureError);
  });

  it('counts the requests that it took', async () => {
    const { client } = await setUp((_seen, response, before) =>
      before === 0
        ? json(response, 429, {}, { 'retry-after-ms': '1' })
        : json(response, 200, PARTLY),
    );
    expect(await fails(client.call(...CALL, throwing))).toMatchObject({ attempts: 2, status: 200 });
  });
});

describe('what counts as a failure', () => {
  it.each<[string, object, string]>([
    ['an error', { errors: [{ detail: 'It failed.' }] }, 'It failed.'],
    ['a warning', { warnings: [{ detail: 'It is odd.' }] }, 'It is odd.'],
    ['one with a title', { errors: [{ title: 'It failed' }] }, 'It failed'],
    ['one with a code', { errors: [{ code: 'it-failed' }] }, 'it-failed'],
    ['one that says nothing', { errors: [{}] }, 'it does not say why'],
    [
      'a warning beside one of what ends one day',
      {
        warnings: [
          { type: 'deprecation', detail: 'It ends.' },
          { type: 'validation', detail: 'It is odd.' },
        ],
      },
      'It is odd.',
    ],
  ])('%s', async (_what, body, first) => {
    const { client } = await setUp(giving(body), throwing);
    const error = await fails(client.call(...CALL));
    expect(error).toBeInstanceOf(PartialFailureError);
    expect(error).toMatchObject({
      message: `createThing failed in part: 1 told, the first: ${first}`,
      problems: [expect.anything()],
    });
  });

  it.each<[string, unknown]>([
    ['nothing told', { data: [] }],
    ['empty lists', { data: [], errors: [], warnings: [] }],
    ['null', { data: [], errors: null, warnings: null }],
    ['a warning of what ends one day', { warnings: [{ type: 'deprecation', detail: 'It ends.' }] }],
    ['a list', [{ errors: [{}] }]],
  ])('is not: %s', async (_what, body) => {
    const { client } = await setUp(giving(body), throwing);
    expect(await client.call(...CALL)).toEqual(body);
  });

  it('is never in a file or in no content', async () => {
    const file = '{"errors":[{"code":"inside"}]}';
    const { client } = await setUp(
      (seen, response) =>
        seen.method === 'GET'
          ? response.writeHead(200, { 'content-type': 'application/json' }).end(file)
          : response.writeHead(204).end(),
      throwing,
    );
    expect(Buffer.from(await client.call(getFile)).toString()).toBe(file);
    expect(await client.call(...CALL)).toBeUndefined();
  });

  it('is told up to 20 of them, and all are counted', async () => {
    const errors = Array.from({ length: 25 }, (_, at) => ({ code: `c-${at}` }));
    const { client } = await setUp(giving({ errors }), throwing);
    const error = await fails(client.call(...CALL));
    expect(error).toMatchObject({
      message: 'createThing failed in part: 25 told, the first: c-0',
      problems: errors.slice(0, 20),
    });
  });
});

describe('a PartialFailureError', () => {
  const thrown = async (): Promise<PartialFailureError> => {
    const { client } = await setUp(giving(PARTLY), throwing);
    const error = await fails(client.call(...CALL));
    return error instanceof PartialFailureError
      ? error
      : expect.unreachable('it should be a PartialFailureError');
  };

  it('has what came back, and shows it in no log', async () => {
    const error = await thrown();
    expect(error.data).toEqual(PARTLY);
    const dumps = [
      JSON.stringify(error),
      JSON.stringify({ ...error }),
      inspect(error, { depth: 10, showHidden: true }),
      inspect(error, { depth: 10, getters: true }),
      inspect(error, { depth: 10, getters: true, showHidden: true, customInspect: false }),
      inspect(structuredClone(error), { depth: 10, showHidden: true }),
      String(error),
      String(error.stack),
    ];
    for (const dump of dumps) {
      expect(dump).not.toContain('someone@example.com');
      expect(dump).not.toContain('done-1');
    }
    expect(JSON.parse(dumps[0] ?? '')).toMatchObject({ name: 'PartialFailureError', status: 200 });
    expect(Object.keys(error)).not.toContain('data');
  });

  it('may be made without anything', () => {
    expect(new PartialFailureError('it failed').data).toBeUndefined();
    expect(new PartialFailureError('it failed', { data: 1 }).data).toBe(1);
  });
});
