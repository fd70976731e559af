import { readPath } from '#files';
import { byteSource, collect, isStream } from './byte-stream.js';
import { ConfigError } from './errors.js';
import { ownFields } from './own.js';

/** A path (not in a browser), a Blob, bytes such as a Buffer, or a stream of the web or of Node. */
export type UploadSource =
  | ArrayBuffer
  | AsyncIterable<Uint8Array>
  | Blob
  | ReadableStream<Uint8Array>
  | Uint8Array
  | string;

export interface UploadOptions {
  /** Name of the file for the API: give one where bytes or a stream have none. @default the path's, the File's, or `file` */
  readonly name?: string | undefined;
  /** Media type. @default the Blob's, or none */
  readonly type?: string | undefined;
}

/**
 * A file for an operation that takes one. A stream is read to its end before it returns.
 * @example await client.creative.createAsset({ assetFile: await fileFrom('logo.png', { type: 'image/png' }) });
 * @throws {SdkError} for a path that cannot be read
 */
export const fileFrom = async (
  source: UploadSource,
  options: UploadOptions = {},
): Promise<File> => {
  const { name, type } = ownFields(options);
  if (source instanceof Blob) {
    const own = source instanceof File ? source.name : 'file';
    return new File([source], name ?? own, { type: type ?? source.type });
  }
  const read = typeof source === 'string' ? await readPath(source) : undefined;
  const bytes = read?.bytes ?? (await bytesOf(source as Exclude<UploadSource, Blob | string>));
  return new File([new Uint8Array(bytes)], name ?? read?.name ?? 'file', { type: type ?? '' });
};

const bytesOf = async (
  source: Exclude<UploadSource, Blob | string>,
): Promise<ArrayBuffer | Uint8Array> => {
  if (source instanceof ArrayBuffer || source instanceof Uint8Array) return source;
  if (!isStream(source))
    throw new ConfigError('fileFrom takes a path, bytes, a Blob or a stream of bytes.');
  const { next, cancel } = byteSource(source);
  const checked = async (): Promise<IteratorResult<Uint8Array, unknown>> => {
    const result = await next();
    if (result.done || result.value instanceof Uint8Array) return result;
    cancel();
    throw new ConfigError('fileFrom: the stream gives texts, not bytes.', {
      hint: 'Open it without an encoding.',
    });
  };
  return collect({ next: checked, cancel }, Number.POSITIVE_INFINITY);
};
