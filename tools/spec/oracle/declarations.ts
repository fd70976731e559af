import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import {
  type Node,
  parseSync,
  type Statement,
  type TSInterfaceBody,
  type TSType,
} from 'oxc-parser';
import { SpecError } from '../errors.ts';

export type TypeNode = TSInterfaceBody | TSType;
export type Slot = TypeNode | undefined;

/** What a folder of generated code declares; its index exports all of it. */
export interface Declarations {
  /** Text by path, with aliases in place of the interfaces of data. */
  readonly files: ReadonlyMap<string, string>;
  /** What code may name, after its kind: `type Offer`, `value getOffer`, `group offer`, `method offer.getOffer`. */
  readonly names: ReadonlySet<string>;
  /** Types of data by name. */
  readonly types: ReadonlyMap<string, TypeNode>;
  /** Types of the parameters, by `group.method`. */
  readonly sent: ReadonlyMap<string, Slot>;
  /** Types of the results, by `group.method`. */
  readonly received: ReadonlyMap<string, Slot>;
}

/** Reads a folder of generated code. */
export const readDeclarations = (folder: string): Declarations => {
  const files = globSync('**/*.ts', { cwd: folder }).map(
    (file) => [file, readFileSync(join(folder, file), 'utf8')] as const,
  );
  const all = new Map(files.flatMap(([file, text]) => declaredIn(join(folder, file), text)));
  const groups = [...partsOf(all.get('type Groups'))].map(
    ([group, api]) => [group, `type ${nameOf(api)}`] as const,
  );
  const operations = groups.flatMap(([group, api]) =>
    [...partsOf(all.get(api)).keys()].map((method) => {
      const [params, result] = argumentsOf(all.get(`value ${method.slice(1)}`));
      return { method: `${group}${method}`.slice(1), params, result };
    }),
  );
  // What holds operations is compared operation by operation.
  const surface = ['type Groups', ...groups.map(([, api]) => api)];
  const types = new Map(
    [...all].flatMap(([name, type]) =>
      type && name.startsWith('type ') && !surface.includes(name) ? [[name.slice(5), type]] : [],
    ),
  );
  return {
    files: new Map(files.map(([file, text]) => [file, withAliases(text, types)])),
    names: new Set([
      ...all.keys(),
      ...groups.map(([group]) => `group ${group.slice(1)}`),
      ...operations.map(({ method }) => `method ${method}`),
    ]),
    types,
    sent: new Map(operations.map(({ method, params }) => [method, params])),
    received: new Map(operations.map(({ method, result }) => [method, result])),
  };
};

/** The types that exported names stand for or are said to have. */
const declaredIn = (file: string, text: string): [string, Slot][] => {
  const { errors, program } = parseSync(file, text, { lang: 'ts', sourceType: 'module' });
  if (errors[0]) throw new SpecError(`${file}: ${errors[0].message}`);
  return (program.body as Statement[]).flatMap((statement): [string, Slot][] => {
    const node = statement.type === 'ExportNamedDeclaration' ? statement.declaration : null;
    if (node?.type === 'TSInterfaceDeclaration') return [[`type ${node.id.name}`, node.body]];
    if (node?.type === 'TSTypeAliasDeclaration')
      return [[`type ${node.id.name}`, node.typeAnnotation]];
    const made = node?.type === 'VariableDeclaration' ? node.declarations : [node];
    return made.flatMap((one) => {
      const id = one && 'id' in one && one.id?.type === 'Identifier' ? one.id : undefined;
      return id ? [[`value ${id.name}`, id.typeAnnotation?.typeAnnotation]] : [];
    });
  });
};

/** An alias has an implicit index signature, an interface has none: no user's code hangs on that. */
const withAliases = (text: string, types: Declarations['types']): string =>
  text.replace(/^export interface (\w+) (?=\{)/gm, (head, name) =>
    types.has(name) ? `export type ${name} = ` : head,
  );

/** What a type is made of, by the step that leads there: `.status`, `.[key]`, `[]`. */
export const partsOf = (type: Slot): ReadonlyMap<string, TypeNode> => {
  if (type?.type === 'TSArrayType') return new Map([['[]', type.elementType]]);
  const isObject = type?.type === 'TSInterfaceBody' || type?.type === 'TSTypeLiteral';
  const members = !isObject ? [] : 'body' in type ? type.body : type.members;
  return new Map(
    members.flatMap((one) => {
      const type = 'typeAnnotation' in one ? one.typeAnnotation?.typeAnnotation : undefined;
      const key = 'key' in one ? keyOf(one.key) : '[key]';
      return type ? [[`.${key}`, type]] : [];
    }),
  );
};

const keyOf = (key: Node): string =>
  key.type === 'Identifier' ? key.name : String('value' in key ? key.value : key.type);

/** The name that a type refers to. */
export const nameOf = (type: Slot): string | undefined =>
  type?.type === 'TSTypeReference' && type.typeName.type === 'Identifier'
    ? type.typeName.name
    : undefined;

const argumentsOf = (type: Slot): readonly TypeNode[] =>
  type?.type === 'TSTypeReference' ? (type.typeArguments?.params ?? []) : [];
