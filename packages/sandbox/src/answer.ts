import { type DeclaredResponse, fieldsOf, type Operation, resolve } from './documents.js';
import { download } from './download.js';
import { generate } from './generate.js';
import { pageMetadata, readPage } from './paging.js';
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
  const { document, segments, method } = operation;
  const page = readPage(operation, request.query);
  const [status, { contentType, schema: declared }] = successOf(operation);
  if (!contentType || !declared || status === 204) return { status };
  const schema = resolve(declared, document.schemas);
  const file = download(schema, contentType, `${seed} /${path.join('/')}`);
  if (file !== undefined) return { status, contentType, body: file };

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
    from: page.index * page.size,
    until: Math.max(page.index * page.size, Math.min((page.index + 1) * page.size, page.total)),
    surprises: { left: flips.has('extra-fields') ? 1 : 0 },
  });
  const model = fieldsOf(schema.properties?.metadata, document);
  const metadata = 'currentPageIndex' in model && { metadata: pageMetadata(page, model, request) };
  return {
    status,
    contentType,
    body: JSON.stringify(metadata ? { ...(body as object), ...metadata } : body),
  };
}

function successOf({ responses }: Operation): readonly [number, DeclaredResponse] {
  const successes = [...responses].filter(([status]) => status >= 200 && status < 300);
  const withBody = successes.find(([, { schema }]) => schema);
  return withBody ?? successes[0] ?? [200, { contentType: undefined, schema: undefined }];
}
