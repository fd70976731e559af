import { ConfigError } from './errors.js';
import { ownFields } from './own.js';

/** What one request takes at most. */
export interface BatchLimits {
  readonly maxItems: number;
  /** Of the items written as JSON. @default no limit */
  readonly maxBytes?: number | undefined;
}

/**
 * Cuts a list into parts that a request takes, {@link REPORT_IDS} or {@link CONTACT_LIST} for example, in its order.
 * @example for await (const ids of batches(allIds, REPORT_IDS)) await runJob(…);
 * @throws {ConfigError} for an item that is larger than a request may be
 */
export async function* batches<T>(
  items: Iterable<T> | AsyncIterable<T>,
  limits: BatchLimits,
): AsyncGenerator<T[], void, undefined> {
  const { maxItems, maxBytes = Number.POSITIVE_INFINITY } = ownFields(limits);
  if (typeof items === 'string') throw new ConfigError('batches takes a list, not a string.');
  if (!(maxItems >= 1)) throw new ConfigError("'maxItems' of batches must be at least 1.");
  if (!(maxBytes > 0)) throw new ConfigError("'maxBytes' of batches must be more than 0.");
  let batch: T[] = [];
  // A bracket; behind each item stands a comma or the other bracket.
  let size = 1;
  for await (const item of items) {
    const own = maxBytes === Number.POSITIVE_INFINITY ? 0 : bytesOf(item) + 1;
    if (1 + own > maxBytes)
      throw new ConfigError(
        `An item is larger than a batch may be: ${1 + own} of ${maxBytes} bytes.`,
      );
    if (batch.length >= maxItems || size + own > maxBytes) {
      yield batch;
      batch = [];
      size = 1;
    }
    batch.push(item);
    size += own;
  }
  if (batch.length > 0) yield batch;
}

const encoder = new TextEncoder();

const bytesOf = (item: unknown): number => encoder.encode(JSON.stringify(item) ?? 'null').length;
