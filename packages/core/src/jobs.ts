import { checkTarget } from '#files';
import { type Need, transportOf } from './api.js';
import { isFailed, isFinished, type JobStatus, readJobStatus } from './criteo/job-status.js';
import { MOST_REPORT_ROWS } from './criteo/request-limits.js';
import { type Download, fileOf, guarded, type SavedFile } from './download.js';
import { withFields } from './error-copy.js';
import { ConfigError, JobError, ResponseError, SdkError, TimeoutError } from './errors.js';
import type {
  Arguments,
  Call,
  CallOptions,
  JobOperation,
  Operation,
  Transport,
} from './operation.js';
import { checkSignal, checkTimeout } from './options.js';
import { ownData, ownFields } from './own.js';
import { cleanerOf } from './redact.js';
import { type Clock, sleep, withDeadline } from './time.js';
import { toolsOf } from './transport-tools.js';

/** A method that creates a job. */
export type JobMethod<P, R> = ((...args: Arguments<P>) => Call<R>) & {
  readonly operation: JobOperation<P, R>;
};

export interface JobOptions extends Omit<CallOptions, 'throwOnPartialFailure' | 'timeoutMs'> {
  /** Saves the output under this path, whose folder must be there; Node, Bun and Deno only. @default the output is read from what is returned */
  readonly to?: string | undefined;
  /** How long to wait for the output, in milliseconds, creation included; fetching it is not. @default 1800000 */
  readonly timeoutMs?: number | undefined;
  /**
   * Pause before the first poll in milliseconds; it grows by half each time, up to 30000. All jobs of a client
   * poll 2000 apart; less than that, for a sandbox, is kept between them, too, and no rate limit with it. @default 2000
   */
  readonly intervalMs?: number | undefined;
  /** Hold the output against the checksum that the API tells; without one, or where there is no MD5, nothing is. @default true */
  readonly verify?: boolean | undefined;
  /** Called when the job is there, after each poll, and as its output comes. What it throws is a warning, and no failure. */
  readonly onProgress?: ((progress: JobProgress) => unknown) | undefined;
}

export interface JobProgress {
  /** Keep it: {@link resumeJob} goes on with it, in another process, too. */
  readonly id: string;
  /** The API's word in lower case, such as `pending` or `success`. */
  readonly state: string;
  readonly polls: number;
  readonly elapsedMs: number;
  /** Of the output, once it comes. */
  readonly bytes?: number;
  readonly totalBytes?: number | undefined;
}

/** A job that succeeded, and its output. */
export interface FinishedJob extends Download {
  readonly id: string;
  readonly state: string;
  /** Undefined where the API does not count. */
  readonly rowCount: number | undefined;
  readonly totalBytes: number | undefined;
  /** Until when the API keeps the output. */
  readonly expiresAt: Date | undefined;
  /** True if a report has as many rows as one may have, 100,000: the API leaves out what is beyond, without a word. */
  readonly isCapped: boolean;
  /** What was saved, if `to` was given. */
  readonly saved: SavedFile | undefined;
}

/** `params` may be left out where all of its members may. */
export type JobArguments<P> = Arguments<P, JobOptions>;

/**
 * Creates a job, waits for it, and gives its output.
 * @example await runJob(client.analytics.requestPerformanceReport, { body }, { to: 'performance.csv' });
 * @throws {JobError} if it fails or expires
 * @throws {TimeoutError} if it is not done in time; it goes on at the API. Every error after the creation has `jobId`, but for your own abort and those of a file that is read later
 */
export const runJob = async <P, R>(
  method: JobMethod<P, R>,
  ...[params, options = {}]: JobArguments<P>
): Promise<FinishedJob> =>
  follow(method, options, async (callOptions) => {
    const body: R = await method(...([params, callOptions] as unknown as Arguments<P>));
    const { id } = readJobStatus(body);
    if (id !== undefined) return id;
    const { id: operation } = method.operation;
    throw new ResponseError(`${operation} failed: the answer has no id of a job.`, {
      operation,
      reason: 'unreadable',
    });
  });

/**
 * Waits for a job that is there already.
 * @example const report = await resumeJob(client.analytics.requestPerformanceReport, id);
 * @throws as {@link runJob}
 */
export const resumeJob = async <P, R>(
  method: JobMethod<P, R>,
  id: string,
  options: JobOptions = {},
): Promise<FinishedJob> => {
  if (typeof id === 'string' && id !== '') return follow(method, options, async () => id, 0);
  throw new ConfigError('resumeJob needs the id of a job, as onProgress or an error told it.');
};

const JOB: Need = {
  helper: 'runJob',
  fits: (operation) => Object.hasOwn(operation, 'job'),
  otherwise: 'creates no job; await it, or use download if it answers with a file.',
};

const WAIT_MS = 1_800_000;
const INTERVAL_MS = 2_000;
const LONGEST_INTERVAL_MS = 30_000;

