import { createHash } from 'node:crypto';
import { getEventListeners } from 'node:events';
import { mkdtempSync, readdirSync, readFileSync, realpathSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { afterAll, beforeEach, describe, expect, it } from 'vitest';
import { AccessToken } from '../src/access-token.js';
import { Api } from '../src/api.js';
import { download } from '../src/download.js';
import {
  ConfigError,
  JobError,
  PermissionError,
  ResponseError,
  SdkError,
  TimeoutError,
  TokenError,
} from '../src/errors.js';
import { type FinishedJob, type JobProgress, resumeJob, runJob } from '../src/jobs.js';
import type { SdkEvent } from '../src/observe.js';
import type {
  Arguments,
  Bound,
  Call,
  JobOperation,
  JobSteps,
  Operation,
  Transport,
} from '../src/operation.js';
import { paginate } from '../src/paging.js';
import type { Clock } from '../src/time.js';
import { expectFields, fails, perTest } from './api.js';
import { type ManualClock, manualClock } from './manual-clock.js';
import { type Handler, json, type Seen } from './server.js';

const stepsOf = (more: Pick<Operation, 'rateClass'> = {}): JobSteps => {
  const status: Operation = {
    id: 'getStatus',
    method: 'GET',
    path: '/jobs/{jobId}/status',
    ...more,
  };
  const output: Operation = {
    id: 'getOutput',
    method: 'GET',
    path: '/jobs/{jobId}/output',
    response: 'bytes',
    ...more,
  };
  return { status, output, id: 'jobId' };
};

type RequestExport = JobOperation<{ readonly body: unknown }>;
type RequestReport = JobOperation<{ readonly body?: unknown }>;
type RequestAll = JobOperation<{ readonly day?: string }>;

const CREATION = { method: 'POST', path: '/jobs' } as const;
const requestExport: RequestExport = {
  ...CREATION,
  id: 'requestExport',
  body: true,
  job: stepsOf(),
};
const requestReport: RequestReport = {
  ...CREATION,
  id: 'requestReport',
  body: true,
  rateClass: 'reporting',
  job: stepsOf({ rateClass: 'reporting' }),
};
const requestAll: RequestAll = {
  ...CREATION,
  id: 'requestAll',
  query: ['day'],
  job: stepsOf(),
};

class JobApi extends Api {
  declare readonly requestExport: Bound<RequestExport>;
  declare readonly requestReport: Bound<RequestReport>;
  declare readonly requestAll: Bound<RequestAll>;
  constructor(transport: Transport) {
    super(transport, [requestExport, requestReport, requestAll]);
  }
}

const getPlain: Operation<Record<string, never>> = {
  id: 'getPlain',
  method: 'GET',
  path: '/plain',
};

class PlainApi extends Api {
  declare readonly getPlain: Bound<typeof getPlain>;
  constructor(transport: Transport) {
    super(transport, [getPlain, requestAll]);
  }
}

const setUp = perTest();
const ORDER = { body: { of: 'yesterday' } };
/** Pauses of a millisecond, where time is not what is tested. */
const FAST = { intervalMs: 1 };

const scratch = mkdtempSync(join(realpathSync(tmpdir()), 'core-jobs-'));
afterAll(() => rmSync(scratch, { recursive: true }));
let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(scratch, 'one-'));
});

const isStatus = ({ url }: Seen): boolean => url.endsWith('/status');
const isOutput = ({ url }: Seen): boolean => url.endsWith('/output');
const isCreation = ({ method }: Seen): boolean => method === 'POST';

const FILE = Buffer.from('day,sales\n2026-01-01,7\n2026-01-02,"8,5"\n');
const giveFile: Handler = (_seen, response) => {
  response.writeHead(200, { 'content-type': 'text/csv' });
  response.end(FILE);
};

const told = (attributes: object, id: unknown = 'job-1'): object => ({ data: { id, attributes } });
const PENDING = { status: 'pending' };
const SUCCESS = { status: 'success' };

interface Exports {
  /** What each poll of a job tells; the last stays. */
  readonly statuses?: readonly object[];
  readonly create?: Handler;
  readonly output?: Handler;
}

/** An API that counts its jobs: `job-1`, `job-2`, … */
const exporting = ({ statuses = [SUCCESS], create, output = giveFile }: Exports = {}): Handler => {
  const polls = new Map<string, number>();
  let created = 0;
  return (seen, response, before) => {
    if (isOutput(seen)) return output(seen, response, before);
    if (isCreation(seen)) {
      created += 1;
      if (create) return create(seen, response, before);
      return json(response, 200, told(PENDING, `job-${created}`));
    }
    const poll = polls.get(seen.url) ?? 0;
    polls.set(seen.url, poll + 1);
    json(response, 200, told(statuses[Math.min(poll, statuses.length - 1)] ?? {}));
  };
};

const pendingFor = (polls: number, ...then: readonly object[]): object[] => [
  ...Array<object>(polls).fill(PENDING),
  ...then,
];

type Connected = Awaited<ReturnType<typeof setUp>> & { readonly api: JobApi };

const worldOf = async (...args: Parameters<typeof setUp>): Promise<Connected> => {
  const world = await setUp(...args);
  return { ...world, api: new JobApi(world.client) };
};

const statesOf = (progress: readonly JobProgress[]): unknown[] =>
  progress.map(({ id, state, polls }) => [id, state, polls]);

