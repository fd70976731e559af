import { RUNTIME } from '#transport';
import { SDK_NAME } from './criteo/names.js';
import { ConfigError } from './errors.js';
import { isHeaderValue } from './headers.js';
import { VERSION } from './version.js';

/**
 * `<sdk>-<product>/<its version> (core/<version>; node/<version>)` and the user's own words, or
 * `undefined` where none is to be sent.
 * @throws {ConfigError} for words that cannot be sent
 */
export const userAgentOf = (
  own: string | false | undefined,
  product: { readonly name: string; readonly packageVersion?: string } | undefined,
): string | undefined => {
  if (own !== undefined && own !== false && !isSendable(own)) {
    throw new ConfigError("The option 'userAgent' cannot be sent as it is.", {
      hint: "Pass words of ASCII such as 'my-app/1.0', or false.",
    });
  }
  if (own === false || RUNTIME === undefined) return undefined;
  const name = product ? `${SDK_NAME}-${product.name}` : SDK_NAME;
  const version = product?.packageVersion ? `/${product.packageVersion}` : '';
  return [`${name}${version} (core/${VERSION}; ${RUNTIME})`, own].filter(Boolean).join(' ');
};

const isSendable = (words: unknown): boolean =>
  typeof words === 'string' && words.trim() !== '' && isHeaderValue(words);
