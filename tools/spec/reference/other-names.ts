import { RESERVED } from '../generate/sinks.ts';

/** What an operation is called where OpenAPI Generator makes an SDK in another language. */
export interface OtherNames {
  readonly python: string;
  /** And PHP. */
  readonly java: string;
}

/** Nothing where its rules leave doubt, such as for names of a language. */
export const otherNames = (operationId: string): OtherNames | undefined => {
  // What stands in front of the underscore is the name of a class, which the generator takes away.
  const [, name] = /^(?:[A-Za-z][A-Za-z0-9]*_)?([A-Za-z][A-Za-z0-9]*)$/.exec(operationId) ?? [];
  if (name === undefined) return undefined;
  const python = snakeCase(name);
  const java = name.slice(0, 1).toLowerCase() + name.slice(1);
  return RESERVED.has(python) ? undefined : { python, java };
};

// Parts begin at a capital behind a small letter or a digit, and at the last capital of several.
const snakeCase = (name: string): string =>
  name
    .replace(/([A-Z]+)([A-Z][a-z]{2,})/g, '$1_$2')
    .replace(/([a-z\d])([A-Z])/g, '$1_$2')
    .toLowerCase();
