import { appendFileSync } from 'node:fs';
import { pathToFileURL } from 'node:url';
import type { JobOptions } from '../src/jobs.js';
import type { Bound, JobOperation, Operation } from '../src/operation.js';

/*
 * A process with a job: `node job-process.ts <bundle> <url> <role> <log> <to> <id>`. Whatever it is told of the
 * job it writes into the log at once, and says so.
 */

const [, , bundle = '', baseUrl = '', role = '', log = '', to = '', id = ''] = process.argv;
type Core = typeof import('../src/index.js');
const { Api, createTransport, resumeJob, runJob } = (await import(
  pathToFileURL(bundle).href
)) as Core;

type RequestExport = JobOperation<{ readonly body: unknown }>;
const status: Operation = { id: 'getStatus', method: 'GET', path: '/jobs/{jobId}/status' };
const output: Operation = {
  id: 'getOutput',
  method: 'GET',
  path: '/jobs/{jobId}/output',
  response: 'bytes',
};
const requestExport: RequestExport = {
  id: 'requestExport',
  method: 'POST',
  path: '/jobs',
  body: true,
  job: { status, output, id: 'jobId' },
};
class JobApi extends Api {
  declare readonly requestExport: Bound<RequestExport>;
}

const transport = createTransport({ baseUrl, allowLoopbackHttp: true, logLevel: 'off' });
const { requestExport: method } = new JobApi(transport, [requestExport]);
const params = { body: { of: 'yesterday' } };
const options: JobOptions = {
  intervalMs: 20,
  onProgress: (progress) => {
    appendFileSync(log, `${JSON.stringify(progress)}\n`);
    process.send?.(progress);
  },
};

/** The planted fault: it writes under the name that others read. */
const careless = async (): Promise<void> => {
  for await (const chunk of await runJob(method, params, options)) appendFileSync(to, chunk);
};

const roles: Readonly<Record<string, () => Promise<unknown>>> = {
  runner: () => runJob(method, params, { ...options, to }),
  resumer: () => resumeJob(method, id, { ...options, to }),
  careless,
};
await roles[role]?.();
process.disconnect?.();