describe('a job', () => {
  it('is created, polled while it is pending, and gives its output', async () => {
    const statuses = pendingFor(2, { ...SUCCESS, rowCount: 2, fileSizeBytes: FILE.length });
    const { api, apiCalls } = await worldOf(exporting({ statuses }));
    const job = await runJob(api.requestExport, ORDER, FAST);
    expect(job).toMatchObject({
      id: 'job-1',
      state: 'success',
      rowCount: 2,
      totalBytes: FILE.length,
      expiresAt: undefined,
      isCapped: false,
      saved: undefined,
    });
    expect(apiCalls().map(({ method, url }) => `${method} ${url}`)).toEqual([
      'POST /v/jobs',
      'GET /v/jobs/job-1/status',
      'GET /v/jobs/job-1/status',
      'GET /v/jobs/job-1/status',
    ]);
    expect(JSON.parse(apiCalls()[0]?.body ?? '')).toEqual(ORDER.body);
    expect(await job.text()).toBe(FILE.toString());
    const rows: object[] = [];
    for await (const row of job.rows()) rows.push(row);
    expect(rows).toEqual([
      { day: '2026-01-01', sales: '7' },
      { day: '2026-01-02', sales: '8,5' },
    ]);
    // Each way to read it asks for it anew.
    expect(apiCalls().filter(isOutput)).toHaveLength(2);
    expect(apiCalls().filter(isCreation)).toHaveLength(1);
  });

  it.each([[[]], [[undefined]], [[undefined, FAST]], [[{}, FAST]]])(
    'needs no parameters where all may be left out: %j',
    async (args) => {
      const { api, apiCalls } = await worldOf(exporting(), { clock: hasty });
      await runJob(api.requestAll, ...(args as []));
      expect(apiCalls()[0]).toMatchObject({ method: 'POST', url: '/v/jobs' });
    },
  );

  it('takes parameters and its method takes them as ever', async () => {
    const { api, apiCalls } = await worldOf(exporting());
    await runJob(api.requestAll, { day: 'monday' }, FAST);
    expect(apiCalls()[0]?.url).toBe('/v/jobs?day=monday');
    expect(await api.requestAll()).toEqual(told(PENDING, 'job-2'));
  });

  it.each(['Success', 'success', 'SUCCESS', 'done', 'Done'])('is over by %j', async (status) => {
    const { api } = await worldOf(exporting({ statuses: [{ status }] }));
    const { state } = await runJob(api.requestExport, ORDER, FAST);
    expect(state).toBe(status.toLowerCase());
  });

  it.each(['failure', 'Failure', 'failed', 'FAILED', 'expired', 'Expired'])(
    'fails by %j',
    async (status) => {
      const { api, apiCalls } = await worldOf(exporting({ statuses: [PENDING, { status }] }));
      const error = await fails(runJob(api.requestExport, ORDER, FAST));
      const state = status.toLowerCase();
      expect(error).toBeInstanceOf(JobError);
      expect(error).toMatchObject({
        message: `requestExport failed: the job ended with '${state}'.`,
        operation: 'requestExport',
        state,
        jobId: 'job-1',
        retryable: false,
        hint:
          state === 'expired'
            ? 'The API keeps outputs for a time only: create the job anew.'
            : 'getStatus may tell why, in its message.',
      });
      expect(apiCalls().filter(isOutput)).toEqual([]);
    },
  );

  it.each(['pending', 'Pending', 'unknown', 'Running', 'a word of tomorrow', '', null, 7])(
    'goes on by %j',
    async (status) => {
      const { api, apiCalls } = await worldOf(exporting({ statuses: [{ status }, {}, SUCCESS] }));
      await runJob(api.requestExport, ORDER, FAST);
      expect(apiCalls().filter(isStatus)).toHaveLength(3);
    },
  );

  it.each(['message', 'errorMessage'])(
    'that fails keeps to itself what the API says of it, in its %s: it could hold a secret',
    async (name) => {
      const statuses = [{ status: 'failure', [name]: 'no rows for \u001b[31mcanary' }];
      const { api } = await worldOf(exporting({ statuses }));
      const error = await fails(runJob(api.requestExport, ORDER, FAST));
      expect(error).toBeInstanceOf(JobError);
      expect(JSON.stringify(error)).not.toContain('canary');
    },
  );

  it('has an id that is a number, and says until when its output is kept', async () => {
    const statuses = [{ ...SUCCESS, expiresAt: '2026-02-03T04:05:06Z' }];
    const create: Handler = (_seen, response) => json(response, 200, told({}, 17));
    const { api, apiCalls } = await worldOf(exporting({ statuses, create }));
    expect(await runJob(api.requestExport, ORDER, FAST)).toMatchObject({
      id: '17',
      expiresAt: new Date(Date.UTC(2026, 1, 3, 4, 5, 6)),
    });
    expect(apiCalls()[1]?.url).toBe('/v/jobs/17/status');
  });

  it.each([[{}], [{ data: null }], [{ data: { id: '' } }], [{ data: { id: null } }], [[]], ['x']])(
    'whose creation tells no id cannot be followed: %j',
    async (body) => {
      const create: Handler = (_seen, response) => json(response, 200, body);
      const { api, apiCalls } = await worldOf(exporting({ create }));
      const error = await fails(runJob(api.requestExport, ORDER, FAST));
      expect(error).toBeInstanceOf(ResponseError);
      expectFields(error, {
        message: 'requestExport failed: the answer has no id of a job.',
        operation: 'requestExport',
        reason: 'unreadable',
        jobId: undefined,
      });
      expect(apiCalls()).toHaveLength(1);
    },
  );

  it('whose creation is answered with nothing cannot be followed', async () => {
    const create: Handler = (_seen, response) => response.writeHead(204).end();
    const { api } = await worldOf(exporting({ create }));
    expect(await fails(runJob(api.requestExport, ORDER, FAST))).toBeInstanceOf(ResponseError);
  });

  it('is not followed by a function around its method', async () => {
    const { api } = await worldOf(exporting());
    const around = Object.assign((params: { body: unknown }) => api.requestExport(params), {
      operation: requestExport,
    });
    expect(await fails(runJob(around, ORDER, FAST))).toBeInstanceOf(ConfigError);
  });
});

