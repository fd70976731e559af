import type { ServerResponse } from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';
import { json } from './misbehave.ts';
import { listen, read, stop } from './server.ts';

/** An API that keeps back its answers until it is told what to say. It gives tokens at once. */
export interface HeldApi {
  readonly url: string;
  /** API requests so far. */
  readonly seen: () => number;
  /** Resolves when so many requests wait for their answer, and no more come. */
  holds(count: number): Promise<void>;
  /** Answers those that wait longest. */
  answer(count: number, status?: number, headers?: Readonly<Record<string, string>>): void;
  /** Ends the connections of those that wait longest, without an answer. */
  reset(count: number): void;
  close(): Promise<void>;
}

const LONGEST_MS = 10_000;
/** Whatever else were to come would have come by then. */
const QUIET_MS = 250;

export const startHeldApi = async (): Promise<HeldApi> => {
  let seen = 0;
  const held: ServerResponse[] = [];
  const { url, server } = await listen(async (request, response) => {
    await read(request);
    if (request.url === '/oauth2/token') return json(response, 200, TOKEN);
    seen += 1;
    held.push(response);
  });
  return {
    url,
    seen: () => seen,
    holds: async (count) => {
      await until(() => held.length >= count);
      await sleep(QUIET_MS);
      if (held.length !== count) throw new Error(`${held.length} requests wait, not ${count}`);
    },
    answer: (count, status = 200, headers = {}) => {
      for (const response of held.splice(0, count)) json(response, status, { data: {} }, headers);
    },
    reset: (count) => {
      for (const { socket } of held.splice(0, count)) socket?.resetAndDestroy();
    },
    close: () => stop(server),
  };
};

/** Waits until it is so, but not for ever: what follows tells what is wrong. */
export const until = async (isSo: () => boolean): Promise<void> => {
  const endsAt = performance.now() + LONGEST_MS;
  while (!isSo() && performance.now() < endsAt) await sleep(10);
};

const TOKEN = { access_token: 'token', token_type: 'Bearer', expires_in: 900, refresh_token: 'r' };
