import { describe, expect, it } from 'vitest';
import { readProblems, readReported } from '../src/criteo/problem.js';
import type { SdkEvent } from '../src/observe.js';
import { createThing, perTest } from './api.js';
import { json } from './server.js';

describe('a body of endless problems', () => {
  it('is read up to 100,000 of them, and up to 100 sources of each', () => {
    const fields = Array.from({ length: 101 }, (_, at) => [`field${at}`, 'x']);
    const source = Object.fromEntries(fields);
    const { problems } = readReported({ errors: Array(100_001).fill({ code: 'c', source }) });
    expect(problems).toHaveLength(100_000);
    expect(Object.keys(problems[0]?.source ?? {})).toHaveLength(100);
  });
});

describe('an error body', () => {
  it.each<[string, unknown, unknown[]]>([
    [
      'of 2020-10',
      { errors: [{ traceIdentifier: 't', code: 'c' }] },
      [{ traceId: 't', code: 'c' }],
    ],
    [
      'with both names of the trace id',
      { errors: [{ traceId: 'a', traceIdentifier: 'b' }] },
      [{ traceId: 'a' }],
    ],
    [
      'with all that is nullable null',
      {
        errors: [{ traceId: null, type: null, code: 'c', title: null, detail: null, source: null }],
      },
      [{ code: 'c' }],
    ],
    [
      'whose source is a map, and whose stack trace is none of our business',
      {
        errors: [{ code: 'c', instance: '/x/1', source: { field: 'name' }, stackTrace: 'at …' }],
      },
      [{ code: 'c', instance: '/x/1', source: { field: 'name' } }],
    ],
    [
      'whose source is any object',
      { errors: [{ code: 'c', source: { field: 'name', at: 3, more: {} }, stackTrace: ['at'] }] },
      [{ code: 'c', source: { field: 'name' } }],
    ],
    ['whose source holds no text', { errors: [{ code: 'c', source: { at: 3 } }] }, [{ code: 'c' }]],
    [
      'of statistics, with an underscore in the type',
      { errors: [{ type: 'access_control' }] },
      [{ type: 'access-control' }],
    ],
    ['of a later time', { errors: [{ type: 'new-type', status: 400 }] }, [{ type: 'new-type' }]],
    [
      'of the token endpoint (RFC 6749 section 5.2)',
      { error: 'invalid_client', error_description: 'No such id.', error_uri: 'https://x' },
      [{ code: 'invalid_client', detail: 'No such id.', uri: 'https://x' }],
    ],
    ['of the token endpoint, without a description', { error: 'e' }, [{ code: 'e' }]],
    ['of the legacy API', { message: 'No.', code: 'c' }, [{ code: 'c', detail: 'No.' }]],
    ['with a message alone', { message: 'No.' }, [{ detail: 'No.' }]],
    ['with a code alone', { code: 'c' }, [{ code: 'c' }]],
    ['with a trace id alone', { traceId: 't' }, [{ traceId: 't' }]],
    ['with a detail beside a message', { detail: 'a', message: 'b', code: '' }, [{ detail: 'a' }]],
    ['with odd things in the list', { errors: [null, 'x', 1, { code: 'c' }] }, [{ code: 'c' }]],
    ['with an empty list', { errors: [], code: 'c' }, [{ code: 'c' }]],
    ['with an empty list beside the error of OAuth', { errors: [], error: 'e' }, [{ code: 'e' }]],
    ['with an error that is empty', { error: '' }, []],
    ['that is a page', '<html>', []],
    ['that is null', null, []],
    ['that says nothing', { data: 1 }, []],
  ])('%s is read', (_what, body, problems) => {
    expect(readProblems(body).problems).toEqual(problems);
  });

  it('has the first trace id that is there', () => {
    const errors = [{ code: 'c' }, { traceId: 'b' }, { traceId: 'c' }];
    expect(readProblems({ errors }).traceId).toBe('b');
    expect(readProblems({ errors: [{ code: 'c' }] }).traceId).toBeUndefined();
  });
});

describe('a success body', () => {
  it('tells of what failed in it, and of what is odd', () => {
    const body = { data: [], errors: [{ code: 'e' }], warnings: [{ code: 'w', traceId: 't' }] };
    expect(readReported(body)).toEqual({
      problems: [{ code: 'e' }],
      warnings: [{ code: 'w', traceId: 't' }],
      traceId: 't',
    });
  });

  it.each([
    [{ code: 'SUMMER', message: 'Hello.' }],
    [{ errors: null, warnings: {} }],
    [[1]],
    ['x'],
  ])('of data like %j reports nothing', (body) => {
    expect(readReported(body)).toEqual({ problems: [], warnings: [], traceId: undefined });
  });
});

describe('a call of which part failed', () => {
  const setUp = perTest();

  const told = async (body: unknown): Promise<{ messages: string[]; answer: unknown }> => {
    const events: SdkEvent[] = [];
    const { client } = await setUp((_seen, response) => json(response, 200, body), {
      observe: (event) => events.push(event),
    });
    const answer = await client.call(createThing, { body: {} }).withResponse();
    const messages = events.flatMap((one) => (one.type === 'warning' ? [one.message] : []));
    return { messages, answer };
  };

  it('succeeds with the problems beside the data, and says so', async () => {
    const { messages, answer } = await told({
      data: null,
      errors: [{ code: 'e', source: { id: 'of token-1' } }, { type: 't' }],
      warnings: [{ title: 'Odd.' }],
    });
    expect(answer).toMatchObject({
      data: { data: null },
      problems: [{ code: 'e', source: { id: 'of [redacted]' } }, { type: 't' }],
      warnings: [{ title: 'Odd.' }],
    });
    expect(messages).toEqual([
      'createThing succeeded, but with 2 problems and 1 warnings: withResponse() has them.',
    ]);
  });

  it('is silent where nothing failed', async () => {
    expect((await told({ data: 1, errors: [], warnings: null })).messages).toEqual([]);
  });
});