describe('before anything is sent', () => {
  it('a path that cannot be written is told', async () => {
    const { api, apiCalls } = await worldOf(exporting());
    for (const to of [join(folder, 'missing', 'out.csv'), folder, '']) {
      const error = await fails(runJob(api.requestExport, ORDER, { ...FAST, to }));
      expect(error).toBeInstanceOf(ConfigError);
      expectFields(error, { operation: 'requestExport', jobId: undefined });
    }
    expect(apiCalls()).toEqual([]);
  });

  it.each<[string, (api: JobApi & PlainApi) => unknown, string]>([
    [
      'an operation that creates none',
      ({ getPlain }) => getPlain,
      'runJob: getPlain creates no job',
    ],
    [
      'a method that this version has not',
      () => undefined,
      'got undefined: this API version has no',
    ],
    [
      'a function around one',
      ({ requestAll: all }) =>
        () =>
          all(),
      'and got a function.',
    ],
    ['null', () => null, 'and got null.'],
  ])('%s is no job, whatever the compiler was told', async (_what, methodOf, why) => {
    const { client, apiCalls } = await worldOf(exporting());
    const method = methodOf(new PlainApi(client) as JobApi & PlainApi) as JobApi['requestAll'];
    const error = await fails(runJob(method));
    expect(error).toBeInstanceOf(ConfigError);
    expect(String(error)).toContain(why);
    expect(await fails(resumeJob(method, 'job-1'))).toBeInstanceOf(ConfigError);
    expect(() => download(method as never)).toThrow(ConfigError);
    expect(() => paginate(method as never)).toThrow(ConfigError);
    expect(apiCalls()).toEqual([]);
  });
});

it('a warning beside a job fails none: its id would be lost', async () => {
  const warned: Handler = (_seen, response) => {
    const warnings = [{ code: 'odd', type: 'validation' }];
    json(response, 200, { ...told(PENDING), warnings });
  };
  const { api } = await worldOf(exporting({ create: warned }), { throwOnPartialFailure: true });
  expect((await runJob(api.requestExport, ORDER, FAST)).id).toBe('job-1');
});

it('an error of a class of the user’s stays as it is', async () => {
  class Own extends SdkError {
    constructor(count: number) {
      super(count.toFixed(1));
    }
  }
  const own = new Own(7);
  const token = new AccessToken({
    value: 'given',
    tokenType: 'Bearer',
    expiresAt: new Date(Date.now() + 60_000),
  });
  let asked = 0;
  const get = async (): Promise<AccessToken> => {
    asked += 1;
    if (asked > 1) throw own;
    return token;
  };
  const { connect } = await setUp(exporting());
  const client = connect({ tokens: { get, invalidate: () => {} } });
  const { requestExport: method } = new JobApi(client);
  expect(await fails(runJob(method, ORDER, FAST))).toBe(own);
});

describe('a job that is there already', () => {
  it('is asked for at once, and created by nobody', async () => {
    const { api, apiCalls } = await worldOf(exporting({ statuses: pendingFor(1, SUCCESS) }));
    const progress: JobProgress[] = [];
    const onProgress = (of: JobProgress): unknown => progress.push(of);
    const job = await resumeJob(api.requestExport, 'job-9', { ...FAST, onProgress });
    expect(await job.text()).toBe(FILE.toString());
    expect(apiCalls().map(({ method, url }) => `${method} ${url}`)).toEqual([
      'GET /v/jobs/job-9/status',
      'GET /v/jobs/job-9/status',
      'GET /v/jobs/job-9/output',
    ]);
    expect(statesOf(progress).slice(0, 3)).toEqual([
      ['job-9', 'pending', 0],
      ['job-9', 'pending', 1],
      ['job-9', 'success', 2],
    ]);
  });

  it.each([[''], [undefined], [7]])('is not %j', async (id) => {
    const { api, apiCalls } = await worldOf(exporting());
    const error = await fails((async () => resumeJob(api.requestExport, id as string))());
    expect(error).toBeInstanceOf(ConfigError);
    expect(error).toMatchObject({
      message: 'resumeJob needs the id of a job, as onProgress or an error told it.',
    });
    expect(apiCalls()).toEqual([]);
  });

  it('leads nowhere else by its id', async () => {
    const { api, apiCalls } = await worldOf(exporting());
    await resumeJob(api.requestExport, '../a?b#c/d', FAST);
    expect(apiCalls()[0]?.url).toBe('/v/jobs/..%2Fa%3Fb%23c%2Fd/status');
    expect(await fails(resumeJob(api.requestExport, '..', FAST))).toBeInstanceOf(ConfigError);
    expect(apiCalls()).toHaveLength(1);
  });
});

