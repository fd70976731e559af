import { SDK_NAME } from './criteo/names.js';
import type { Observe } from './observe.js';
import type { RetryOptions, Transport } from './operation.js';
import { type Clock, systemClock } from './time.js';

/** Time and events of a transport's calls, for what is built on them: jobs and downloads. */
export interface TransportTools {
  readonly clock: Clock;
  readonly tell: Observe;
  /** Of the client. */
  readonly retry?: RetryOptions | undefined;
  /** What may show up nowhere. */
  readonly secrets?: Iterable<string> | undefined;
}

// By name: another copy of this package in the process finds it, too.
const TOOLS = Symbol.for(`${SDK_NAME}.tools`);

export const withTools = <T extends Transport>(transport: T, tools: TransportTools): T =>
  Object.assign(transport, { [TOOLS]: tools });

/** Those of the system for a transport of the user's. */
export const toolsOf = (transport: Transport): TransportTools =>
  (transport as { readonly [TOOLS]?: TransportTools })[TOOLS] ?? {
    clock: systemClock,
    tell: () => {},
  };
