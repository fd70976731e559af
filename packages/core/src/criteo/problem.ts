import type { Problem } from '../operation.js';

/** What an error or success body of Criteo says beside its data (docs/facts.md, "Error bodies"). */
export interface Reported {
  readonly problems: readonly Problem[];
  readonly warnings: readonly Problem[];
  readonly traceId: string | undefined;
}

/**
 * Reads `errors` and `warnings` of every generation, OAuth's error object (RFC 6749 section 5.2),
 * and the single objects of the legacy API.
 */
export const readReported = (body: unknown): Reported => {
  const fields = isObject(body) ? body : {};
  const problems = Array.isArray(fields.errors)
    ? fields.errors.filter(isObject).map(toProblem)
    : single(fields);
  const warnings = Array.isArray(fields.warnings)
    ? fields.warnings.filter(isObject).map(toProblem)
    : [];
  return {
    problems,
    warnings,
    traceId: [...problems, ...warnings].find(({ traceId }) => traceId)?.traceId,
  };
};

type Fields = Readonly<Record<string, unknown>>;

const single = (fields: Fields): Problem[] => {
  if (typeof fields.error === 'string') {
    return [compact({ code: fields.error, detail: text(fields.error_description) })];
  }
  return 'code' in fields || 'message' in fields || 'traceId' in fields ? [toProblem(fields)] : [];
};

const toProblem = (fields: Fields): Problem =>
  compact({
    code: text(fields.code),
    // One schema of the vendor writes the same word with an underscore.
    type: text(fields.type)?.replace('access_control', 'access-control'),
    title: text(fields.title),
    detail: text(fields.detail) ?? text(fields.message),
    traceId: text(fields.traceId) ?? text(fields.traceIdentifier),
  });

const compact = (fields: Readonly<Record<string, string | undefined>>): Problem =>
  Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined));

const text = (value: unknown): string | undefined =>
  typeof value === 'string' && value !== '' ? value : undefined;

const isObject = (value: unknown): value is Fields => typeof value === 'object' && value !== null;
