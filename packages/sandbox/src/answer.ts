import { preferred } from './accept.js';
import { jsonOffers, mediaOf, type Operation, resolve, successOf } from './documents.js';
import { fileOffers, readAsked, writeFile } from './download.js';
import { generate } from './generate.js';
import { fileKey, findJob, withJob } from './jobs.js';
import { pageFields, readPage } from './paging.js';
import { notAcceptable, partialFailure, problemAnswer } from './problems.js';
import { isParameter, pathParameters } from './router.js';
import type { ApiAnswer, ApiRequest } from './server.js';
import type { State, World } from './state.js';

/** The first declared success with a body, filled by its schema; only jobs have a past. */
export function answerOperation(
  operation: Operation,
  path: readonly string[],
  request: ApiRequest,
  world: World,
  state: State,
): ApiAnswer {
  const { document, segments, method } = operation;
  const { seed, flips } = world;
  const { status, body: declared } = successOf(operation);
  const file = answerFile(operation, path, request, world, state);
  if (file) return file;
  const media = mediaOf(declared);
  if (status === 204 || !media) return { status };
  const offers = jsonOffers(declared);
  const offer = preferred(request.headers.accept, offers);
  // Before a job is created or polled: what is refused changes nothing.
  if (!offer) return problemAnswer(notAcceptable(offers), request.path, document);

  const job = findJob(operation, path, request, world, state);
  const schema = resolve(media.schema, document.schemas);
  const page = readPage(operation, request.query);
  const params = pathParameters(operation, path);
  // A POST below a resource creates something new; any other call is about the resource itself.
  const isAboutLast = method !== 'POST' || isParameter(segments.at(-1) ?? '');
  const kind = segments.filter((segment) => !isParameter(segment)).at(-1) ?? '';
  const body = generate(schema, {
    seed,
    schemas: document.schemas,
    path: `/${path.join('/')}`,
    kind: job ? 'job' : kind,
    params,
    ownId: job?.id ?? (isAboutLast ? [...params.values()].at(-1) : undefined),
    from: page.from,
    until: page.until,
    surprises: { left: flips.has('extra-fields') ? 1 : 0 },
  });
  const said = pageFields(schema, document, page, request);
  const paged = Object.keys(said).length > 0 ? { ...(body as object), ...said } : body;
  const whole = job ? withJob(paged as object, schema, operation, job, world) : paged;
  const failure = state.failing.has(operation.name) && partialFailure(operation, request.path);
  const told = failure ? { ...(whole as object), ...failure } : whole;
  return { status, contentType: offer.type, body: JSON.stringify(told) };
}

/** Undefined if the operation sends no file. */
function answerFile(
  operation: Operation,
  path: readonly string[],
  request: ApiRequest,
  world: World,
  state: State,
): ApiAnswer | undefined {
  if (fileOffers(operation).length === 0) return undefined;
  const job = findJob(operation, path, request, world, state);
  const asked = job ? job.asked : readAsked(operation, request);
  const offers = fileOffers(operation, asked);
  const offer = preferred(request.headers.accept, offers);
  if (!offer) return problemAnswer(notAcceptable(offers), request.path, operation.document);
  const key = job ? fileKey(world, job) : `${world.seed} /${path.join('/')}`;
  return { status: successOf(operation).status, ...writeFile(offer, operation, key, asked) };
}
