import { mediaOf, type Operation, resolve, successOf } from './documents.js';
import { download, readAsked } from './download.js';
import { generate } from './generate.js';
import { fileKey, findJob, withJob } from './jobs.js';
import { pageFields, readPage } from './paging.js';
import { partialFailure } from './problems.js';
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
  const media = mediaOf(declared);
  if (status === 204) return { status };
  const job = findJob(operation, path, request, world, state);
  const file = job
    ? download(operation, fileKey(world, job), job.asked)
    : download(operation, `${seed} /${path.join('/')}`, readAsked(operation, request));
  if (file) return { status, ...file };
  if (!media) return { status };

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
  return { status, contentType: media.type, body: JSON.stringify(told) };
}
