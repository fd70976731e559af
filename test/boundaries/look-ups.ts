import { parseSync } from 'oxc-parser';

/*
 * Finds look-ups by a name that is a variable. Where the name comes from a server, a request or an option it
 * may be `constructor` or `__proto__`, and then `record[name]`, `name in record` and `Reflect.get(record, name)`
 * reach what every object inherits.
 */

interface Node {
  readonly type: string;
  readonly start: number;
  readonly end: number;
  readonly [field: string]: unknown;
}

/** The look-ups in a source that are not plainly by an index or a symbol, as they are written. */
export const lookUpsIn = (file: string, source: string): string[] => {
  const { program, errors } = parseSync(file, source);
  if (errors.length > 0) throw new Error(`${file} cannot be parsed`);
  const symbols = new Set(
    [...source.matchAll(/const (\w+) = Symbol\b/g)].map(([, name]) => name ?? ''),
  );
  const found: string[] = [];
  walk(program as unknown as Node, (node, parent) => {
    const key = keyOf(node, parent);
    if (key && !isSafe(key, symbols)) found.push(source.slice(node.start, node.end));
  });
  return found;
};

const walk = (value: unknown, visit: (node: Node, parent: Node | undefined) => void): void => {
  const each = (one: unknown, parent: Node | undefined): void => {
    if (Array.isArray(one)) for (const item of one) each(item, parent);
    else if (typeof one === 'object' && one !== null) {
      const node = isNode(one) ? one : undefined;
      if (node) visit(node, parent);
      for (const field of Object.values(one)) each(field, node ?? parent);
    }
  };
  each(value, undefined);
};

const isNode = (value: object): value is Node =>
  'type' in value && 'start' in value && typeof value.type === 'string';

/** What a look-up looks up; undefined for what is none. */
const keyOf = (node: Node, parent: Node | undefined): Node | undefined => {
  if (node.type === 'MemberExpression' && node.computed) return node.property as Node;
  if (node.type === 'Property' && node.computed && parent?.type === 'ObjectPattern')
    return node.key as Node;
  if (node.type === 'BinaryExpression' && node.operator === 'in')
    // A name that is written out may be inherited as well: from a polluted prototype.
    return isLiteral(node.left as Node) ? node : (node.left as Node);
  if (node.type !== 'CallExpression') return undefined;
  const { type, object, property } = node.callee as Node;
  if (type !== 'MemberExpression' || (object as Node).name !== 'Reflect') return undefined;
  const [, key] = node.arguments as readonly Node[];
  return ['get', 'has'].includes(String((property as Node).name)) ? key : undefined;
};

const isLiteral = ({ type }: Node): boolean => type === 'Literal';

const isNumber = ({ value }: Node): boolean => typeof value === 'number';

const INDICES = ['at', 'end', 'i', 'index'];

/** A literal, an index, what counts, or a symbol. */
const isSafe = (key: Node, symbols: ReadonlySet<string>): boolean => {
  if (isLiteral(key)) return true;
  if (key.type === 'BinaryExpression')
    return ['%', '*', '-'].includes(String(key.operator)) || isNumber(key.right as Node);
  if (key.type === 'MemberExpression') return (key.object as Node).name === 'Symbol';
  return (
    key.type === 'Identifier' &&
    (INDICES.includes(String(key.name)) || symbols.has(String(key.name)))
  );
};
