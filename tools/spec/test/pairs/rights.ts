import type { JsonObject } from '../../document.ts';
import { documentOf, getting, oauthOf, operation } from './build.ts';
import type { Pair } from './pairs.ts';

const things = { get: operation('GetThings') };
const secured = (...security: Record<string, string[]>[]) => getting({ security });
const schemes = (oauth: JsonObject) =>
  documentOf({ '/things': things }, {}, { components: { securitySchemes: { oauth } } });

// What says who may call and where: at run time it matters, to types it does not.
const unseen = (
  name: string,
  family: Pair['family'],
  old: Pair['old'],
  next: Pair['new'],
): Pair => ({
  name,
  family,
  where: 'document',
  old,
  new: next,
  bump: 'patch',
  reverse: 'patch',
  why: 'rights and hosts are in no type',
});

const url = (address: string) => ({ url: address });
const served = (...urls: string[]) =>
  documentOf({ '/things': things }, {}, { servers: urls.map(url) });
const host = 'https://api.example.com';
const read = { oauth: ['Thing_Read'] };
const asked = { oauth: ['Thing_Read', 'Thing_Manage'] };
const withRights = (security: Record<string, string[]>[]) =>
  documentOf({ '/things': things }, {}, { security });

export const rights: readonly Pair[] = [
  unseen('an operation needs one scope more', 'F10', secured(read), secured(asked)),
  unseen('an operation needs no token', 'F10', secured(read), secured()),
  unseen('every operation needs one scope more', 'F10', withRights([read]), withRights([asked])),
  unseen(
    'a scheme is of another type',
    'F10',
    schemes(oauthOf('Thing_Read')),
    schemes({ type: 'http', scheme: 'bearer' }),
  ),
  unseen(
    'the token endpoint moves',
    'F10',
    schemes({ type: 'oauth2', flows: { clientCredentials: { tokenUrl: host, scopes: {} } } }),
    schemes({
      type: 'oauth2',
      flows: { clientCredentials: { tokenUrl: `${host}/token`, scopes: {} } },
    }),
  ),
  unseen('the server moves', 'F30', served(host), served('https://eu.example.com')),
  unseen('a server of one operation', 'F30', getting({}), getting({ servers: [url(host)] })),
];
