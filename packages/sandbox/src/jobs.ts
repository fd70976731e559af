import { createHash } from 'node:crypto';
import { loadOperations, type Operation, resolve, type Schema } from './documents.js';
import { type Asked, fileOffers, ROW_COUNT, readAsked, writeFile } from './download.js';
import { own } from './own.js';
import type { JobEnd } from './public-types.js';
import { pathParameters } from './router.js';
import type { ApiRequest } from './server.js';
import type { State, World } from './state.js';
import { hash } from './values.js';

export interface Job {
  readonly id: string;
  readonly asked: Asked | undefined;
  readonly end: JobEnd | 'success';
  polls: number;
}

/** The job that a call creates, or is about; one that nobody remembers was over long ago. */
export function findJob(
  operation: Operation,
  path: readonly string[],
  request: ApiRequest,
  { seed }: World,
  { jobs, nextJobs }: State,
): Job | undefined {
  const role = operation['x-job']?.role;
  if (!role) return undefined;
  if (role === 'create') {
    // A number as text fits the ids of every version, catalogs' included.
    const id = String(1e9 + (hash(`${seed} jobs`) % 1e9) + jobs.size);
    const asked = readAsked(operation, request);
    const job: Job = { id, asked, end: nextJobs.shift() ?? 'success', polls: 0 };
    jobs.set(id, job);
    return job;
  }
  const id = [...pathParameters(operation, path).values()].at(-1) ?? '';
  const job = jobs.get(id) ?? { id, asked: undefined, end: 'success', polls: PENDING_POLLS };
  if (role === 'status') job.polls += 1;
  return job;
}

/** Its id alone decides about its file, so that status and output speak of the same bytes. */
export function fileKey({ seed }: World, { id }: Job): string {
  return `${seed} job ${id}`;
}

/** A generated answer about a job, with what is true of it. */
export function withJob(
  answer: object,
  schema: Schema,
  operation: Operation,
  job: Job,
  world: World,
): object {
  const { schemas } = operation.document;
  const at = ({ properties = {} }: Schema, name: string): Schema =>
    resolve(own(properties, name) ?? {}, schemas);
  const model = at(at(schema, 'data'), 'attributes');
  const outcome = job.polls <= PENDING_POLLS ? 'pending' : job.end;
  const message = outcome === 'failure' ? 'The sandbox was told to let this job fail.' : null;
  const facts = {
    id: job.id,
    status: wordFor(outcome, at(model, 'status')),
    message,
    errorMessage: message,
    ...figuresOf(operation, job, outcome, world),
  };
  const { data } = answer as { readonly data: { readonly attributes: object } };
  const attributes = { ...data.attributes, ...fitted(facts, model) };
  return { ...answer, data: { ...data, attributes } };
}

const PENDING_POLLS = 2;

type Outcome = Job['end'] | 'pending';

const WORDS: Readonly<Record<Outcome, RegExp>> = {
  pending: /^pending$/i,
  success: /^success$/i,
  'wrong-checksum': /^success$/i,
  failure: /^fail(ure|ed)$/i,
  expired: /^expired$/i,
};

/** As this version spells it. */
function wordFor(outcome: Outcome, { enum: words = [] }: Schema): unknown {
  return words.find((word) => own(WORDS, outcome)?.test(String(word))) ?? outcome;
}

/** Under the names of every model. */
function figuresOf(operation: Operation, job: Job, outcome: Outcome, world: World): object {
  const output = outputOf(operation);
  const isDone = outcome === 'success' || outcome === 'wrong-checksum';
  const [offer] = isDone && output ? fileOffers(output, job.asked) : [];
  const file = output && offer && writeFile(offer, output, fileKey(world, job), job.asked);
  const md5 = file && createHash('md5').update(file.body);
  if (outcome === 'wrong-checksum') md5?.update('other bytes');
  const checksum = md5?.digest(world.flips.has('report-checksum') ? 'base64' : 'hex') ?? null;
  return {
    fileSizeBytes: file?.body.length ?? null,
    rowCount: file ? ROW_COUNT : null,
    md5Checksum: checksum,
    md5CheckSum: checksum,
  };
}

/** The operation that sends the file: creations name it beside the one that tells the status. */
function outputOf({ document, name }: Operation): Operation | undefined {
  const own = loadOperations().filter((operation) => operation.document === document);
  const output = own.find((operation) => operation['x-job']?.status === name)?.['x-job']?.output;
  return own.find((operation) => operation.name === output);
}

/** The fields that the model has; nothing is null, or absent, or else empty, as it allows. */
function fitted(facts: object, { properties = {}, required = [] }: Schema): object {
  const nothing = (name: string): unknown => {
    if (own(properties, name)?.nullable) return null;
    return required.includes(name) ? '' : undefined;
  };
  const known = Object.entries(facts).filter(([name]) => Object.hasOwn(properties, name));
  return Object.fromEntries(known.map(([name, value]) => [name, value ?? nothing(name)]));
}
