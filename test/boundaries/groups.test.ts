import { describe, expect, it } from 'vitest';
import { CLIENT_MEMBERS } from '../../tools/spec/generate/normalise.ts';
import { listSpecs, specName } from '../../tools/spec/registry.ts';

interface Version {
  readonly groups: Readonly<Record<string, new (transport: object) => object>>;
  createClient(options: object): Readonly<Record<string, unknown>>;
}

/* A group that is called as what every client has would take its place. */
describe.each(listSpecs().map(specName))('%s', (version) => {
  it('has the groups of its clients beside what every client has', async () => {
    const { createClient, groups } = (await import(`@criteo-sdk/${version}`)) as Version;
    const client = createClient({ clientId: 'id', clientSecret: 'secret', logLevel: 'off' });
    const names = Object.keys(groups);
    expect(names.length).toBeGreaterThan(2);
    expect(Object.keys(client).sort()).toEqual([...CLIENT_MEMBERS, ...names].sort());
    for (const name of names) expect(client[name]).toBeInstanceOf(groups[name]);
  });
});