describe('the output of a job', () => {
  const hash = createHash('md5').update(FILE);
  const hex = hash.copy().digest('hex');
  const sums = { hex, upper: hex.toUpperCase(), base64: hash.copy().digest('base64') };
  const wrong = createHash('md5').update('other').digest('hex');
  const ways: Record<string, (job: FinishedJob) => Promise<unknown>> = {
    bytes: (job) => job.bytes(),
    text: (job) => job.text(),
    json: (job) => job.json(),
    saveTo: (job) => job.saveTo(join(folder, 'out.csv')),
    stream: (job) => new Response(job.stream()).text(),
    rows: async (job) => {
      for await (const _row of job.rows());
    },
    chunks: async (job) => {
      for await (const _chunk of job);
    },
  };

  it.each(
    ['md5Checksum', 'md5CheckSum'].flatMap((name) =>
      Object.entries(sums).map(([form, sum]) => [name, form, sum] as const),
    ),
  )('is held against %s in %s', async (name, _form, sum) => {
    const { api } = await worldOf(exporting({ statuses: [{ ...SUCCESS, [name]: sum }] }));
    const job = await runJob(api.requestExport, ORDER, FAST);
    expect(await job.text()).toBe(FILE.toString());
    expect(await job.saveTo(join(folder, 'out.csv'))).toMatchObject({ bytes: FILE.length });
  });

  it.each(Object.keys(ways))('that its checksum is not of is not taken by %s', async (way) => {
    const { api } = await worldOf(exporting({ statuses: [{ ...SUCCESS, md5Checksum: wrong }] }));
    const job = await runJob(api.requestExport, ORDER, FAST);
    const error = await fails(ways[way]?.(job) ?? Promise.resolve());
    expect(error).toBeInstanceOf(ResponseError);
    expect(error).toMatchObject({
      message: `getOutput failed: the ${FILE.length} bytes that came are not the file that its checksum is of.`,
      reason: 'checksum',
      retryable: true,
    });
    expect(readdirSync(folder)).toEqual([]);
  });

  it('that its checksum is not of is not saved, and the error tells the job', async () => {
    const { api } = await worldOf(exporting({ statuses: [{ ...SUCCESS, md5CheckSum: wrong }] }));
    const to = join(folder, 'out.csv');
    expect(await fails(runJob(api.requestExport, ORDER, { ...FAST, to }))).toMatchObject({
      reason: 'checksum',
      jobId: 'job-1',
    });
    expect(readdirSync(folder)).toEqual([]);
  });

  it('is held against no checksum where that is not wanted, or none was told', async () => {
    const statuses = [{ ...SUCCESS, md5Checksum: wrong }];
    const { api } = await worldOf(exporting({ statuses }));
    const job = await runJob(api.requestExport, ORDER, { ...FAST, verify: false });
    expect(await job.text()).toBe(FILE.toString());
    const bare = await worldOf(exporting({ statuses: [{ ...SUCCESS, md5Checksum: '' }] }));
    expect(await (await runJob(bare.api.requestExport, ORDER, FAST)).text()).not.toBe('');
  });

  it('is saved, and `saved` tells of it', async () => {
    const { api, apiCalls } = await worldOf(exporting({ statuses: pendingFor(1, SUCCESS) }));
    const to = join(folder, 'out.csv');
    const { saved } = await runJob(api.requestExport, ORDER, { ...FAST, to });
    expect(saved).toEqual({ path: to, bytes: FILE.length });
    expect(readFileSync(to)).toEqual(FILE);
    expect(readdirSync(folder)).toEqual(['out.csv']);
    expect(apiCalls().filter(isOutput)).toHaveLength(1);
  });

  it('is an empty file where the answer has no content', async () => {
    const output: Handler = (_seen, response) => response.writeHead(204).end();
    const { api } = await worldOf(exporting({ output }));
    const to = join(folder, 'out.csv');
    const job = await runJob(api.requestExport, ORDER, { ...FAST, to });
    expect(job.saved).toEqual({ path: to, bytes: 0 });
    expect(readFileSync(to)).toHaveLength(0);
    expect(await job.bytes()).toHaveLength(0);
    for await (const row of job.rows()) expect.unreachable(`there is no row: ${row}`);
  });

  it('that is refused tells the job', async () => {
    const output: Handler = (_seen, response) => json(response, 403, {});
    const { api } = await worldOf(exporting({ output }));
    const to = join(folder, 'out.csv');
    const error = await fails(runJob(api.requestExport, ORDER, { ...FAST, to }));
    expect(error).toBeInstanceOf(PermissionError);
    expect(error).toMatchObject({ jobId: 'job-1', operation: 'getOutput' });
    expect(readdirSync(folder)).toEqual([]);
  });

  it.each([
    ['requestReport', 100_000, true],
    ['requestReport', 100_001, true],
    ['requestReport', 99_999, false],
    ['requestReport', undefined, false],
    ['requestExport', 100_000, false],
  ] as const)('of %s with %j rows: is it capped? %j', async (name, rowCount, isCapped) => {
    const events: SdkEvent[] = [];
    const { api } = await worldOf(exporting({ statuses: [{ ...SUCCESS, rowCount }] }), {
      observe: (event) => events.push(event),
    });
    const job = await runJob(api[name], ORDER, FAST);
    expect(job).toMatchObject({ isCapped, rowCount });
    const warnings = events.filter(({ type }) => type === 'warning');
    expect(warnings).toEqual(
      isCapped
        ? [
            {
              type: 'warning',
              message: `requestReport: report job-1 has ${rowCount} rows, as many as one may have. The API leaves out what is beyond: ask for fewer days, ids or dimensions.`,
            },
          ]
        : [],
    );
  });
});

