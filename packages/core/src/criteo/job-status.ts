import { ownFields } from '../own.js';
import { text } from './problem.js';

/** What the API tells of a job, in one form for all of its models (docs/facts.md, "Reports"). */
export interface JobStatus {
  readonly id: string | undefined;
  /** In lower case; empty if it tells none. */
  readonly state: string;
  readonly rowCount: number | undefined;
  readonly totalBytes: number | undefined;
  readonly md5: string | undefined;
  readonly expiresAt: Date | undefined;
}

export const readJobStatus = (body: unknown): JobStatus => {
  const data = fieldsOf(fieldsOf(body).data);
  const attributes = fieldsOf(data.attributes);
  const { status, rowCount, fileSizeBytes, expiresAt } = attributes;
  const end = new Date(text(expiresAt) ?? Number.NaN);
  return {
    id: typeof data.id === 'number' ? String(data.id) : visible(text(data.id)),
    state: (text(status) ?? '').toLowerCase(),
    rowCount: number(rowCount),
    totalBytes: number(fileSizeBytes),
    // The models spell it in two ways.
    md5: text(attributes.md5Checksum) ?? text(attributes.md5CheckSum),
    expiresAt: Number.isNaN(end.getTime()) ? undefined : end,
  };
};

/** The words of reports, catalogs, billing and exports; any other is one of a job that goes on. */
export const isFinished = (state: string): boolean => state === 'success' || state === 'done';
export const isFailed = (state: string): boolean =>
  state === 'failure' || state === 'failed' || state === 'expired';

// No path takes the others.
const visible = (id: string | undefined): string | undefined =>
  id === undefined || /\p{Cc}/u.test(id) ? undefined : id;

const fieldsOf = (value: unknown): Readonly<Record<string, unknown>> =>
  ownFields(typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : {});

const number = (value: unknown): number | undefined =>
  typeof value === 'number' ? value : undefined;
