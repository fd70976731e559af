import {
  AccessToken,
  type ClientTransport,
  type Operation,
  type Transport,
} from '@criteo-sdk/core';
import type { Described, Version } from '../wire/document.ts';
import { type Sample, toParams } from '../wire/sampler.ts';
import { TOKEN } from './recorder.ts';

/** Our client of one version: the built package, as its users import it. */
export interface OurClient {
  /** Ids of the operations that its groups have. */
  readonly ids: readonly string[];
  /** Where this operation goes if nobody names another origin. */
  addressOf(operation: Described): Promise<string>;
  call(operation: Described, given: Sample, plant?: Plant): Promise<unknown>;
  close(): void;
}

/** A call of ours as it goes out, so that a fault can be planted into it. */
export interface OurCall {
  readonly operation: Operation;
  readonly params: Readonly<Record<string, unknown>>;
  readonly headers?: Readonly<Record<string, string>>;
}

export type Plant = (call: OurCall) => OurCall;

type Method = ((params: object) => Promise<unknown>) & { readonly operation: Operation };
type Group = Readonly<Record<string, Method>>;

interface OurModule {
  readonly createClient: (options: object) => Transport & { close(): void };
  readonly createTransport: (options: object) => ClientTransport;
  readonly OAuthApi: new (transport: Transport) => Group;
}

export const openOurClient = async (version: Version, origin: string): Promise<OurClient> => {
  const exported = (await import(`@criteo-sdk/${version}`)) as OurModule;
  const target = { baseUrl: origin, allowLoopbackHttp: true, logLevel: 'off' };
  const token = new AccessToken({
    value: TOKEN,
    tokenType: 'Bearer',
    expiresAt: new Date(Date.now() + 3_600_000),
  });
  const tokens = { get: async () => token, invalidate: () => {} };
  const client = exported.createClient({ ...target, tokens, rateLimit: false });
  // The token operation needs no client: its class alone sends it.
  const alone = exported.createTransport(target);
  const tokenApi = new exported.OAuthApi(alone);
  const methodOf = ({ group, name, isToken }: Described): Method => {
    const methods = isToken ? tokenApi : (Reflect.get(client, group) as Group);
    const method = methods[name];
    if (method) return method;
    throw new Error(`there is no method ${group}.${name}`);
  };
  return {
    addressOf: async ({ name }) => {
      let address = '';
      const request = async ({ url = '' }: { url?: string }): Promise<never> => {
        address = url;
        throw new Error('the address is all that is asked for');
      };
      const byItself = exported.createTransport({ axios: { request }, retry: { limit: 0 } });
      await new exported.OAuthApi(byItself)[name]?.({}).catch(() => {});
      return address;
    },
    ids: Object.values(client)
      .flatMap((group) => Object.values(group as object))
      .flatMap((member: Partial<Method>) => member.operation?.id ?? []),
    call: (described, given, plant) => {
      const method = methodOf(described);
      const params = toParams(given);
      if (!plant) return method(params);
      const planted = plant({ operation: method.operation, params });
      const { operation, headers = {} } = planted;
      // A fault that asks for a token where none belongs needs one at hand.
      const transport = operation.auth === 'none' ? alone : client;
      return transport.call<never, unknown>(operation, planted.params as never, { headers });
    },
    close: () => {
      client.close();
      alone.close();
    },
  };
};
