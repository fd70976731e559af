import { ConfigError } from './errors.js';
import type { Operation } from './operation.js';
import { own } from './own.js';

/** Can this be sent as the value of a header, as it is? */
export const isHeaderValue = (value: string): boolean => VALUE.test(value);

const NAME = /^[!#$%&'*+.^_`|~0-9A-Za-z-]+$/;
const VALUE = /^[\t\x20-\x7e]*$/;

/** Headers that are the client's, or the connection's: setting them could cut a request in two. */
const NOT_YOURS: Readonly<Record<string, string>> = {
  authorization:
    'The client sends its own token; pass `tokens` to createClient for tokens from elsewhere.',
  connection: 'It is the transport that keeps connections.',
  'content-length': 'It follows from the body.',
  host: 'It follows from baseUrl.',
  'proxy-authorization':
    'Pass `axios: proxyFromEnv()`, or an axios instance of your own, for a proxy.',
  'transfer-encoding': 'It follows from the body.',
};

/**
 * The caller's headers, names in lower case.
 * @throws {ConfigError} for one that cannot be sent as it is, or that is not the caller's to set
 */
export const checkedHeaders = (
  operation: Operation,
  headers: Readonly<Record<string, string>>,
): Record<string, string> =>
  Object.fromEntries(
    Object.entries(headers).map(([given, value]) => {
      const name = given.toLowerCase();
      if (!NAME.test(name) || !isHeaderValue(value)) {
        throw new ConfigError(
          `${operation.id}: the header '${name.replace(/[^\w-]/g, '?')}' cannot be sent as it is.`,
          {
            operation: operation.id,
          },
        );
      }
      const hint = whyNot(operation, name);
      if (hint === undefined) return [name, value];
      throw new ConfigError(`${operation.id}: '${name}' is not a header to set.`, {
        operation: operation.id,
        hint,
      });
    }),
  );

const whyNot = ({ multipart }: Operation, name: string): string | undefined => {
  if (multipart && name === 'content-type') return 'It carries the boundary between the parts.';
  return own(NOT_YOURS, name);
};