describe('what goes wrong under way', () => {
  it.each([403, 404, 400])('a poll that is answered with %j tells the job', async (status) => {
    const { api, apiCalls } = await worldOf((seen, response, before) =>
      isStatus(seen) ? json(response, status, {}) : exporting()(seen, response, before),
    );
    expect(await fails(runJob(api.requestExport, ORDER, FAST))).toMatchObject({
      status,
      operation: 'getStatus',
      jobId: 'job-1',
    });
    expect(apiCalls()).toHaveLength(2);
  });

  it('a creation that fails tells none, and is not repeated', async () => {
    const create: Handler = (_seen, response) => json(response, 500, {});
    const { api, apiCalls } = await worldOf(exporting({ create }));
    expectFields(await fails(runJob(api.requestExport, ORDER, FAST)), {
      status: 500,
      operation: 'requestExport',
      jobId: undefined,
    });
    expect(apiCalls()).toHaveLength(1);
  });

  it('polls that fail for a moment are repeated, and the creation is not', async () => {
    let failures = 0;
    const exportsOf = exporting({ statuses: pendingFor(2, SUCCESS) });
    const { api, apiCalls } = await worldOf((seen, response, before) => {
      failures += isStatus(seen) ? 1 : 0;
      if (isStatus(seen) && failures % 2 === 1) return json(response, 503, {});
      exportsOf(seen, response, before);
    });
    await runJob(api.requestExport, ORDER, FAST);
    expect(apiCalls().filter(isStatus)).toHaveLength(6);
    expect(apiCalls().filter(isCreation)).toHaveLength(1);
  });

  it('a token that is refused while the job is pending is renewed', async () => {
    let polls = 0;
    const exportsOf = exporting({ statuses: pendingFor(2, SUCCESS) });
    const { api, apiCalls, tokenCalls } = await worldOf((seen, response, before) => {
      polls += isStatus(seen) ? 1 : 0;
      if (polls === 2 && seen.headers.authorization === 'Bearer token-1')
        return json(response, 401, {});
      exportsOf(seen, response, before);
    });
    const job = await runJob(api.requestExport, ORDER, FAST);
    expect(await job.text()).toBe(FILE.toString());
    expect(tokenCalls()).toHaveLength(2);
    expect(apiCalls().filter(isCreation)).toHaveLength(1);
  });

  it('one failure that two jobs share names to each its own job', async () => {
    const refuse: Handler = async (_seen, response) => {
      await wait(50);
      json(response, 400, { error: 'invalid_client' });
    };
    const { api } = await worldOf(exporting(), {}, refuse);
    const ids = ['job-a', 'job-b', 'job-c'];
    const errors = await Promise.all(
      ids.map((id) => fails(resumeJob(api.requestExport, id, FAST))),
    );
    expect(errors[0]).toBeInstanceOf(TokenError);
    expect(errors).toMatchObject(ids.map((jobId) => ({ jobId })));
    // And no log tells less of one than of another.
    const logged = errors.map((error) => JSON.parse(JSON.stringify(error)));
    expect(logged).toMatchObject(
      ids.map((jobId) => ({ operation: 'token', status: 400, code: 'invalid_client', jobId })),
    );
  });

  it('an id that acts on a terminal stands in no message', async () => {
    const create: Handler = (_seen, response) =>
      json(response, 200, told({}, 'a\u202e[31m\u2028b'));
    const warnings: string[] = [];
    const statuses = [{ ...SUCCESS, rowCount: 100_000 }];
    const { api } = await worldOf(exporting({ create, statuses }), {
      observe: (event) => event.type === 'warning' && warnings.push(event.message),
    });
    await runJob(api.requestReport, ORDER, FAST);
    expect(warnings[0]).toContain('report a [31m b has');
    const late = await drivenWorld(exporting({ create, statuses: [PENDING] }));
    const run = fails(runJob(late.api.requestExport, ORDER, { timeoutMs: 10_000 }));
    await late.drive(run);
    const error = await run;
    expect(error).toMatchObject({ message: expect.stringContaining('job a [31m b was') });
    expect(error).toMatchObject({ jobId: 'a\u202e[31m\u2028b' });
  });

  it('an id that no path takes is none', async () => {
    const create: Handler = (_seen, response) => json(response, 200, told({}, 'a\u001b[31m'));
    const { api } = await worldOf(exporting({ create }));
    expect(await fails(runJob(api.requestExport, ORDER, FAST))).toMatchObject({
      name: 'ResponseError',
      message: 'requestExport failed: the answer has no id of a job.',
    });
  });
});

it('progress is told when the job is there, after each poll, and as the output comes', async () => {
  const size = 300_000;
  const statuses = pendingFor(1, { status: 'Success', fileSizeBytes: size });
  const output: Handler = (_seen, response) => response.end(Buffer.alloc(size, 'x'));
  const { api } = await worldOf(exporting({ statuses, output }));
  const progress: JobProgress[] = [];
  const onProgress = (of: JobProgress): unknown => progress.push(of);
  await runJob(api.requestExport, ORDER, { ...FAST, to: join(folder, 'out'), onProgress });
  expect(statesOf(progress).slice(0, 3)).toEqual([
    ['job-1', 'pending', 0],
    ['job-1', 'pending', 1],
    ['job-1', 'success', 2],
  ]);
  for (const { bytes, totalBytes } of progress.slice(0, 3))
    expect([bytes, totalBytes]).toEqual([undefined, undefined]);
  const ofOutput = progress.slice(3);
  expect(ofOutput.length).toBeGreaterThan(1);
  for (const of of ofOutput)
    expect(of).toMatchObject({ id: 'job-1', state: 'success', polls: 2, totalBytes: size });
  const bytes = ofOutput.map((of) => of.bytes ?? 0);
  expect(bytes).toEqual([...new Set(bytes)].sort((a, b) => a - b));
  expect(bytes.at(-1)).toBe(size);
  const elapsed = progress.map(({ elapsedMs }) => elapsedMs);
  expect(elapsed).toEqual([...elapsed].sort((a, b) => a - b));
});

/** Pauses of a job pass at once; limits of calls do not come nearer. */
const hasty: Clock = {
  now: () => Date.now(),
  monotonic: () => performance.now(),
  after: (ms, task) => {
    const timer = setTimeout(task, ms <= 2_000 ? 0 : ms);
    return () => clearTimeout(timer);
  },
};

/** A clock that goes from timer to timer, whenever nobody waits for the server. */
interface DrivenWorld extends Connected {
  readonly clock: ManualClock;
  /** Until the promise settles, or `isEnough`. */
  readonly drive: <T>(promise: Promise<T>, isEnough?: () => boolean) => Promise<void>;
  /** When the server got the polls of all jobs, or of one, since the clock began. */
  readonly pollsAt: (id?: string) => number[];
}

/** Turns of the loop after which a call that is under way is taken to be in a pause of its own. */
const MOST_TURNS = 100;

