import { propertyKey, string } from '../generate/sinks.ts';

/** A value as code writes it. */
export type Value =
  | boolean
  | number
  | string
  | Expression
  | readonly Value[]
  | { readonly [key: string]: Value };

/** Code that stands for a value: a variable, a call. */
export class Expression {
  readonly code: string;
  constructor(code: string) {
    this.code = code;
  }
}

const WIDTH = 100;

/** A value between what stands before and behind it on its line; broken into lines if it is too long. */
export const written = (before: string, value: Value, behind: string): string => {
  const line = `${before}${onOneLine(value)}${behind}`;
  if (line.length <= WIDTH) return line;
  return `${before}${broken(value, '', before.length, behind.length)}${behind}`;
};

const broken = (value: Value, indent: string, before: number, behind: number): string => {
  const line = onOneLine(value);
  const parts = partsOf(value);
  if (parts.length === 0 || indent.length + before + line.length + behind <= WIDTH) return line;
  const inner = `${indent}  `;
  const lines = parts.map(([key, part]) =>
    isShorthand(key, part)
      ? `${inner}${key.slice(0, -2)},`
      : `${inner}${key}${broken(part, inner, key.length, 1)},`,
  );
  const [open, close] = Array.isArray(value) ? ['[', ']'] : ['{', '}'];
  return `${open}\n${lines.join('\n')}\n${indent}${close}`;
};

const onOneLine = (value: Value): string => {
  if (value instanceof Expression) return value.code;
  if (typeof value === 'string') return quoted(value);
  if (typeof value !== 'object') return String(value);
  const parts = partsOf(value).map(([key, part]) =>
    isShorthand(key, part) ? (part as Expression).code : `${key}${onOneLine(part)}`,
  );
  if (Array.isArray(value)) return `[${parts.join(', ')}]`;
  return parts.length === 0 ? '{}' : `{ ${parts.join(', ')} }`;
};

const partsOf = (value: Value): (readonly [key: string, part: Value])[] => {
  if (typeof value !== 'object' || value instanceof Expression) return [];
  if (Array.isArray(value)) return (value as readonly Value[]).map((part) => ['', part]);
  return Object.entries(value as Readonly<Record<string, Value>>).map(([key, part]) => [
    `${propertyKey(key)}: `,
    part,
  ]);
};

const isShorthand = (key: string, part: Value): boolean =>
  part instanceof Expression && key === `${part.code}: `;

const quoted = (text: string): string => {
  const literal = string(text);
  const inner = literal.slice(1, -1);
  return inner.includes("'") ? literal : `'${inner.replaceAll('\\"', '"')}'`;
};
