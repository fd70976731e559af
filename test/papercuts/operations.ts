import type { Bound, CallOptions, Operation } from '@criteo-sdk/core';
import type { SandboxCredentials } from '@criteo-sdk/sandbox';
import { type JsonObject, loadDocument } from '../../tools/spec/document.ts';
import { type OperationModel, readModel } from '../../tools/spec/model.ts';
import { listSpecs, specName } from '../../tools/spec/registry.ts';

/** The versions that there are, with their overlays applied. */
export const VERSIONS: readonly Version[] = listSpecs().map((entry) => {
  const document = loadDocument(entry);
  return { name: specName(entry), document, operations: readModel(document).operations };
});

export interface Version {
  /** As its import path ends: `retailmedia/2026-07`. */
  readonly name: string;
  readonly document: JsonObject;
  readonly operations: readonly OperationModel[];
}

/** One operation: what its document says, and how the built package of its version calls it. */
export interface Called {
  readonly version: string;
  readonly document: JsonObject;
  readonly model: OperationModel;
  readonly operation: Operation;
  /** Arguments in JavaScript: what is not given is made up, so that the request can be written. */
  call(params?: object, options?: CallOptions): Promise<unknown>;
}

/** Every operation of every version, on clients with these credentials. */
export const everyOperation = async (
  credentials: (version: string) => SandboxCredentials,
): Promise<readonly Called[]> => {
  const versions = VERSIONS.map(async ({ name: version, document, operations }) => {
    const { createClient } = (await import(
      /* @vite-ignore */ `@criteo-sdk/${version}`
    )) as typeof import('@criteo-sdk/retailmedia/2026-07');
    const client = createClient({ ...credentials(version), logLevel: 'off' });
    return operations.map((model): Called => {
      const group = Reflect.get(client, model.group) as object;
      const method = Reflect.get(group, model.name) as Bound<Operation<object>>;
      const operation = method.operation as Operation;
      const call = (params: object = {}, options: CallOptions = {}): Promise<unknown> =>
        method({ ...madeUp(operation), ...params }, options);
      return { version, document, model, operation, call };
    });
  });
  return (await Promise.all(versions)).flat();
};

const madeUp = ({ path, body, multipart = [] }: Operation): object =>
  Object.fromEntries([
    ...[...path.matchAll(/\{(\w+)\}/g)].map(([, name]) => [name, '1']),
    ...(body ? [['body', {}]] : []),
    ...multipart.map(({ name }) => [name, new File(['text'], 'a.png')]),
  ]);
