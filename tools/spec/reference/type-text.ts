import { isObject } from '../document.ts';
import type { Shape } from '../generate/shape.ts';
import { propertyKey } from '../generate/sinks.ts';
import { printType, schemaLines } from '../generate/types.ts';
import { code, link, table, words } from './markdown.ts';
import type { NamedType, Version } from './version.ts';

const MARK = '\u0000';

/** A type as code says it, each name of a model a link to its fields. */
export const typeText = (shape: Shape, version: Version, page: string): string =>
  printType(shape, (name) => `${MARK}${name}${MARK}`)
    .split(MARK)
    .map((part, index) => {
      if (index % 2 === 1) return link(code(part), version.targetOf(part, page));
      return part === '' ? '' : code(part);
    })
    .join('');

/** What a comment says of a value beside its type, without its default. */
export const wordsOf = (lines: readonly string[]): string =>
  lines
    .filter((line) => !line.startsWith('@default '))
    .map((line) => (line === '@deprecated' ? '**Deprecated.**' : words(line)))
    .join(' ');

/** The default among the lines of a comment. */
export const defaultOf = (lines: readonly string[]): string => {
  const line = lines.find((one) => one.startsWith('@default '));
  return line === undefined ? '' : code(line.slice('@default '.length));
};

/** A type with its fields; `?` behind one that may be absent. */
export const typeSection = (type: NamedType, version: Version, page: string): string[] => {
  const { aliases, name, schema, usage } = type;
  const { fields, index } = version.writer.reader.objectOf(schema, usage);
  const properties = isObject(schema.properties) ? schema.properties : {};
  const rows = fields.map(({ isOptional, isReadonly, key, shape }) => {
    const own = properties[key];
    const lines = isObject(own) ? schemaLines(own) : [];
    const mark = `${isReadonly ? 'readonly ' : ''}${propertyKey(key)}${isOptional ? '?' : ''}`;
    const value = defaultOf(lines);
    const notes = [wordsOf(lines), ...(value ? [`Default: ${value}.`] : [])];
    return [code(mark), typeText(shape, version, page), notes.join(' ').trim()];
  });
  const open = index ? [[code('[key: string]'), code('unknown'), 'Any other field.']] : [];
  const intro = wordsOf(schemaLines(schema));
  return [
    `### ${name}`,
    ...(intro ? [intro] : []),
    ...(aliases.length > 0 ? [`Earlier names, deprecated: ${aliases.map(code).join(', ')}.`] : []),
    table(['field', 'type', 'what it is'], [...rows, ...open]),
  ];
};