const follow = async <P, R>(
  method: JobMethod<P, R>,
  options: JobOptions,
  begin: (options: CallOptions) => Promise<string>,
  firstPauseMs?: number,
): Promise<FinishedJob> => {
  const {
    to,
    timeoutMs,
    intervalMs = INTERVAL_MS,
    verify,
    onProgress,
    ...others
  } = ownFields(options);
  // What an answer warns of is logged: the id of a job that is there must not get lost.
  const ofCalls: CallOptions = ownFields({ ...others, throwOnPartialFailure: false });
  const transport = transportOf(method, JOB);
  const operation = ownData(method.operation);
  const { clock, tell, secrets = [] } = toolsOf(transport);
  const clean = cleanerOf(secrets);
  checkSignal(operation.id, ofCalls.signal);
  const limitMs = checkTimeout(operation.id, timeoutMs ?? WAIT_MS);
  checkTimeout(operation.id, intervalMs, 'intervalMs');
  if (to !== undefined) await checkTarget(operation.id, to);
  const deadline = withDeadline(clock, limitMs, ofCalls.signal);
  const callOptions = { ...ofCalls, signal: deadline.signal };
  const startedAt = clock.monotonic();
  const told = { id: '', state: 'pending', polls: 0 };
  const tellUser = guarded(transport, operation, onProgress);
  const report = (of: Partial<JobProgress> = {}): void =>
    tellUser({ ...told, elapsedMs: Math.round(clock.monotonic() - startedAt), ...of });
  try {
    told.id = await begin(callOptions);
    report();
    let pauseMs = firstPauseMs ?? intervalMs;
    let status: JobStatus;
    do {
      await sleep(clock, pauseMs, deadline.signal);
      await turn(transport, clock, intervalMs, deadline.signal);
      const params = { [operation.job.id]: told.id };
      const step = operation.job.status as Operation<object>;
      status = readJobStatus(await transport.call(step, params, callOptions));
      told.state = status.state;
      told.polls += 1;
      report();
      if (isFailed(status.state)) throw failed(operation, status.state);
      pauseMs = Math.max(intervalMs, Math.min(pauseMs * 1.5, LONGEST_INTERVAL_MS));
    } while (!isFinished(status.state));
    deadline.cancel();
    const job = finished(transport, operation, told.id, status, { ...ofCalls, verify }, report);
    if (job.isCapped) {
      const message = `${operation.id}: report ${clean(told.id)} has ${job.rowCount} rows, as many as one may have. The API leaves out what is beyond: ask for fewer days, ids or dimensions.`;
      tell({ type: 'warning', message });
    }
    return to === undefined ? job : { ...job, saved: await job.saveTo(to) };
  } catch (error) {
    const isLate = deadline.signal.aborted && !ofCalls.signal?.aborted && told.id !== '';
    const thrown = isLate ? late(operation, told, limitMs, clean) : error;
    const isOurs = thrown instanceof SdkError && thrown !== ofCalls.signal?.reason;
    throw isOurs && told.id !== '' ? withFields(thrown, { jobId: told.id }) : thrown;
  } finally {
    deadline.cancel();
  }
};

// Polls of all jobs of one client together: 30 of the 40 calls a minute that reports have.
const LEAST_SPACE_MS = 2_000;
const lastPollAt = new WeakMap<Transport, number>();

/** Waits until a poll may go out; who wakes first goes first. */
const turn = async (
  transport: Transport,
  clock: Clock,
  intervalMs: number,
  signal: AbortSignal,
): Promise<void> => {
  const spaceMs = Math.min(LEAST_SPACE_MS, intervalMs);
  for (;;) {
    const now = clock.monotonic();
    const leftMs = (lastPollAt.get(transport) ?? Number.NEGATIVE_INFINITY) + spaceMs - now;
    if (leftMs <= 0) {
      lastPollAt.set(transport, now);
      return;
    }
    await sleep(clock, leftMs, signal);
  }
};

const finished = <P, R>(
  transport: Transport,
  { job }: JobOperation<P, R>,
  id: string,
  { state, rowCount, totalBytes, md5, expiresAt }: JobStatus,
  { verify = true, ...options }: CallOptions & { verify: boolean | undefined },
  report: (of: Partial<JobProgress>) => void,
): FinishedJob => {
  const output = job.output as Operation<object, Uint8Array | undefined>;
  const expected = { totalBytes, md5: verify ? md5 : undefined };
  const file = fileOf(
    transport,
    output,
    { [job.id]: id },
    { ...options, onProgress: report },
    expected,
  );
  const isReport = job.status.rateClass === 'reporting';
  const isCapped = isReport && (rowCount ?? 0) >= MOST_REPORT_ROWS;
  return { ...file, id, state, rowCount, totalBytes, expiresAt, isCapped, saved: undefined };
};

// The API's own words stay where they are: they could hold anything that was sent.
const failed = (
  { id: operation, job }: Pick<JobOperation, 'id' | 'job'>,
  state: string,
): JobError =>
  new JobError(`${operation} failed: the job ended with '${state}'.`, {
    operation,
    state,
    hint:
      state === 'expired'
        ? 'The API keeps outputs for a time only: create the job anew.'
        : `${job.status.id} may tell why, in its message.`,
  });

const late = (
  { id: operation }: Pick<Operation, 'id'>,
  { id, state }: { id: string; state: string },
  limitMs: number,
  clean: (text: string) => string,
): TimeoutError =>
  new TimeoutError(
    `${operation} failed: job ${clean(id)} was '${clean(state)}' after ${limitMs} ms.`,
    {
      operation,
      limitMs,
      hint: 'It goes on at the API: wait for it with resumeJob and the jobId of this error.',
    },
  );
