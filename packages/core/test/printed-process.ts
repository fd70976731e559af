import { format, inspect } from 'node:util';
import { deserialize, serialize } from 'node:v8';
import { AccessToken } from '../src/access-token.js';
import { PartialFailureError, TokenError } from '../src/index.js';

/* A process that prints a token, and errors that hold one, in every way there is; to the console, too. */

const token = new AccessToken({
  value: 'secret-1',
  tokenType: 'Bearer',
  expiresAt: new Date(0),
  refreshToken: 'secret-2',
});
const partial = new PartialFailureError('it failed', { data: { id: 'secret-3' } });
const things = [
  token,
  partial,
  new TokenError('it failed', { cause: partial }),
  { token, partial },
];

const flags = [false, true];
const options = flags.flatMap((showHidden) =>
  flags.flatMap((getters) =>
    flags.flatMap((customInspect) =>
      flags.map((showProxy) => ({ showHidden, getters, customInspect, showProxy, depth: 9 })),
    ),
  ),
);

for (const thing of things) {
  for (const one of options) console.log(inspect(thing, one));
  console.log(thing, String(thing), `${thing}`, JSON.stringify(thing), { ...thing });
  console.log(format('%o %O %j %s', thing, thing, thing, thing));
  console.log(Object.entries(thing), Object.getOwnPropertyDescriptors(thing));
  console.dir(thing, { showHidden: true, depth: 9 });
  console.table(thing);
  console.table([thing]);
  console.error(thing);
  for (const copy of [structuredClone({ ...thing }), deserialize(serialize({ ...thing }))])
    console.log(inspect(copy, { showHidden: true, getters: true, depth: 9 }));
  for (const name in thing) console.log(name, Reflect.get(thing, name));
}
if (token.value !== 'secret-1' || token.refreshToken !== 'secret-2')
  throw new Error('by name only');
if (Reflect.get(Object(partial.data), 'id') !== 'secret-3') throw new Error('by name only');
