import { mediaOf, type Operation, resolve } from './documents.js';
import { download } from './download.js';
import { generate } from './generate.js';
import { pageFields, readPage } from './paging.js';
import { isParameter, pathParameters } from './router.js';
import type { ApiAnswer, ApiRequest } from './server.js';
import type { World } from './state.js';

/** The first declared success with a body, filled by its schema and always with the same bytes. */
export function answerOperation(
  operation: Operation,
  path: readonly string[],
  request: ApiRequest,
  { seed, flips }: World,
): ApiAnswer {
  const { document, segments, method, responses } = operation;
  const successes = Object.keys(responses).filter((code) => code.startsWith('2'));
  const success = successes.find((code) => mediaOf(responses[code])) ?? successes[0] ?? '200';
  const status = Number(success);
  const media = mediaOf(responses[success]);
  if (!media || status === 204) return { status };
  const { type: contentType } = media;
  const schema = resolve(media.schema, document.schemas);
  const file = download(schema, contentType, `${seed} /${path.join('/')}`);
  if (file !== undefined) return { status, contentType, body: file };

  const page = readPage(operation, request.query);
  const params = pathParameters(operation, path);
  // A POST below a resource creates something new; any other call is about the resource itself.
  const isAboutLast = method !== 'POST' || isParameter(segments.at(-1) ?? '');
  const body = generate(schema, {
    seed,
    schemas: document.schemas,
    path: `/${path.join('/')}`,
    kind: segments.filter((segment) => !isParameter(segment)).at(-1) ?? '',
    params,
    ownId: isAboutLast ? [...params.values()].at(-1) : undefined,
    from: page.from,
    until: page.until,
    surprises: { left: flips.has('extra-fields') ? 1 : 0 },
  });
  const said = pageFields(schema, document, page, request);
  const whole = Object.keys(said).length > 0 ? { ...(body as object), ...said } : body;
  return { status, contentType, body: JSON.stringify(whole) };
}
