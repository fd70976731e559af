import { isDeepStrictEqual } from 'node:util';
import type { StockCall } from './calls.ts';
import { TOKEN } from './recorder.ts';
import type { Difference } from './wire.ts';

/** Why a request of ours may differ from the stock client's, and where. */
export interface Rule {
  readonly name: string;
  readonly why: string;
  /** Parts of the request that it speaks of. */
  readonly parts: readonly string[];
  readonly explains: (difference: Difference, call: StockCall) => boolean;
}

/*
 * Every difference between our requests and the stock client's. What no rule explains is a fault, and
 * so is a rule that explains nothing.
 */
export const RULES: readonly Rule[] = [
  {
    name: 'user agent',
    why: 'Each client gives its own name; ours names product, core and runtime.',
    parts: ['user-agent'],
    explains: ({ stock, ours }) =>
      /^axios\/\S+$/.test(String(stock)) &&
      /^[\w-]+(?:\/\S+)? \(core\/\S+; node\/\S+\)$/.test(String(ours)),
  },
  {
    name: 'accept-encoding',
    why: 'axios also reads the old compress; our transport reads what servers send.',
    parts: ['accept-encoding'],
    explains: ({ stock, ours }) =>
      stock === 'gzip, compress, deflate, br' && ours === 'gzip, deflate, br',
  },
  {
    name: 'accept, no markup',
    why: 'XML and HTML are asked for only where the operation gives a file: nothing else reads them.',
    parts: ['accept'],
    explains: ({ stock, ours }, { operation }) => {
      const declared = [...new Set(operation.produces)];
      const read = declared.filter((type) => !/[/+]xml$|\/html$/.test(type));
      return (
        !operation.isDownload && isDeepStrictEqual(stock, declared) && isDeepStrictEqual(ours, read)
      );
    },
  },
  {
    name: 'accept, none declared',
    why: 'The document names no type: stock leaves it to axios; ours asks for JSON, or takes any file.',
    parts: ['accept'],
    explains: ({ stock, ours }, { operation }) =>
      operation.produces.length === 0 &&
      isDeepStrictEqual(stock, ['application/json', 'text/plain', '*/*']) &&
      isDeepStrictEqual(ours, [operation.isDownload ? '*/*' : 'application/json']),
  },
  {
    name: 'no body, no type',
    why: 'axios calls an absent body a form; the operation declares none.',
    parts: ['content-type'],
    explains: ({ stock, ours }, { operation }) =>
      operation.body === undefined &&
      stock === 'application/x-www-form-urlencoded' &&
      ours === undefined,
  },
  {
    name: 'optional body left out',
    why: 'Where an optional JSON body is not given, stock sends {} as if it were; ours sends none.',
    parts: ['body', 'content-type'],
    explains: ({ part, stock, ours }, { operation: { body }, given }) =>
      body?.type === 'application/json' &&
      !body.required &&
      given.json === undefined &&
      isDeepStrictEqual(stock, part === 'body' ? {} : body.type) &&
      ours === undefined,
  },
  {
    name: 'form defaults',
    why: 'The default of a form field is sent (docs/adr/0003); stock leaves it to the server.',
    parts: ['body'],
    explains: ({ stock = [], ours }, { operation: { body }, given }) => {
      const defaults = Object.entries(body?.schema.properties ?? {})
        .filter(([name, schema]) => schema.default !== undefined && given.form[name] === undefined)
        .map(([name, schema]) => [name, String(schema.default)]);
      return (
        body?.type === 'application/x-www-form-urlencoded' &&
        defaults.length > 0 &&
        Array.isArray(stock) &&
        isDeepStrictEqual(ours, [...stock, ...defaults].toSorted())
      );
    },
  },
  {
    name: 'no token for a token',
    why: 'Two documents forget to say that the token operation takes no token; their overlays do.',
    parts: ['authorization'],
    explains: ({ stock, ours }, { operation }) =>
      operation.isToken && stock === `Bearer ${TOKEN}` && ours === undefined,
  },
  {
    name: 'blanks in a query',
    why: 'Stock writes + as forms do, ours %20 as URLs do; both are read as a blank.',
    parts: ['spelling of the query'],
    explains: ({ stock, ours }) => String(ours).replaceAll('%20', '+') === stock,
  },
];
