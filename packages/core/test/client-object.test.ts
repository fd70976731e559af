import { inspect } from 'node:util';
import { describe, expect, it } from 'vitest';
import { paginate } from '../src/paging.js';
import { getThing } from './api.js';
import { made, SECRET, ThingApi, world } from './users.js';

const PARTS = ['call', 'tokens', 'rateLimit', 'request', 'close', 'forSubject'];

describe('the groups of a client', () => {
  it('are made when they are first read, and once', async () => {
    const before = { ...made };
    const { client } = await world();
    expect(made).toEqual(before);
    const { thing } = client;
    expect(client.thing).toBe(thing);
    expect(thing).toBeInstanceOf(ThingApi);
    expect(made).toEqual({ ...before, thing: before.thing + 1 });
  });

  it('are listed beside what every client has, and go along in a copy', async () => {
    const { client } = await world();
    expect(Object.keys(client).sort()).toEqual([...PARTS, 'other', 'thing'].sort());
    expect('thing' in client).toBe(true);
    const copy = { ...client };
    expect(copy.thing).toBe(client.thing);
    expect(await copy.thing.getThing({ id: '1' })).toEqual({ name: 'thing' });
  });

  it('are those of each client', async () => {
    const { client, connect } = await world();
    expect(connect().thing).not.toBe(client.thing);
  });

  it('are there of a client that is frozen, or behind a proxy', async () => {
    const { client, connect } = await world();
    const { thing } = Object.freeze(client);
    expect(await thing.getThing({ id: '1' })).toEqual({ name: 'thing' });
    const proxy = new Proxy(connect(), {});
    expect(proxy.thing).toBe(proxy.thing);
    expect(await proxy.thing.getThing({ id: '1' })).toEqual({ name: 'thing' });
  });
});

describe('the methods of a group', () => {
  it('are made when they are first read, stay the same, and work unbound', async () => {
    const { client } = await world();
    const { getThing: method } = client.thing;
    expect(client.thing.getThing).toBe(method);
    expect(method.operation).toBe(getThing);
    expect(await method({ id: '1' })).toEqual({ name: 'thing' });
  });

  it('are listed, and are own properties as ever', async () => {
    const { client } = await world();
    expect(Object.keys(client.thing)).toEqual(['getThing', 'searchThings']);
    expect(Object.values(client.thing)).toEqual([client.thing.getThing, client.thing.searchThings]);
  });

  it('belong to the client of their group, though clients share how they are made', async () => {
    const { client, connect, bearers } = await world();
    await client.thing.getThing({ id: '1' });
    await connect().thing.getThing({ id: '1' });
    expect(new Set(bearers()).size).toBe(2);
  });

  it('are known to helpers by what they carry', async () => {
    const { client } = await world();
    expect(() => paginate(client.thing.getThing as never)).toThrow(/getThing/);
  });
});

describe('console.log', () => {
  it('shows of a client product, version, origin and groups, in two lines', async () => {
    const { client, server } = await world();
    await client.thing.getThing({ id: '1' });
    expect(inspect(client)).toBe(`Client of made-up/1 at ${server.url}\n  thing, other`);
    expect(inspect({ client }, { depth: 9, showHidden: true })).not.toContain('closure');
  });

  it('shows of a group its methods, in one', async () => {
    const { client } = await world();
    expect(inspect(client.thing)).toBe('ThingApi: getThing, searchThings');
  });

  it.each([{}, { customInspect: false, showHidden: true, depth: 9, getters: true }])(
    'shows no secret and no token, with %j',
    async (options) => {
      const { client } = await world({
        grant: { type: 'refresh_token', refreshToken: 'canary-r' },
      });
      await client.thing.getThing({ id: '1' });
      const shown = [client, client.thing, client.thing.getThing, client.tokens]
        .map((one) => inspect(one, options))
        .join();
      expect(shown).toContain('thing');
      for (const secret of [SECRET, 'canary-r', 'access-1']) expect(shown).not.toContain(secret);
    },
  );
});