const drivenWorld = async (
  handler: Handler,
  options: Parameters<typeof setUp>[1] = {},
  tokenHandler?: (clock: Clock) => Handler,
): Promise<DrivenWorld> => {
  const manual = manualClock();
  const dues = new Set<number[]>();
  const clock: ManualClock = {
    ...manual,
    after: (ms, task) => {
      const due = [manual.monotonic() + ms];
      dues.add(due);
      const stop = manual.after(ms, () => {
        dues.delete(due);
        task();
      });
      return () => {
        dues.delete(due);
        stop();
      };
    },
  };
  const begunAt = clock.monotonic();
  const journal: { readonly at: number; readonly url: string }[] = [];
  const world = await setUp(
    (seen, response, before) => {
      if (isStatus(seen)) journal.push({ at: clock.monotonic() - begunAt, url: seen.url });
      handler(seen, response, before);
    },
    { clock, random: () => 0, ...options },
    tokenHandler?.(clock),
  );
  let underWay = 0;
  const transport: Transport = {
    ...world.client,
    call: <P, R>(operation: Operation<P, R>, ...args: Arguments<NoInfer<P>>): Call<R> => {
      underWay += 1;
      const call = world.client.call(operation, ...args);
      const ended = (): void => {
        underWay -= 1;
      };
      call.then(ended, ended);
      return call;
    },
  };
  return {
    ...world,
    api: new JobApi(transport),
    clock,
    drive: async (promise, isEnough = () => false) => {
      let isSettled = false;
      const settled = (): void => {
        isSettled = true;
      };
      promise.then(settled, settled);
      for (;;) {
        for (let turn = 0, quiet = 0; turn < MOST_TURNS && quiet < 2; turn += 1) {
          await wait(1);
          quiet = underWay === 0 ? quiet + 1 : 0;
        }
        if (isSettled || isEnough()) return;
        // Without a timer it is something else that is waited for: a file that is opened.
        if (dues.size > 0) await clock.advance(Math.min(...[...dues].flat()) - clock.monotonic());
      }
    },
    pollsAt: (id = '') => journal.filter(({ url }) => url.includes(id)).map(({ at }) => at),
  };
};

const gapsOf = (moments: readonly number[]): number[] =>
  moments.slice(1).map((moment, at) => moment - (moments[at] ?? 0));

/** The most moments that fall into any minute. */
const mostInAMinute = (moments: readonly number[]): number =>
  Math.max(
    ...moments.map((from) => moments.filter((at) => at >= from && at < from + 60_000).length),
  );

describe('pauses between polls', () => {
  it('grow by half, from 2 seconds to 30', async () => {
    const { api, drive, pollsAt } = await drivenWorld(
      exporting({ statuses: pendingFor(9, SUCCESS) }),
    );
    const progress: JobProgress[] = [];
    const onProgress = (of: JobProgress): unknown => progress.push(of);
    const job = runJob(api.requestExport, ORDER, { onProgress });
    await drive(job);
    await job;
    const pauses = [
      2_000, 3_000, 4_500, 6_750, 10_125, 15_187.5, 22_781.25, 30_000, 30_000, 30_000,
    ];
    expect(gapsOf([0, ...pollsAt()])).toEqual(pauses);
    expect(progress.map(({ elapsedMs }) => elapsedMs)).toEqual([0, ...pollsAt().map(Math.round)]);
  });

  it('begin with intervalMs, and stay there where it is longer than 30 seconds', async () => {
    const { api, drive, pollsAt } = await drivenWorld(
      exporting({ statuses: pendingFor(3, SUCCESS) }),
    );
    const short = runJob(api.requestExport, ORDER, { intervalMs: 10_000 });
    await drive(short);
    expect(gapsOf([0, ...pollsAt('job-1')])).toEqual([10_000, 15_000, 22_500, 30_000]);
    const since = pollsAt('job-1').at(-1) ?? 0;
    await drive(runJob(api.requestExport, ORDER, { intervalMs: 40_000 }));
    expect(gapsOf([since, ...pollsAt('job-2')])).toEqual(Array(4).fill(40_000));
  });

  it.each([0, -1, Number.NaN])('may not begin with %s', async (intervalMs) => {
    const { api, apiCalls } = await worldOf(exporting());
    const error = await fails(runJob(api.requestExport, ORDER, { intervalMs }));
    expect(error).toBeInstanceOf(ConfigError);
    expect(error).toMatchObject({ message: expect.stringContaining("'intervalMs'") });
    expect(apiCalls()).toEqual([]);
  });

  it('begin after the first poll of a job that is there already', async () => {
    const { api, drive, pollsAt } = await drivenWorld(
      exporting({ statuses: pendingFor(3, SUCCESS) }),
    );
    await drive(resumeJob(api.requestExport, 'job-1'));
    expect(pollsAt()).toEqual([0, 2_000, 5_000, 9_500]);
  });

  it('leave 2 seconds between the polls of all jobs of a client: 30 a minute at most', async () => {
    const { api, drive, pollsAt, apiCalls } = await drivenWorld(
      exporting({ statuses: pendingFor(5, SUCCESS) }),
    );
    const jobs = Array.from({ length: 20 }, () => runJob(api.requestReport, ORDER));
    await drive(Promise.all(jobs));
    expect(new Set((await Promise.all(jobs)).map(({ id }) => id)).size).toBe(20);
    expect(apiCalls().filter(isCreation)).toHaveLength(20);
    expect(pollsAt()).toHaveLength(120);
    expect(Math.min(...gapsOf(pollsAt()))).toBeGreaterThanOrEqual(2_000);
    expect(mostInAMinute(pollsAt())).toBe(30);
    // And nobody is forgotten.
    for (const { id } of await Promise.all(jobs))
      expect(Math.max(...gapsOf(pollsAt(`${id}/`)))).toBeLessThan(75_000);
  });

  it('would leave less where less is asked for: the count can fail', async () => {
    const { api, drive, pollsAt } = await drivenWorld(
      exporting({ statuses: pendingFor(5, SUCCESS) }),
    );
    const jobs = Array.from({ length: 20 }, () =>
      runJob(api.requestReport, ORDER, { intervalMs: 500 }),
    );
    await drive(Promise.all(jobs));
    expect(mostInAMinute(pollsAt())).toBeGreaterThan(30);
  });

  it('of a job that waits long delay no other', async () => {
    let isOver = false;
    const { api, clock, drive, pollsAt } = await drivenWorld((seen, response, before) =>
      exporting({ statuses: [seen.url.includes('slow') && !isOver ? PENDING : SUCCESS] })(
        seen,
        response,
        before,
      ),
    );
    const slow = resumeJob(api.requestExport, 'slow', { intervalMs: 600_000 });
    await drive(slow, () => pollsAt('slow').length === 1);
    const begunAt = clock.monotonic();
    const quick = resumeJob(api.requestExport, 'quick');
    await drive(quick);
    expect(clock.monotonic() - begunAt).toBeLessThanOrEqual(2_000);
    isOver = true;
    await drive(slow);
    await Promise.all([slow, quick]);
  });

  it('of jobs that were given up delay no other', async () => {
    const { api, clock, drive, pollsAt } = await drivenWorld((seen, response, before) =>
      exporting({ statuses: [seen.url.includes('quick') ? SUCCESS : PENDING] })(
        seen,
        response,
        before,
      ),
    );
    const controller = new AbortController();
    const { signal } = controller;
    const given = Array.from({ length: 20 }, () =>
      fails(runJob(api.requestExport, ORDER, { signal })),
    );
    await drive(Promise.all(given), () => pollsAt().length > 0);
    controller.abort(new Error('enough'));
    await Promise.all(given);
    const begunAt = clock.monotonic();
    await drive(resumeJob(api.requestExport, 'quick'));
    expect(clock.monotonic() - begunAt).toBeLessThanOrEqual(4_000);
  });
});

