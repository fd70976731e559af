import { join } from 'node:path';
import { AccessToken } from '@criteo-sdk/core';
import { createClient } from '@criteo-sdk/retailmedia/2026-07';
import { afterAll, describe, expect, it } from 'vitest';
import { folderUntilExit } from '../../tools/scratch.ts';
import { type Answer, cleanAnswer } from './answer.ts';
import type { BodyKind } from './bodies.ts';
import { CALLS } from './calls.ts';
import { digestOf } from './digest.ts';
import { expectedDigest, expectedRefusal } from './expected.ts';
import { KIND_NAMES, KINDS, type KindName } from './kinds.ts';
import { type Exchange, type Series, seriesOf } from './plan.ts';
import { CALL_HEADER } from './requests.ts';
import { startServer } from './server.ts';

const folder = folderUntilExit();
const closing: (() => unknown)[] = [];
afterAll(() => Promise.all(closing.map((close) => close())));

const expiresAt = new Date('2100-01-01');
const token = new AccessToken({ value: 'token-secret', tokenType: 'Bearer', expiresAt });

/** A call of that kind, and what comes of it where the answer is in order and has that body. */
const outcomeOf = async (kind: KindName, body: BodyKind) => {
  const answer: Answer = { ...cleanAnswer(body), status: 203, ending: 'keep' };
  const exchange: Exchange = {
    number: 0,
    kind,
    client: 0,
    retries: 0,
    abortAfterMs: undefined,
    answers: [answer],
    isSoonOver: false,
  };
  const series: Series = { ...seriesOf(1, 0), way: 'plain', isListening: true };
  const server = await startServer({ ...series, exchanges: [exchange] });
  const client = createClient({
    baseUrl: `http://127.0.0.1:${server.port}`,
    allowLoopbackHttp: true,
    logLevel: 'off',
    rateLimit: false,
    tokens: { get: async () => token, invalidate: () => {} },
  });
  closing.push(() => client.close(), server.close);
  const options = { headers: { [CALL_HEADER]: '0' }, retry: { limit: 0 } };
  const told = await CALLS[kind]
    .call(client, options, join(folder, `${kind}-${body}`))
    .then((value) => `a value: ${digestOf(value)}`, String);
  return {
    told,
    refusal: expectedRefusal(exchange, answer),
    digest: expectedDigest(exchange, answer),
  };
};

describe('what is expected of a good answer', () => {
  it.each(KIND_NAMES)('is what a client makes of it: %s', async (kind) => {
    for (const body of ['empty', 'html', 'problem', KINDS[kind].body] as const) {
      const { told, refusal, digest } = await outcomeOf(kind, body);
      expect(told, body).toMatch(refusal ?? /^a value/);
      if (digest !== undefined) expect(told, body).toBe(`a value: ${digest}`);
    }
  });
});
