import { describe, expect, it } from 'vitest';
import type { HttpRequest, HttpResponse } from '../src/exchange.js';
import { TransportFault } from '../src/fault.js';
import { type AttemptConfig, axiosSend, type HttpClient } from '../src/http.js';
import type { Operation } from '../src/operation.js';
import { fails } from './api.js';
import { requestOf as exchangeOf } from './exchange.js';
import { manualClock } from './manual-clock.js';

type Config = Parameters<HttpClient['request']>[0];
interface Answer {
  readonly status?: unknown;
  readonly headers?: object;
  readonly data?: unknown;
}

const requestOf = (
  operation: Partial<Operation> = {},
  signal: AbortSignal = new AbortController().signal,
): HttpRequest =>
  exchangeOf(
    { signal, attempts: 0 },
    {
      operation: { id: 'doThing', method: 'POST', path: '/', ...operation },
      method: 'POST',
      url: 'https://api.example.com/things',
      body: '{}',
    },
  );

/** Sends over an axios instance that answers so; gives what it was asked, too. */
const send = async (
  answer: Answer | (() => Promise<Answer>),
  request = requestOf(),
  clock = manualClock(),
): Promise<{ response: HttpResponse; asked: Config; request: HttpRequest }> => {
  let asked: Config = {};
  const instance = {
    request: async (config: Config) => {
      asked = config;
      return typeof answer === 'function' ? answer() : answer;
    },
  } as unknown as HttpClient;
  const wire = { instance, isOurs: true, isRecording: false, hint: () => undefined };
  return { response: await axiosSend(wire, clock)(request), asked, request };
};

const OK = { status: 200, headers: {}, data: '' };

describe('an exchange', () => {
  it('takes over nothing that an axios instance may have set', async () => {
    const { asked } = await send(OK);
    const { signal, validateStatus, attempt, ...config } = asked as AttemptConfig & Config;
    expect(attempt?.call.attempts).toBe(1);
    expect(config).toEqual({
      url: 'https://api.example.com/things',
      method: 'POST',
      headers: { 'content-type': false, accept: 'application/json' },
      data: '{}',
      responseType: 'text',
      transformRequest: [],
      transformResponse: [],
      maxRedirects: 0,
      maxContentLength: 50 * 1024 * 1024,
      maxBodyLength: Number.POSITIVE_INFINITY,
      timeout: 0,
      baseURL: '',
      allowAbsoluteUrls: true,
      auth: null,
    });
    expect(validateStatus?.(500)).toBe(true);
    expect(signal).toBeInstanceOf(AbortSignal);
  });

  it('has a smaller limit for a token, and asks for bytes where a file comes', async () => {
    expect((await send(OK, requestOf({ auth: 'none' }))).asked.maxContentLength).toBe(1024 * 1024);
    expect((await send(OK, requestOf({ response: 'bytes' }))).asked.responseType).toBe(
      'arraybuffer',
    );
    expect((await send(OK, requestOf({ response: 'none' }))).asked.responseType).toBe('text');
  });

  it.each([
    ['text', 'abc', 'abc'],
    ['bytes', new Uint8Array([1, 2]), new Uint8Array([1, 2])],
    ['a buffer', new Uint8Array([3]).buffer, new Uint8Array([3])],
    ['null', null, ''],
    ['nothing', undefined, ''],
  ])('gives a body that came as %s', async (_what, data, body) => {
    const { response } = await send({ ...OK, data });
    expect(response.body).toEqual(body);
  });

  it('gives headers in lower case, the first where one came twice', async () => {
    const headers = { 'X-One': '1', 'x-two': ['a', 'b'], 'x-three': 3 };
    const { response } = await send({ status: 201, headers, data: '' });
    expect(response).toEqual({
      status: 201,
      headers: { 'x-one': '1', 'x-two': 'a', 'x-three': '3' },
      body: '',
    });
  });

  it.each([
    ['its data alone', {}, 'the axios instance changed the answer; leave it whole'],
    [
      'data that it parsed',
      { ...OK, data: {} },
      'the axios instance changed the answer; leave its data as it is',
    ],
  ])('is a bad answer where an instance gives %s', async (_what, answer, message) => {
    const fault = await fails(send(answer));
    expect(fault).toBeInstanceOf(TransportFault);
    expect(fault).toMatchObject({ kind: 'response', message });
  });
});

describe('an attempt', () => {
  it('is counted, but not one whose call is over', async () => {
    expect((await send(OK)).request.call.attempts).toBe(1);
    const request = requestOf({}, AbortSignal.abort(new Error('over')));
    await expect(send(OK, request)).rejects.toThrow('over');
    expect(request.call.attempts).toBe(0);
  });

  it('of a write that breaks off may have been processed; a refusal says that it was not', async () => {
    const breaking = (fields: object) => async (): Promise<Answer> => {
      throw Object.assign(new Error('broken'), fields);
    };
    const outcome = async (answer: Parameters<typeof send>[0], operation = {}) => {
      const request = requestOf(operation);
      await send(answer, request).catch(() => {});
      return request.call.outcome;
    };
    expect(await outcome(breaking({ code: 'ECONNRESET' }))).toBe('unknown');
    expect(await outcome(breaking({ code: 'ECONNREFUSED', syscall: 'connect' }))).toBe('not-sent');
    expect(await outcome({ ...OK, status: 502 })).toBe('unknown');
    expect(await outcome({ ...OK, status: 502 }, { method: 'GET' })).toBe('answered');
    expect(await outcome({ ...OK, status: 502 }, { read: true })).toBe('answered');
    expect(await outcome({ ...OK, status: 400 })).toBe('answered');
    expect(await outcome(OK)).toBe('answered');
  });

  it('ends at its limit even where the instance does not listen, and leaves no timer', async () => {
    const clock = manualClock();
    const sent = send(() => new Promise(() => {}), requestOf(), clock);
    const failed = fails(sent);
    await clock.advance(60_000);
    expect(await failed).toMatchObject({ kind: 'timeout' });
    expect(clock.pending()).toBe(0);
    await send(OK, requestOf(), clock);
    expect(clock.pending()).toBe(0);
  });
});
