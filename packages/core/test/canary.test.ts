import { inspect } from 'node:util';
import axios from 'axios';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { connect } from '../src/client.js';
import type { Client } from '../src/client-options.js';
import { SdkError } from '../src/errors.js';
import { leaks, sinks } from './canary.js';
import { WRITTEN } from './encoders.js';
import { type FaultServer, json, type Seen, serve } from './server.js';
import { type Groups, version } from './users.js';

/*
 * Thirteen failures, of the API and of the token endpoint, each of which echoes all secrets of the client in each way of
 * writing; and each way in which the error can be printed. The same harness must find a secret that is planted in any
 * of them, or it would prove nothing.
 */

const CLIENT_SECRET = 'canary+secret/1==&"<\'';
const ACCESS = 'canary-access-Zm9v+/=~1';
const REFRESH = 'canary-refresh-9f8e7d';
const CODE = 'canary-code-4/0AX4XfWi';
const VERIFIER = 'canary-verifier_dBjftJeZ4CVP';
const SECRETS = [CLIENT_SECRET, ACCESS, REFRESH, CODE, VERIFIER];

type Response = Parameters<Parameters<typeof serve>[0]>[1];
type Failure = (echoes: readonly string[], response: Response) => void;

const problemOf = (echo: string): object => ({
  code: echo,
  type: echo,
  title: echo,
  detail: `You sent "${echo}", did you not? \u001b[31m`,
  instance: `/things/${echo}`,
  source: { [echo]: echo, pointer: echo },
  traceId: echo,
});
const problems =
  (status: number, headers: Record<string, string> = {}): Failure =>
  (echoes, response) =>
    json(response, status, { errors: echoes.map(problemOf), warnings: [] }, headers);
const begin = (response: Response, type: string, text: string): void => {
  response.writeHead(200, { 'content-type': type, 'content-length': '99999' });
  response.write(text);
};
/** A header takes what is printable, and no line. */
const inHeader = (echo: string): string => echo.replace(/[^\x20-\x7e]/g, ' ');

const FAILURES: Readonly<Record<string, Failure>> = {
  'a 400 with problems': problems(400),
  'a 401': problems(401),
  'a 403': problems(403),
  'a 429': problems(429, { 'retry-after': '86400' }),
  'a 500': problems(500),
  "a 400 with OAuth's error": (echoes, response) =>
    json(response, 400, {
      error: echoes[0],
      error_description: echoes.slice(1, 4).join(' '),
      error_uri: `https://criteo.example/${echoes[4]}`,
    }),
  'problems in a success': (echoes, response) =>
    json(response, 200, { data: echoes, errors: echoes.map(problemOf), warnings: [] }),
  'HTML of a type that it names': (echoes, response) => {
    response.writeHead(200, { 'content-type': `text/${inHeader(echoes.join(' '))}` });
    response.end(`<p>${echoes.join('\n')}</p>`);
  },
  'a redirect': (echoes, response) =>
    response
      .writeHead(302, { location: `https://evil.example/${inHeader(echoes.join('/'))}` })
      .end(),
  'a reset in the middle': (echoes, response) => {
    begin(response, 'application/json', JSON.stringify(echoes));
    setTimeout(() => response.destroy(), 5);
  },
  'an answer that does not end': (echoes, response) =>
    begin(response, 'application/json', JSON.stringify(echoes)),
  'half of a JSON': (echoes, response) =>
    response
      .writeHead(200, { 'content-type': 'application/json' })
      .end(JSON.stringify(echoes).slice(0, -2)),
  'a number that is too large, under a name that echoes': (echoes, response) =>
    response
      .writeHead(200, { 'content-type': 'application/json' })
      .end(`{${echoes.map((echo) => `${JSON.stringify(echo)}:12345678901234567890`)}}`),
};

/** Of these an error tells nothing that was echoed. */
const SILENT = /reset|does not end|half|redirect|HTML|too large/;

const WAYS = Object.entries(WRITTEN);
const isToken = ({ url }: Seen): boolean => url.endsWith('/oauth2/token');

/** Which way of writing a request asks for: its client, or the path, names it. */
const wayOf = (seen: Seen): number =>
  Number(
    isToken(seen)
      ? new URLSearchParams(seen.body).get('client_id')
      : (/things\/(\d+)/.exec(seen.url)?.[1] ?? 0),
  );

let server: FaultServer;
let failing: { readonly failure: Failure; readonly endpoint: string } | undefined;

