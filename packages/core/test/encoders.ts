/* How servers write what they echo. */

type Encoder = (text: string) => string;

// A lone surrogate becomes the replacement character.
const wellFormed = (text: string): string => Buffer.from(text).toString();
const bytes = (text: string): Buffer => Buffer.from(text, 'utf8');
const eachByte = (text: string, write: (hex: string) => string): string =>
  [...bytes(text)].map((byte) => write(byte.toString(16).padStart(2, '0'))).join('');
const eachUnit = (text: string, write: (code: number) => string): string =>
  text
    .split('')
    .map((unit) => write(unit.charCodeAt(0)))
    .join('');
const eachCharacter = (text: string, write: (code: number) => string): string =>
  [...text].map((character) => write(character.codePointAt(0) ?? 0)).join('');
const hex = (code: number, digits: number): string => code.toString(16).padStart(digits, '0');
const base64 = (text: string): string => bytes(text).toString('base64');
const percent: Encoder = (text) => encodeURIComponent(wellFormed(text));
const form: Encoder = (text) => new URLSearchParams({ s: text }).toString().slice(2);
const json: Encoder = (text) => JSON.stringify(text).slice(1, -1);

const HTML: readonly (readonly [string, string])[] = [
  ['&', '&amp;'],
  ['<', '&lt;'],
  ['>', '&gt;'],
  ['"', '&quot;'],
  ["'", '&apos;'],
];
const html: Encoder = (text) =>
  HTML.reduce((written, [character, name]) => written.replaceAll(character, name), text);

/** Each can be undone: its own signs are written in its own way. */
export const ENCODERS: Readonly<Record<string, Encoder>> = {
  'as it is': (text) => text,
  'in capitals': (text) => text.replace(/[a-z]/g, (letter) => letter.toUpperCase()),
  'percent signs': percent,
  'percent signs, lower case': (text) => percent(text).replace(/%../g, (one) => one.toLowerCase()),
  'percent signs, each byte': (text) => eachByte(text, (byte) => `%${byte.toUpperCase()}`),
  'percent signs, each byte, lower case': (text) => eachByte(text, (byte) => `%${byte}`),
  'percent signs, of a whole address': (text) => encodeURI(wellFormed(text)),
  'percent signs, every other character': (text) =>
    [...wellFormed(text)]
      .map((one, index) =>
        index % 2 === 1 || one === '%' ? eachByte(one, (byte) => `%${byte}`) : one,
      )
      .join(''),
  form,
  'form, spaces by percent signs': (text) => form(text).replaceAll('+', '%20'),
  'HTML names': html,
  'more HTML names': (text) =>
    html(text).replaceAll('+', '&plus;').replaceAll('/', '&sol;').replaceAll('=', '&equals;'),
  'HTML numbers': (text) => eachCharacter(text, (code) => `&#${code};`),
  'HTML numbers with zeros': (text) => eachCharacter(text, (code) => `&#00${code};`),
  'HTML hex numbers': (text) => eachCharacter(text, (code) => `&#x${hex(code, 2)};`),
  'HTML hex numbers, upper case': (text) =>
    eachCharacter(text, (code) => `&#X${hex(code, 4).toUpperCase()};`),
  JSON: json,
  'JSON of PHP': (text) => json(text).replaceAll('/', '\\/'),
  'escapes with u': (text) => eachUnit(text, (code) => `\\u${hex(code, 4)}`),
  'escapes with u, upper case': (text) =>
    eachUnit(text, (code) => `\\u${hex(code, 4).toUpperCase()}`),
  'escapes with x': (text) => eachByte(text, (byte) => `\\x${byte}`),
  'escapes with x, upper case': (text) => eachByte(text, (byte) => `\\x${byte.toUpperCase()}`),
  hex: (text) => bytes(text).toString('hex'),
  'hex, upper case': (text) => bytes(text).toString('hex').toUpperCase(),
  base64,
  'base64 without padding': (text) => base64(text).replace(/=+$/, ''),
  base64url: (text) => bytes(text).toString('base64url'),
  'base64 of the pair': (text) => base64(`client-id:${text}`),
  'base64 of the pair, as a form': (text) => base64(`${form('client id')}:${form(text)}`),
  'base64 of JSON': (text) => base64(JSON.stringify({ id: 1, client_secret: text, of: 'x' })),
  'base64 of a form': (text) =>
    base64(`grant_type=refresh_token&client_secret=${form(text)}&scope=x`),
  'base64 behind one byte': (text) => base64(`x${text}y`),
  'base64 behind two bytes': (text) => base64(`xy${text}z`),
  'base64 behind a word': (text) => `Basic/${base64(text)}`,
  'base64 in lines': (text) => base64(`${'x'.repeat(50)}${text}`).replace(/.{20}/g, '$&\r\n'),
};

/** What a server may put into a secret that is not seen. */
const SPLITTERS: Readonly<Record<string, Encoder>> = {
  'split by a control character': (text) => `${text.slice(0, 4)}\u0000${text.slice(4)}`,
  'split by the end of a line': (text) => `${text.slice(0, 5)}\r\n${text.slice(5)}`,
  'split by a space of no width': (text) => `${text.slice(0, 3)}\u200b${text.slice(3)}`,
};

const both =
  (outer: string, inner: string): Encoder =>
  (text) =>
    (ENCODERS[outer] as Encoder)((ENCODERS[inner] as Encoder)(text));

const PAIRS: readonly (readonly [string, string])[] = [
  ['percent signs', 'percent signs'],
  ['percent signs', 'HTML names'],
  ['HTML names', 'percent signs'],
  ['HTML names', 'JSON'],
  ['HTML numbers', 'escapes with u'],
  ['JSON', 'JSON'],
  ['JSON', 'HTML hex numbers'],
  ['percent signs, each byte', 'base64'],
  ['base64', 'percent signs'],
  ['base64', 'base64'],
  ['hex', 'base64 of the pair'],
  ['escapes with u', 'form'],
];

/** Every way of writing that is tried on every failure. */
export const WRITTEN: Readonly<Record<string, Encoder>> = {
  ...ENCODERS,
  ...SPLITTERS,
  ...Object.fromEntries(
    PAIRS.map(([outer, inner]) => [`${inner}, then ${outer}`, both(outer, inner)]),
  ),
};
