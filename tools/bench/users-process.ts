import assert from 'node:assert/strict';
import { setImmediate as turn } from 'node:timers/promises';
import { type Cost, least } from './measure.ts';
import { sdkClients, type UsersClient } from './users.ts';
import { answerEach } from './worker.ts';

/*
 * What a client weighs, and what it takes to make one. Needs --expose-gc.
 */

export interface Weights {
  /** Bytes of heap, by client. */
  readonly made: number;
  readonly used: number;
  /** Of making them, without a call. */
  readonly making: Cost;
  readonly clients: number;
}

const CLIENTS = 2_000;
/** So few calls at once that their sockets weigh nothing beside the clients. */
const AT_ONCE = 4;
const ROUNDS = 8;

const [url = ''] = process.argv.slice(2);

const make = (count: number): UsersClient[] => Array.from({ length: count }, sdkClients(url));

const callOnce = async (clients: readonly UsersClient[]): Promise<void> => {
  for (let at = 0; at < clients.length; at += AT_ONCE)
    await Promise.all(clients.slice(at, at + AT_ONCE).map((client) => client.call()));
};

/** What is reachable, once what waits to be freed is gone. */
const heapUsed = async (): Promise<number> => {
  assert.ok(globalThis.gc, 'start it with --expose-gc');
  for (let again = 0; again < 4; again += 1) {
    await turn();
    globalThis.gc();
  }
  return process.memoryUsage().heapUsed;
};

const costOfMaking = (): Cost => {
  const startedAt = performance.now();
  const before = process.cpuUsage();
  make(CLIENTS);
  const { system, user } = process.cpuUsage(before);
  return {
    cpuSeconds: (system + user) / 1_000_000,
    wallSeconds: (performance.now() - startedAt) / 1_000,
  };
};

answerEach(async (): Promise<Weights> => {
  // Modules, compiled code and shared sockets belong to no client.
  await callOnce(make(CLIENTS / 10));
  const empty = await heapUsed();
  const clients = make(CLIENTS);
  const made = await heapUsed();
  await callOnce(clients);
  const used = await heapUsed();
  const making = least(Array.from({ length: ROUNDS }, costOfMaking));
  return {
    clients: clients.length,
    made: (made - empty) / CLIENTS,
    used: (used - empty) / CLIENTS,
    making,
  };
});