describe('time', () => {
  it('ends with a TimeoutError that tells the job, and the job can be resumed', async () => {
    let isOver = false;
    const { api, clock, drive, apiCalls } = await drivenWorld((seen, response, before) =>
      exporting({ statuses: [isOver ? SUCCESS : { status: 'Not yet' }] })(seen, response, before),
    );
    const begunAt = clock.monotonic();
    const run = fails(runJob(api.requestExport, ORDER, { timeoutMs: 100_000 }));
    await drive(run);
    const error = await run;
    expect(clock.monotonic() - begunAt).toBe(100_000);
    expect(error).toBeInstanceOf(TimeoutError);
    expect(error).toMatchObject({
      message: "requestExport failed: job job-1 was 'not yet' after 100000 ms.",
      operation: 'requestExport',
      jobId: 'job-1',
      limitMs: 100_000,
      retryable: false,
      hint: 'It goes on at the API: wait for it with resumeJob and the jobId of this error.',
    });
    expect(clock.pending()).toBe(0);
    isOver = true;
    const { jobId = '' } = error as TimeoutError;
    const job = resumeJob(api.requestExport, jobId);
    await drive(job);
    expect((await job).id).toBe('job-1');
    expect(apiCalls().filter(isCreation)).toHaveLength(1);
    expect(clock.pending()).toBe(0);
  });

  it('is half an hour where none is stated', async () => {
    const { api, clock, drive } = await drivenWorld(exporting({ statuses: [PENDING] }));
    const begunAt = clock.monotonic();
    const run = fails(runJob(api.requestExport, ORDER));
    await drive(run);
    expect(await run).toMatchObject({ limitMs: 1_800_000 });
    expect(clock.monotonic() - begunAt).toBe(1_800_000);
  });

  it('ends a poll that hangs, too', async () => {
    const { api, clock, drive } = await drivenWorld((seen, response, before) =>
      isStatus(seen) ? undefined : exporting()(seen, response, before),
    );
    const run = fails(runJob(api.requestExport, ORDER, { timeoutMs: 10_000 }));
    await drive(run);
    expect(await run).toMatchObject({
      jobId: 'job-1',
      limitMs: 10_000,
      operation: 'requestExport',
    });
    expect(clock.pending()).toBe(0);
  });

  it('that ends in the creation tells no job: it may be there, though', async () => {
    const { api, clock, drive, apiCalls } = await drivenWorld(exporting({ create: () => {} }));
    const run = fails(runJob(api.requestExport, ORDER, { timeoutMs: 10_000 }));
    await drive(run);
    expect(await run).toBeInstanceOf(TimeoutError);
    expectFields(await run, {
      message: expect.stringContaining('may have been processed'),
      jobId: undefined,
      limitMs: 10_000,
    });
    expect(apiCalls()).toHaveLength(1);
    expect(clock.pending()).toBe(0);
  });

  it('is not counted while the output is fetched', async () => {
    let give = (): void => {};
    const output: Handler = (...asked) => {
      give = () => giveFile(...asked);
    };
    const { api, apiCalls, clock, drive } = await drivenWorld(exporting({ output }));
    const to = join(folder, 'out.csv');
    const job = runJob(api.requestExport, ORDER, { to, timeoutMs: 5_000 });
    await drive(job, () => apiCalls().some(isOutput));
    await clock.advance(30_000);
    give();
    expect((await job).saved).toMatchObject({ bytes: FILE.length });
    expect(clock.pending()).toBe(0);
  });

  it.each([0, -1, Number.NaN])('may not be %s', async (timeoutMs) => {
    const { api, apiCalls } = await worldOf(exporting());
    expect(await fails(runJob(api.requestExport, ORDER, { timeoutMs }))).toBeInstanceOf(
      ConfigError,
    );
    expect(apiCalls()).toEqual([]);
  });

  it('that a 429 asks for is waited, and the job goes on', async () => {
    let polls = 0;
    const exportsOf = exporting({ statuses: pendingFor(2, SUCCESS) });
    const { api, drive, pollsAt, apiCalls } = await drivenWorld((seen, response, before) => {
      polls += isStatus(seen) ? 1 : 0;
      if (isStatus(seen) && polls === 2) return json(response, 429, {}, { 'retry-after': '20' });
      exportsOf(seen, response, before);
    });
    const job = runJob(api.requestReport, ORDER);
    await drive(job);
    expect((await job).state).toBe('success');
    expect(pollsAt().slice(0, 2)).toEqual([2_000, 5_000]);
    expect((pollsAt()[2] ?? 0) - 5_000).toBeGreaterThanOrEqual(20_000);
    expect(pollsAt()).toHaveLength(4);
    expect(apiCalls().filter(isCreation)).toHaveLength(1);
  });

  it('in which tokens end is bridged by new ones, and nobody sees a refusal', async () => {
    const LIFE_S = 40;
    const ends = new Map<string, number>();
    const give =
      (clock: Clock): Handler =>
      (_seen, response, before) => {
        const value = `token-${before}`;
        ends.set(`Bearer ${value}`, clock.now() + LIFE_S * 1_000);
        json(response, 200, { access_token: value, token_type: 'Bearer', expires_in: LIFE_S });
      };
    let refused = 0;
    const exportsOf = exporting({ statuses: pendingFor(12, SUCCESS) });
    const world = await drivenWorld(
      (seen, response, before) => {
        const end = ends.get(seen.headers.authorization ?? '') ?? 0;
        if (end > world.clock.now()) return exportsOf(seen, response, before);
        refused += 1;
        json(response, 401, {});
      },
      {},
      give,
    );
    const job = runJob(world.api.requestExport, ORDER);
    await world.drive(job);
    expect(await (await job).text()).toBe(FILE.toString());
    expect(refused).toBe(0);
    expect(world.tokenCalls().length).toBeGreaterThanOrEqual(5);
    expect(world.apiCalls().filter(isCreation)).toHaveLength(1);
  });
});

