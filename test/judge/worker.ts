import { setTimeout as pause } from 'node:timers/promises';
import { fileStore } from '@criteo-sdk/core/node';
import { TokenError, type TokenStore } from '@criteo-sdk/retailmedia';
import { createClient } from '@criteo-sdk/retailmedia/2026-07';
import axios from 'axios';
import { userOf } from './app.ts';
import { faulty, forgetful } from './faulty-store.ts';

/*
 * One of several processes that share a user's tokens in a folder. It wants a token all the time, and
 * says at the end how often it got one, how often it renewed, how often it got none and may ask again, and what else failed. Told to `hang`, it says when it is
 * about to send a token request, which is when it holds the lock, and goes no further.
 */

const [url = '', folder = '', kind = 'whole'] = process.argv.slice(2);
const whole = fileStore({ folder });
const withoutLock = (): TokenStore => {
  const { lock: _, ...rest } = whole;
  return rest;
};
const STORES: Readonly<Record<string, () => TokenStore>> = {
  whole: () => whole,
  faulty: () => faulty(whole),
  forgetful: () => forgetful(faulty(whole)),
  'without-lock': withoutLock,
};
const store = STORES[kind]?.() ?? whole;
let isToHang = false;
let isOver = false;
const report = { got: 0, renewed: 0, waits: 0, failed: [] as string[], longestWaitMs: 0 };

const instance = axios.create({ proxy: false });
instance.interceptors.request.use(async (config) => {
  if (!isToHang) return config;
  process.send?.('hanging');
  return new Promise(() => {});
});
const client = createClient({
  ...userOf(url, store),
  logLevel: 'off',
  grant: { type: 'refresh_token' },
  axios: instance,
  observe: (event) => {
    if (event.type === 'attempt' && event.status === 200) report.renewed += 1;
  },
});

process.on('message', (told) => {
  if (told === 'hang') isToHang = true;
  if (told === 'stop') isOver = true;
});
while (!isOver) {
  const startedAt = performance.now();
  try {
    await client.tokens.get();
    report.got += 1;
  } catch (error) {
    // The store is away: that passes.
    if (error instanceof TokenError && error.retryable) report.waits += 1;
    else report.failed.push(String(error));
  }
  report.longestWaitMs = Math.max(report.longestWaitMs, performance.now() - startedAt);
  await pause(20 + Math.random() * 60);
}
// It ends by itself, once what it has sent is answered and saved: `process.exit()` would lose a refresh token.
process.send?.(report, undefined, {}, () => process.disconnect?.());
