import { describe, expect, it } from 'vitest';
import { ResponseError } from '../src/errors.js';
import type { SdkEvent } from '../src/observe.js';
import type { Operation } from '../src/operation.js';
import { isJson, mediaType, readAnswer, textOf } from '../src/response.js';
import { expectFields } from './api.js';
import { requestOf } from './exchange.js';

interface Given {
  readonly status?: number;
  readonly type?: string;
  readonly body?: string | Uint8Array;
}

const read = (operation: Partial<Operation>, { status = 200, type, body = '' }: Given) => {
  const events: SdkEvent[] = [];
  const request = requestOf(
    { secrets: ['a-long-secret'] },
    { operation: { id: 'getThing', method: 'GET', path: '/', ...operation } },
  );
  const headers: Record<string, string> = type === undefined ? {} : { 'content-type': type };
  const answer = readAnswer(request, { status, headers, body }, (event) => events.push(event));
  return { ...answer, events };
};

const refused = (operation: Partial<Operation>, given: Given): unknown => {
  try {
    read(operation, given);
  } catch (error) {
    return error;
  }
  return 'it was read';
};

describe('an answer of millions of values', () => {
  it('is refused before it is parsed, with the limit and what to do', () => {
    expectFields(refused({}, { body: `[${'0,'.repeat(5_000_000)}0]` }), {
      reason: 'too-large',
      message:
        'getThing failed: the answer cannot be read: its JSON has more than 5000000 values; ask for smaller pages, or read a file with stream() or rows().',
    });
  });
});

describe('an answer', () => {
  it.each<[string, Partial<Operation>, Given, unknown]>([
    ['JSON', {}, { type: 'application/json', body: '{"a":1}' }, { a: 1 }],
    ['JSON of no type', {}, { body: '[1]' }, [1]],
    [
      'JSON of a type that the document declares',
      { accept: ['text/html'] },
      { type: 'text/html', body: '1' },
      1,
    ],
    [
      'JSON of a type like it',
      {},
      { type: ' Text/VND.x.y-z+JSON ; charset=utf-8', body: '{}' },
      {},
    ],
    ['nothing where JSON is declared', {}, { type: 'application/json' }, undefined],
    ['nothing of another type', {}, { type: 'text/html' }, undefined],
    ['204', {}, { status: 204, type: 'application/json', body: '{"a":1}' }, undefined],
    [
      'what an operation has no use for',
      { response: 'none' },
      { type: 'text/html', body: '<p>' },
      undefined,
    ],
    ['a text', { response: 'text' }, { type: 'text/html', body: '<p>' }, '<p>'],
    ['a text in bytes', { response: 'text' }, { body: new TextEncoder().encode('ü') }, 'ü'],
    ['an empty text', { response: 'text' }, {}, ''],
    [
      'bytes of any type',
      { response: 'bytes' },
      { type: 'text/csv', body: new Uint8Array([1]) },
      new Uint8Array([1]),
    ],
    [
      'bytes of a page, where the document has pages',
      { response: 'bytes', accept: ['text/html'] },
      { type: 'text/html', body: new Uint8Array([1]) },
      new Uint8Array([1]),
    ],
    [
      'bytes that came as text',
      { response: 'bytes' },
      { type: '', body: 'ü' },
      new Uint8Array([0xc3, 0xbc]),
    ],
  ])('is read: %s', (_what, operation, given, data) => {
    const answer = read(operation, given);
    expect(answer.data).toEqual(data);
    expect(answer).toMatchObject({ status: given.status ?? 200, attempts: 2, events: [] });
  });

  it('of JSON that is called text/plain is told, where no document declares it', () => {
    const given = { type: 'text/plain; charset=utf-8', body: '{}' };
    expect(read({}, given).events).toEqual([
      { type: 'warning', message: 'getThing was answered with JSON called text/plain.' },
    ]);
    expect(read({ accept: ['text/plain'] }, given).events).toEqual([]);
  });

  it.each<[Given, string, string, string?]>([
    [
      { type: 'text/html', body: '{}' },
      'content-type',
      "its content type is 'text/html'",
      'Is baseUrl the API itself, with no proxy or sign-in page in between?',
    ],
    [
      { type: 'a-long-secret/x', body: '{}' },
      'content-type',
      "its content type is '[redacted]/x'",
      'Is baseUrl the API itself, with no proxy or sign-in page in between?',
    ],
    [{ body: '{"a":' }, 'unreadable', 'it is not complete JSON'],
    [{ type: 'text/plain', body: 'Hello.' }, 'unreadable', 'it is not complete JSON'],
    [{ body: '['.repeat(100) + ']'.repeat(100) }, 'unreadable', 'its JSON is nested too deeply'],
    [
      { body: '{"data":[{"id":12345678901234567890}]}' },
      'unsafe-integer',
      "the integer at 'data.0.id' is too large for a JavaScript number",
    ],
  ])('that cannot be read is refused: %#', (given, reason, why, hint) => {
    const error = refused({}, given);
    expect(error).toBeInstanceOf(ResponseError);
    expectFields(error, {
      message: `getThing failed: the answer cannot be read: ${why}.`,
      operation: 'getThing',
      status: 200,
      attempts: 2,
      reason,
      hint,
    });
  });

  it('tells how many failed, and how many warnings there are', () => {
    const body = JSON.stringify({ errors: [{ code: 'a' }], warnings: [{ code: 'b' }] });
    const { events, problems, warnings } = read({}, { body });
    expect(events).toEqual([
      {
        type: 'warning',
        message: 'getThing succeeded, but with 1 problems and 1 warnings: withResponse() has them.',
      },
    ]);
    expect([problems, warnings]).toEqual([[{ code: 'a' }], [{ code: 'b' }]]);
  });
});

describe('a media type', () => {
  it.each([
    ['Application/JSON; charset=utf-8', 'application/json', true],
    [' text/json ', 'text/json', true],
    ['application/problem+json', 'application/problem+json', true],
    ['application/jsonl', 'application/jsonl', false],
    ['application/x-json-stream', 'application/x-json-stream', false],
    ['x-application/json', 'x-application/json', false],
    ['image/json', 'image/json', false],
    ['application/+json', 'application/+json', false],
    ['', '', true],
  ])('%j is %j; JSON: %s', (text, type, json) => {
    expect(mediaType({ 'content-type': text })).toBe(type);
    expect(isJson(type)).toBe(json);
  });

  it('that is missing is empty', () => {
    expect(mediaType({})).toBe('');
  });
});

it('a body is text, whatever it came as', () => {
  expect(textOf('a')).toBe('a');
  expect(textOf(new TextEncoder().encode('b'))).toBe('b');
});
