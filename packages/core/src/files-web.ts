import { ConfigError, type SdkError } from './errors.js';

/** A sum over bytes that is compared once. */
export interface Checksum {
  update(chunk: Uint8Array): void;
  matches(told: string): boolean;
}

export interface NamedBytes {
  readonly name: string;
  readonly bytes: Uint8Array;
}

/** The web has no MD5. */
export const createMd5 = (): Checksum | undefined => undefined;

/** @throws {ConfigError} there are no files here */
export const saveFile = async (
  operation: string,
  _path: string,
  _chunks: AsyncIterable<Uint8Array>,
): Promise<number> => {
  throw noFiles('Use stream(), bytes() or rows().', operation);
};

/** @throws {ConfigError} there are no files here */
export const checkTarget = async (operation: string, _path: string): Promise<void> => {
  throw noFiles('Use stream(), bytes() or rows().', operation);
};

/** @throws {ConfigError} there are no files here */
export const readPath = async (_path: string): Promise<NamedBytes> => {
  throw noFiles('Pass a Blob, bytes or a stream.');
};

const noFiles = (hint: string, operation?: string): SdkError =>
  new ConfigError(`${operation ?? 'fileFrom'}: there are no files on this platform.`, {
    operation,
    hint,
  });
