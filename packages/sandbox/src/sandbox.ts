import { answerRequest } from './api.js';
import { createApplications } from './applications.js';
import { readFlips } from './assumptions.js';
import { CONSENT_PATH } from './consent-page.js';
import { loadOperations, versionId } from './documents.js';
import { journalEntry, record } from './journal.js';
import { own } from './own.js';
import { partialFailure } from './problems.js';
import type { Assumption, CallFilter, JobEnd, JournalEntry } from './public-types.js';
import { JOB_ENDS } from './public-types.js';
import { createRouter } from './router.js';
import { listen } from './server.js';
import { atLeast, checkBudget, initialState, now, type World } from './state.js';

export interface SandboxOptions {
  /** The same seed gives the same answers, byte for byte. @default 7 */
  readonly seed?: number;
  /** 0 takes any free port. @default 0 */
  readonly port?: number;
  /** @default the life that each API version gives: 300 s for marketing v1, else 900 s */
  readonly tokenLifetimeMs?: number | undefined;
  /** @default no budget */
  readonly budget?: Budget | undefined;
  /** Behaviours that no document confirms, to be the other way round. @default none */
  readonly flip?: readonly Assumption[];
}

/** How many API calls fit into each window; token calls are free. */
export interface Budget {
  readonly limit: number;
  readonly windowMs: number;
}

/** What a client of the sandbox needs; spread it into `createClient`. */
export interface SandboxCredentials {
  readonly clientId: string;
  readonly clientSecret: string;
  readonly baseUrl: string;
  readonly allowLoopbackHttp: true;
}

/** Real time plus what `tick` added; tokens and budgets follow it. */
export interface SandboxClock {
  now(): Date;
  /** Moves time forward by milliseconds, or by a span such as `'500ms'`, `'30s'`, `'15m'`, `'2h'`. */
  tick(span: number | string): void;
}

export interface Sandbox {
  readonly url: string;
  /** The default application; at `/oauth2/token` it is answered as the newest version does. */
  readonly clientOptions: SandboxCredentials;
  readonly clock: SandboxClock;
  /** The page that a user is sent to; it redirects at once, with a code. */
  readonly consentUrl: string;
  readonly consent: {
    /** The user refuses the next consent. */
    denyNext(): void;
  };
  /** The application of one API version, such as `'retailmedia/2022-10'`. */
  credentials(version: string): SandboxCredentials;
  /** What was called, oldest first, the newest 10 000; filter by operation name or by a predicate. */
  calls(filter?: CallFilter): readonly JournalEntry[];
  /** The life of tokens issued from now on. */
  setTokenLifetime(ms: number): void;
  setBudget(budget: Budget | undefined): void;
  /** These operations answer 403 until `reset()`, as without a permission. */
  forbid(...operations: string[]): void;
  /**
   * Successes of these operations tell of one failed part in `errors` until `reset()`, beside their data.
   * @throws {TypeError} if the answer of one has no `errors` in any version.
   */
  failPart(...operations: string[]): void;
  /** How the next job that is created ends; called again, the one after it. @default success */
  nextJob(end: JobEnd): void;
  /** Ends every consent so far: its access tokens answer 403, its codes and refresh tokens nothing. */
  revoke(): void;
  /** Journal, tokens, consents, jobs, clock and all settings are as at the start. */
  reset(): void;
  /** Ends at once, open keep-alive connections included. */
  close(): Promise<void>;
}

/** Starts a server on 127.0.0.1 that keeps the process alive until `close()`. */
export async function startSandbox(options: SandboxOptions = {}): Promise<Sandbox> {
  const operations = loadOperations();
  const applications = createApplications(new Set(operations.map((o) => versionId(o.document))));
  const router = createRouter(operations);
  const flips = readFlips(options.flip);
  const world: World = { seed: options.seed ?? 7, router, applications, flips };
  let state = initialState(options);
  const listener = await listen(options.port ?? 0, (request) => {
    const at = now(state);
    const { answer, operation } = answerRequest(request, world, state);
    const entry = journalEntry(request, operation, applications);
    record(state.journal, { at, ...entry, status: answer.status });
    return answer;
  });

  const baseUrl = `http://127.0.0.1:${listener.port}`;
  const credentials = (wanted?: string): SandboxCredentials => {
    const found = [...applications.values()].find(({ version }) => version === wanted);
    if (!found)
      throw new TypeError(
        `credentials: there is no such API version; there are ${[...new Set(operations.map((o) => versionId(o.document)))].join(', ')}`,
      );
    const { clientId, clientSecret } = found;
    return { clientId, clientSecret, baseUrl, allowLoopbackHttp: true };
  };
  const checkNames = (caller: string, names: readonly string[]): void => {
    const known = operations.map(({ name }) => name);
    const unknown = names.find((name) => !known.includes(name));
    if (unknown !== undefined) throw new TypeError(`${caller}: no operation is named '${unknown}'`);
  };
  return {
    url: baseUrl,
    clientOptions: credentials(),
    clock: {
      now: () => now(state),
      tick: (span) => {
        state.aheadMs += typeof span === 'number' ? atLeast(0, span) : parseSpan(span);
      },
    },
    consentUrl: baseUrl + CONSENT_PATH,
    consent: {
      denyNext: () => {
        state.denials += 1;
      },
    },
    credentials,
    calls: (filter = () => true) => {
      const isMeant =
        typeof filter === 'string' ? (e: JournalEntry) => e.operation === filter : filter;
      return state.journal.filter(isMeant);
    },
    setTokenLifetime: (ms) => {
      state.tokenLifetimeMs = atLeast(0, ms);
    },
    setBudget: (budget) => {
      Object.assign(state, { budget: checkBudget(budget), window: { endsAt: 0, used: 0 } });
    },
    forbid: (...names) => {
      checkNames('forbid', names);
      for (const name of names) state.forbidden.add(name);
    },
    failPart: (...names) => {
      checkNames('failPart', names);
      const telling = operations.filter((operation) => partialFailure(operation, ''));
      const without = names.find((name) => !telling.some((operation) => operation.name === name));
      if (without !== undefined)
        throw new TypeError(`failPart: the answer of '${without}' has no list of errors`);
      for (const name of names) state.failing.add(name);
    },
    nextJob: (end) => {
      if (!JOB_ENDS.includes(end))
        throw new TypeError(`nextJob: '${end}' is none of ${JOB_ENDS.join(', ')}`);
      state.nextJobs.push(end);
    },
    revoke: () => {
      for (const consent of state.consents.values()) consent.ended ??= 'revoked';
    },
    reset: () => {
      state = initialState(options);
    },
    close: listener.close,
  };
}

const UNITS: Readonly<Record<string, number>> = { ms: 1, s: 1e3, m: 6e4, h: 3.6e6, d: 8.64e7 };

function parseSpan(span: string): number {
  const [, amount, unit = ''] = /^(\d+)(ms|s|m|h|d)$/.exec(span) ?? [];
  return atLeast(0, Number(amount) * (own(UNITS, unit) ?? Number.NaN));
}
