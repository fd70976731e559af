import { SpecError } from '../errors.ts';

/*
 * The only ways from a document's text to generated code. Each returns text that is safe where it
 * is meant to stand, or throws; templates print what these made and nothing else.
 */

/** A name that code declares or refers to. */
export const identifier = (name: string): string => {
  if (!/^[A-Za-z_$][\w$]*$/.test(name) || name.length > 100) {
    throw new SpecError(
      `'${printable(name)}' is no identifier; give it another name in the overlay (x-name).`,
    );
  }
  if (RESERVED.has(name)) {
    throw new SpecError(
      `'${name}' is a name of the language; give it another name in the overlay (x-name).`,
    );
  }
  return name;
};

/** A key of an object type or literal. */
export const propertyKey = (name: string): string =>
  /^[A-Za-z_$][\w$]*$/.test(name) && name !== '__proto__' ? name : string(name);

/** A string literal. */
export const string = (value: string): string =>
  JSON.stringify(value)
    .replace(/[\u007f-\uffff]/g, (char) => `\\u${char.charCodeAt(0).toString(16).padStart(4, '0')}`)
    .replaceAll('</', '<\\/');

/** A number literal. */
export const number = (value: number): string => {
  if (!Number.isFinite(value)) throw new SpecError(`${value} is no number that code could hold.`);
  return String(value);
};

/** A doc comment of these lines on lines of its own, or nothing if there are none. */
export const comment = (lines: readonly string[]): string => {
  const all = lines.flatMap(plainLines);
  // An empty line parts paragraphs; there is none at an end, and never two.
  const safe = all.filter((line, index) => line !== '' || (all[index - 1] ?? '') !== '');
  while (safe.at(-1) === '') safe.pop();
  if (safe.length === 0) return '';
  return safe.length === 1
    ? `/** ${safe[0]} */\n`
    : `/**\n${safe.map((line) => ` * ${line}`.trimEnd()).join('\n')}\n */\n`;
};

const plainLines = (text: string): string[] =>
  text
    .normalize('NFC')
    .split(/[\n\r\v\f\u0085\u2028\u2029]+/)
    .map((line) =>
      line
        .replace(INVISIBLE, '')
        .replaceAll('*/', '*\\/')
        .replaceAll('/*', '/\\*')
        .replace(DIRECTIVE, (word) =>
          word.startsWith('/') ? [...word].join(' ') : `${word.slice(0, 1)} ${word.slice(1)}`,
        )
        .trim(),
    );

// Controls, marks that turn the direction of text and others that nobody sees, private characters.
const INVISIBLE = /[\p{Cc}\p{Cf}\p{Co}]/gu;
// Words that compilers, linters and debuggers obey in a comment.
const DIRECTIVE =
  /@ts-|@jsx|eslint-|biome-|oxlint-|sourceMappingURL|sourceURL|\/{3,}|@(?:import|template|typedef)\b/gi;

const printable = (text: string): string => text.replace(/[^\x20-\x7e]/g, '?').slice(0, 100);

/** Names that generated code cannot give. */
export const RESERVED: ReadonlySet<string> = new Set(
  `abstract any arguments as async await bigint boolean break case catch class const constructor continue debugger
  declare default delete do else enum eval export extends false finally for from function get if implements import in
  infer instanceof interface is keyof let module namespace never new null number object of package private protected
  prototype public readonly require return set static string super switch symbol this throw true try type typeof
  undefined unique unknown var void while with yield Array Blob Boolean Date Error File FormData Function Map Number
  Object Omit Partial Pick Promise Readonly Record RegExp Request Required Response Set String Symbol Uint8Array
  Api Bound JobOperation NoParams Operation PagedOperation Transport Groups groups transport __proto__ then toJSON toString valueOf`.split(
    /\s+/,
  ),
);
