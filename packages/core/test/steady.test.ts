import { expect, it } from 'vitest';
import { getThing, perTest } from './api.js';
import { manualClock } from './manual-clock.js';
import { type Handler, json } from './server.js';

const setUp = perTest();

const HOUR_MS = 3_600_000;
const EVERY_MS = 500;
const LIFE_S = 3;
/** Age from which a token of 3 s is renewed, with the widest window (token-life.ts). */
const EARLIEST_SOFT_END_MS = 1_400;

it('an hour of calls with tokens that live 3 seconds: nobody sees a failure, and no token goes out that has ended', async () => {
  const clock = manualClock();
  const ends = new Map<string, number>();
  let refused = 0;
  // As servers do that keep whole seconds: up to one second less than announced.
  const give: Handler = (_seen, response, before) => {
    const value = `token-${before}`;
    ends.set(value, Math.floor(clock.now() / 1000) * 1000 + LIFE_S * 1000);
    json(response, 200, { access_token: value, token_type: 'Bearer', expires_in: LIFE_S });
  };
  const answer: Handler = ({ headers }, response) => {
    const value = headers.authorization?.replace('Bearer ', '') ?? '';
    if ((ends.get(value) ?? 0) > clock.now()) return json(response, 200, { name: 'thing' });
    refused += 1;
    return json(response, 401, {});
  };
  let seed = 7;
  const random = (): number => {
    seed = (seed * 16_807) % 2_147_483_647;
    return seed / 2_147_483_647;
  };
  const { client, tokenCalls } = await setUp(answer, { clock, random }, give);
  let failed = 0;
  for (let at = 0; at < HOUR_MS; at += EVERY_MS) {
    await client.call(getThing, { id: '1' }).catch(() => {
      failed += 1;
    });
    await clock.advance(EVERY_MS);
  }
  expect({ failed, refused }).toEqual({ failed: 0, refused: 0 });
  expect(tokenCalls().length).toBeLessThanOrEqual(HOUR_MS / EARLIEST_SOFT_END_MS + 2);
  expect(tokenCalls().length).toBeGreaterThan(HOUR_MS / (LIFE_S * 1000));
}, 60_000);
