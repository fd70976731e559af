import { isObject, type JsonObject } from '../document.ts';
import { SpecError } from '../errors.ts';
import { shown } from '../model.ts';
import {
  componentFaults,
  cycleFaults,
  operationFaults,
  pathFaults,
  pathsOf,
  referenceFaults,
} from './intake-faults.ts';

/** Refuses a document that the SDK could not serve, or that would harm it, with all its faults. */
export const checkDocument = (document: JsonObject): void => {
  checkDialect(document);
  const references = referenceFaults(document);
  const faults = [
    ...pathFaults(document),
    ...operationFaults(document),
    ...componentFaults(document),
    ...(references.length > 0 ? references : cycleFaults(document)),
  ].map((fault) => fault.slice(0, 400));
  if (faults.length === 0) return;
  if (faults.length === 1) throw new SpecError(`${faults[0]} ${NEXT}`);
  const told = faults.slice(0, 20).map((fault, index) => `(${index + 1}) ${fault}`);
  const rest = faults.length > 20 ? ` And ${faults.length - 20} more.` : '';
  throw new SpecError(`The document has ${faults.length} faults. ${told.join(' ')}${rest} ${NEXT}`);
};

/** The first parts of the paths, sorted. */
export const pathVersionsOf = (document: JsonObject): string[] => partsOf(document, 1);

/** Paths of another version than the document's are an accident, or have to be confirmed. */
export const checkPathVersions = (
  document: JsonObject,
  version: string,
  confirmed: readonly string[],
  product: string,
): void => {
  // A candidate is served under the name of the coming version.
  const expected = [version.replace(/-rc$/, ''), ...confirmed];
  const others = pathVersionsOf(document).filter((part) => !expected.includes(part));
  if (others.length === 0) return;
  throw new SpecError(
    `Paths of ${product}/${version} begin with ${shownSome(others)}. If all of them belong to it, add to the command: ${others.map(versionOption).join(' ')}`,
  );
};

/** A document of another product has other parts behind the version: none of `segments`. */
export const checkProduct = (
  document: JsonObject,
  product: string,
  segments: readonly string[],
): void => {
  const found = partsOf(document, 2);
  if (segments.length === 0 || found.some((part) => segments.includes(part))) return;
  throw new SpecError(
    `No path of the document is one of ${product} (${segments.join(', ')}); found: ${shownSome(found) || 'nothing'}. Name the product that the document is of.`,
  );
};

const NEXT = 'Correct this in a copy of the document and import that.';

const partsOf = (document: JsonObject, index: number): string[] => {
  const parts = pathsOf(document).flatMap(([path]) => path.split('/')[index] || []);
  return [...new Set(parts)].sort();
};

const shownSome = (parts: readonly string[]): string =>
  `${parts.slice(0, 20).join(', ')}${parts.length > 20 ? ' …' : ''}`;

const versionOption = (part: string): string =>
  /^\w[\w.~-]*$/.test(part)
    ? `--path-version ${part}`
    : `--path-version='${part.replaceAll("'", "'\\''")}'`;

const checkDialect = ({ openapi, swagger, paths }: JsonObject): void => {
  const dialect = openapi === undefined ? `Swagger ${shown(swagger)}` : `OpenAPI ${shown(openapi)}`;
  if (openapi === undefined && swagger === undefined)
    throw new SpecError(
      'The document states no version of OpenAPI; name the raw document, not a page or list of it.',
    );
  if (!/^3\.0\.\d+$/.test(shown(openapi)))
    throw new SpecError(
      `The document is ${dialect.slice(0, 100)}; OpenAPI 3.0 is needed. Ask the vendor for that, or convert it and look at the result.`,
    );
  if (!isObject(paths) || Object.keys(paths).length === 0)
    throw new SpecError('The document has no paths; ask the vendor for one with operations.');
};
