import { RUNTIME } from '#transport';
import { SDK_NAME } from './criteo/names.js';
import { ConfigError } from './errors.js';
import { isHeaderValue } from './headers.js';
import { own } from './own.js';
import { VERSION } from './version.js';

/**
 * `<sdk>-<product>/<its version> (core/<version>; node/<version>)` and the user's own words, or
 * `undefined` where none is to be sent.
 * @throws {ConfigError} for words that cannot be sent
 */
export const userAgentOf = (
  words: string | false | undefined,
  product: { readonly name: string; readonly packageVersion?: string } | undefined,
): string | undefined => {
  if (words !== undefined && words !== false && !isSendable(words)) {
    throw new ConfigError("The option 'userAgent' cannot be sent as it is.", {
      hint: "Pass words of ASCII such as 'my-app/1.0', or false.",
    });
  }
  if (words === false || RUNTIME === undefined) return undefined;
  const name = product ? `${SDK_NAME}-${product.name}` : SDK_NAME;
  const packageVersion = product && own(product, 'packageVersion');
  const version = packageVersion ? `/${packageVersion}` : '';
  return [`${name}${version} (core/${VERSION}; ${RUNTIME})`, words].filter(Boolean).join(' ');
};

const isSendable = (words: unknown): boolean =>
  typeof words === 'string' && words.trim() !== '' && isHeaderValue(words);