describe('a job that is given up', () => {
  const reason = new Error('enough');
  const ours = new ConfigError('The program ends.');
  const abortable = (): AbortController => new AbortController();

  it('before it begins creates nothing', async () => {
    const { api, apiCalls, clock } = await drivenWorld(exporting());
    const signal = AbortSignal.abort(reason);
    expect(await fails(runJob(api.requestExport, ORDER, { signal }))).toBe(reason);
    expect(apiCalls()).toEqual([]);
    expect(clock.pending()).toBe(0);
  });

  it('refuses a controller where its signal should be', async () => {
    const { api, apiCalls } = await drivenWorld(exporting());
    const signal = new AbortController() as unknown as AbortSignal;
    expect(await fails(runJob(api.requestExport, ORDER, { signal }))).toMatchObject({
      message: "requestExport: 'signal' must be an AbortSignal.",
    });
    expect(apiCalls()).toEqual([]);
  });

  it('in a pause ends at once, and leaves nothing behind', async () => {
    const { api, apiCalls, clock, drive } = await drivenWorld(exporting());
    const controller = abortable();
    const { signal } = controller;
    let id = '';
    const onProgress = (of: JobProgress): unknown => (id = of.id);
    const run = fails(runJob(api.requestExport, ORDER, { signal, onProgress }));
    await drive(run, () => id !== '');
    expect(clock.pending()).toBeGreaterThan(0);
    controller.abort(reason);
    expect(await run).toBe(reason);
    expect(clock.pending()).toBe(0);
    expect(getEventListeners(signal, 'abort')).toEqual([]);
    expect(apiCalls()).toHaveLength(1);
    // Whoever gave it up may go on with it.
    const job = resumeJob(api.requestExport, id);
    await drive(job);
    expect((await job).state).toBe('success');
  });

  it.each(['a', 'b'])('rejects with its reason as it is, an error of ours, too: %s', async (id) => {
    const { api } = await worldOf(exporting({ statuses: [PENDING] }));
    const controller = abortable();
    const run = fails(resumeJob(api.requestExport, id, { ...FAST, signal: controller.signal }));
    await wait(5);
    controller.abort(ours);
    expect(await run).toBe(ours);
    expect(ours.jobId).toBeUndefined();
  });

  it('in a poll ends at once, and leaves nothing behind', async () => {
    const { api, apiCalls, clock, drive, pollsAt } = await drivenWorld((seen, response, before) =>
      isStatus(seen) ? undefined : exporting()(seen, response, before),
    );
    const controller = abortable();
    const { signal } = controller;
    const run = fails(runJob(api.requestExport, ORDER, { signal }));
    await drive(run, () => pollsAt().length === 1);
    controller.abort(reason);
    expect(await run).toBe(reason);
    expect(clock.pending()).toBe(0);
    expect(getEventListeners(signal, 'abort')).toEqual([]);
    expect(apiCalls()).toHaveLength(2);
  });

  it('in the download ends at once, and leaves nothing behind', async () => {
    let isCut = false;
    const output: Handler = (_seen, response) => {
      response.once('close', () => {
        isCut = true;
      });
      response.writeHead(200, { 'content-length': 2 * FILE.length });
      response.write(FILE);
    };
    const { api, clock, drive } = await drivenWorld(exporting({ output }));
    const controller = abortable();
    const { signal } = controller;
    let bytes = 0;
    const onProgress = (of: JobProgress): unknown => (bytes = of.bytes ?? 0);
    const to = join(folder, 'out.csv');
    const run = fails(runJob(api.requestExport, ORDER, { signal, to, onProgress }));
    await drive(run, () => bytes > 0);
    expect(bytes).toBe(FILE.length);
    controller.abort(reason);
    expect(await run).toBe(reason);
    expect(clock.pending()).toBe(0);
    expect(getEventListeners(signal, 'abort')).toEqual([]);
    expect(readdirSync(folder)).toEqual([]);
    while (!isCut) await wait(1);
  });

  it('after it was found ends what reads its output', async () => {
    const controller = abortable();
    const { signal } = controller;
    const { api, clock, drive } = await drivenWorld(exporting());
    const run = runJob(api.requestExport, ORDER, { signal });
    await drive(run);
    const job = await run;
    expect(clock.pending()).toBe(0);
    expect(getEventListeners(signal, 'abort')).toEqual([]);
    expect(await job.text()).toBe(FILE.toString());
    controller.abort(reason);
    expect(await fails(job.bytes())).toBe(reason);
    expect(await fails(job.saveTo(join(folder, 'out.csv')))).toBe(reason);
    expect(readdirSync(folder)).toEqual([]);
  });
});
