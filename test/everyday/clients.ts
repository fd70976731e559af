import type { ClientBase } from '@criteo-sdk/retailmedia';
import type { Sandbox, SandboxCredentials } from '@criteo-sdk/sandbox';
import { ALL_VERSIONS, type Described, readOperations, type Version } from '../wire/document.js';
import { type Extent, sample, toParams } from '../wire/sampler.js';

/** Every API version, as `product/version`. */
export const VERSIONS: readonly Version[] = ALL_VERSIONS;

type Create = (options: SandboxCredentials & { logLevel: 'off' }) => ClientBase;

/** A client of a version on the sandbox. */
export const clientOf = async (sandbox: Sandbox, version: Version): Promise<ClientBase> => {
  const { createClient } = (await import(`@criteo-sdk/${version}`)) as { createClient: Create };
  return createClient({ ...sandbox.credentials(version), logLevel: 'off' });
};

/** A client's method; what it takes and gives is known to its caller only. */
export interface AnyMethod {
  readonly operation: { readonly id: string };
}

export const methodsOf = (client: ClientBase): AnyMethod[] =>
  Object.values(client)
    .flatMap((group: unknown) => (typeof group === 'object' && group ? Object.values(group) : []))
    .filter((member) => typeof member === 'function' && 'operation' in member);

/** Operations of a version, as its document has them. */
export const operationsOf = (version: Version): readonly Described[] => readOperations(version);

/** Arguments of a call, from the document alone; ids are numbers as text, which some overlays say. */
export const paramsOf = (
  operation: Described,
  extent: Extent = 'what is required',
): Record<string, unknown> => {
  const given = sample(operation, extent);
  const path = Object.fromEntries(Object.keys(given.path).map((name) => [name, '7']));
  return toParams({ ...given, path });
};

/** The same with another format, wherever one is asked for. */
export const withFormat = (params: object, format: string): object =>
  JSON.parse(
    JSON.stringify(params, (key, value: unknown) => (key === 'format' ? format : value)),
  ) as object;