beforeAll(async () => {
  server = await serve((seen, response) => {
    const endpoint = isToken(seen) ? 'the token endpoint' : 'the API';
    const write = WAYS[wayOf(seen)]?.[1] ?? String;
    if (failing?.endpoint === endpoint) return failing.failure(SECRETS.map(write), response);
    if (!isToken(seen)) return json(response, 200, { name: 'thing' });
    return json(response, 200, {
      access_token: ACCESS,
      refresh_token: REFRESH,
      token_type: 'Bearer',
      expires_in: 900,
    });
  });
});
afterAll(() => server.close());

interface Told {
  readonly client: Client<Groups>;
  readonly log: string[];
}

const clientOf = (way: number): Told => {
  const log: string[] = [];
  const write = (message: string): number => log.push(message);
  const client = connect(version, {
    clientId: String(way),
    clientSecret: CLIENT_SECRET,
    grant: {
      type: 'authorization_code',
      code: CODE,
      codeVerifier: VERIFIER,
      redirectUri: 'https://a.example',
    },
    baseUrl: server.url,
    allowLoopbackHttp: true,
    logger: { debug: write, warn: write },
    logLevel: 'debug',
    observe: (event) => write(JSON.stringify(event)),
    retry: { limit: 1, baseMs: 1, maxMs: 1 },
    throwOnPartialFailure: true,
  });
  return { client, log };
};

/** The error of a call whose answer echoes in this way. */
const failed = async (
  way: number,
  { client, log }: Told,
  timeoutMs: number,
): Promise<Record<string, string>> => {
  const error = await client.thing.getThing({ id: String(way) }, { timeoutMs }).then(
    () => expect.unreachable('it should fail'),
    (reason: unknown) => reason,
  );
  expect(error).toBeInstanceOf(SdkError);
  expect(String(error)).not.toMatch(/\p{Cc}/u);
  expect(log.length).toBeGreaterThan(0);
  return sinks(error, log);
};

describe.each(['the API', 'the token endpoint'])('no secret can be printed when %s', (endpoint) => {
  it.each(Object.entries(FAILURES))('answers with %s', async (name, failure) => {
    failing = undefined;
    const clients = WAYS.map((_, way) => clientOf(way));
    for (const [way, { client }] of clients.entries()) {
      await client.thing.getThing({ id: String(way) });
      if (endpoint !== 'the API') client.tokens.invalidate(ACCESS);
    }
    failing = { failure, endpoint };
    const timeoutMs = /does not end/.test(name) ? 300 : 60_000;
    const printed = await Promise.all(clients.map((told, way) => failed(way, told, timeoutMs)));
    const leaking = printed.flatMap((sunk, way) =>
      leaks(sunk, SECRETS).map((sink) => `${WAYS[way]?.[0]}: ${sink}`),
    );
    expect(leaking).toEqual([]);
    if (!SILENT.test(name))
      for (const { inspect: shown } of printed) expect(shown).toContain('[redacted]');
    for (const { client } of clients) client.close();
  });
});

describe('the harness', () => {
  const CLEAN = sinks(new SdkError('getThing failed: 400.'), ['a line']);

  it('has thirteen failures, nine sinks and more than forty ways of writing', () => {
    expect(Object.keys(FAILURES)).toHaveLength(13);
    expect(Object.keys(CLEAN)).toHaveLength(9);
    expect(WAYS.length).toBeGreaterThan(40);
    expect(leaks(CLEAN, SECRETS)).toEqual([]);
  });

  it.each(WAYS)('finds a secret in any sink: %s', (_how, write) => {
    for (const sink of Object.keys(CLEAN)) {
      const seeds = SECRETS.map((secret) => `"${write(secret)}"`).join(' ');
      const seeded = { ...CLEAN, [sink]: `${CLEAN[sink]} ${seeds}` };
      expect(leaks(seeded, SECRETS)).toEqual(SECRETS.map(() => sink));
    }
  });

  it('finds the secret of a raw AxiosError in at least five sinks', async () => {
    failing = { failure: problems(400), endpoint: 'the API' };
    const form = new URLSearchParams({ client_secret: CLIENT_SECRET }).toString();
    const headers = { authorization: `Bearer ${ACCESS}` };
    const error = await axios.post(`${server.url}/things/0`, form, { headers }).then(
      () => expect.unreachable(),
      (reason: unknown) => reason,
    );
    const found = leaks(sinks(error, [inspect(error, { depth: 9 })]), SECRETS);
    expect(new Set(found).size).toBeGreaterThanOrEqual(5);
  });
});
