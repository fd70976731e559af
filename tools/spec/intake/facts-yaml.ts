import type { Json, JsonObject } from '../document.ts';
import { SpecError } from '../errors.ts';

/** The one way to write a document: readers of YAML 1.1 and 1.2 agree on every line of it. */
export const writeFacts = (document: JsonObject): string => `${block(document, '')}\n`;

const block = (node: Json[] | JsonObject, pad: string): string =>
  Array.isArray(node)
    ? node.map((item) => listItem(item, pad)).join('\n')
    : Object.entries(node)
        .map(([key, value]) => entry(key, value, pad))
        .join('\n');

const listItem = (item: Json, pad: string): string => {
  const inner = `${pad}  `;
  return `${pad}- ${isBlock(item) ? block(item, inner).slice(inner.length) : scalar(item)}`;
};

const entry = (key: string, value: Json, pad: string): string => {
  const name = scalar(key);
  // YAML 1.2 section 7.4.2: a longer one would not be read again.
  if (name.length > 1_000)
    throw new SpecError(`The name '${key.slice(0, 100)}…' is too long; shorten it.`);
  if (isBlock(value)) return `${pad}${name}:\n${block(value, `${pad}  `)}`;
  return `${pad}${name}: ${key === '$ref' ? reference(value) : scalar(value)}`;
};

const isBlock = (node: Json): node is Json[] | JsonObject =>
  typeof node === 'object' && node !== null && Object.keys(node).length > 0;

const reference = (value: Json): string =>
  typeof value === 'string' && /^[\x20-\x7e]*$/.test(value)
    ? `'${value.replaceAll("'", "''")}'`
    : scalar(value);

const scalar = (value: Json): string => {
  if (Array.isArray(value)) return '[]';
  if (typeof value === 'object' && value !== null) return '{}';
  if (typeof value === 'number') return number(value);
  return typeof value === 'string' && !isPlain(value) ? quoted(value) : String(value);
};

// YAML 1.1 knows no exponent without a point.
const number = (value: number): string =>
  Number.isInteger(value) ? String(BigInt(value)) : String(value).replace(/^(-?\d)e/, '$1.0e');

const isPlain = (text: string): boolean =>
  /^[A-Za-z_$/^][\x21-\x7e]*(?: +[\x21-\x7e]+)*$/.test(text) &&
  !/: | #|:$/.test(text) &&
  // Truth, nothing, and what some readers take for a number.
  !/^(?:false|n|no|null|off|on|true|y|yes|e[-+]?\d+)$/i.test(text);

const quoted = (text: string): string =>
  JSON.stringify(text).replace(/[^\x20-\x7e]/gu, (char) => {
    const code = (char.codePointAt(0) ?? 0).toString(16);
    return code.length > 4 ? `\\U${code.padStart(8, '0')}` : `\\u${code.padStart(4, '0')}`;
  });
