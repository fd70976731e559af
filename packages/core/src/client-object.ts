import type { ApiVersion, ClientBase } from './client-options.js';
import { INSPECT, lazyProperty } from './lazy.js';
import type { Transport } from './operation.js';
import { ownFields } from './own.js';

/** What a user holds: what every client has, and the groups of its version, each made when it is first read. */
export const clientObject = <T, B extends ClientBase>(
  { groups, name, product }: Pick<ApiVersion<never, T>, 'groups' | 'name' | 'product'>,
  base: B,
  origin: string,
): B & T => {
  const client = Object.defineProperties(base, propertiesOf(groups));
  const value = (): string =>
    `Client of ${product.name}/${name} at ${origin}\n  ${Object.keys(groups).join(', ')}`;
  return Object.defineProperty(client, INSPECT, ownFields({ value })) as B & T;
};

const properties = new WeakMap<object, PropertyDescriptorMap>();

const propertiesOf = (groups: object): PropertyDescriptorMap => {
  const known = properties.get(groups);
  if (known) return known;
  const made = Object.fromEntries(
    Object.entries<new (transport: Transport) => unknown>({ ...groups }).map(([name, Group]) => [
      name,
      lazyProperty<Transport>(name, (client) => new Group(client)),
    ]),
  );
  properties.set(groups, made);
  return made;
};
