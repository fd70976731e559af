import { isObject, type JsonObject } from '../document.ts';
import { aliasesOf, isModel, modelName, type Usage, usages } from '../generate/shape.ts';
import { type TypeWriter, typeWriter } from '../generate/types.ts';
import { type ApiModel, type OperationModel, object } from '../model.ts';
import {
  factsOfVersion,
  importPath,
  type Vendor,
  type VersionFacts,
  type VersionName,
} from '../vendor.ts';
import { anchors } from './markdown.ts';

/** One version, as its pages show it: classes with their operations, types, and where each stands. */
export interface Version {
  readonly vendor: Vendor;
  readonly name: VersionName;
  /** Its title and address among them. */
  readonly facts: VersionFacts;
  /** From where it is imported. */
  readonly module: string;
  readonly classes: readonly ApiClass[];
  readonly types: readonly NamedType[];
  readonly writer: TypeWriter;
  /** Where an operation or a type stands, seen from a page. */
  targetOf(name: string, from: string): string;
}

export interface ApiClass {
  readonly name: string;
  readonly group: string;
  readonly page: string;
  /** Alphabetical. */
  readonly operations: readonly OperationModel[];
}

export interface NamedType {
  readonly name: string;
  readonly schema: JsonObject;
  readonly usage: Usage;
  /** The page of the only class that needs it, or the one for all others. */
  readonly page: string;
  /** Names that it had before. */
  readonly aliases: readonly string[];
}

export const TYPES_PAGE = 'types.md';
export const TYPES_HEADING = 'Types';

export const versionOf = (vendor: Vendor, name: VersionName, model: ApiModel): Version => {
  const classes = classesOf(model);
  const types = typesOf(model, classes);
  const places = placesOf(classes, types);
  return {
    vendor,
    name,
    facts: factsOfVersion(vendor, name),
    module: importPath(vendor, name),
    classes,
    types,
    writer: typeWriter(model.document),
    targetOf: (one, from) => {
      const { anchor, page } = places.get(one) ?? { anchor: '', page: TYPES_PAGE };
      return `${page === from ? '' : page}#${anchor}`;
    },
  };
};

/** The types that stand on a page, alphabetical. */
export const typesOn = ({ types }: Version, page: string): NamedType[] =>
  types.filter((type) => type.page === page);

const classesOf = ({ operations }: ApiModel): ApiClass[] =>
  [...new Set(operations.map(({ group }) => group))]
    .map((group) => {
      const name = `${group.slice(0, 1).toUpperCase()}${group.slice(1)}Api`;
      const own = operations.filter((operation) => operation.group === group);
      return { name, group, page: `${name}.md`, operations: own.toSorted(byName) };
    })
    .sort(byName);

const typesOf = (model: ApiModel, classes: readonly ApiClass[]): NamedType[] => {
  const schemas = object(object(model.document.components ?? {}).schemas ?? {});
  const reached = classes.map(({ operations, page }) => ({
    page,
    names: usages({ ...model, operations }),
  }));
  return [...usages(model)]
    .flatMap(([key, usage]) => {
      const schema = schemas[key];
      if (!isObject(schema) || !isModel(schema)) return [];
      const [only, ...others] = reached.filter(({ names }) => names.has(key));
      return {
        name: modelName(key, schema),
        schema,
        usage,
        page: only && others.length === 0 ? only.page : TYPES_PAGE,
        aliases: aliasesOf(schema),
      };
    })
    .sort(byName);
};

interface Place {
  readonly page: string;
  readonly anchor: string;
}

// In the order in which the pages have their headings.
const placesOf = (
  classes: readonly ApiClass[],
  types: readonly NamedType[],
): ReadonlyMap<string, Place> => {
  const pages = [
    ...classes.map(({ name, operations, page }) => ({
      page,
      headings: [name, ...operations.map((operation) => operation.name), TYPES_HEADING],
    })),
    { page: TYPES_PAGE, headings: [TYPES_HEADING] },
  ];
  return new Map(
    pages.flatMap(({ headings, page }) => {
      const anchorOf = anchors();
      const own = types.filter((type) => type.page === page).map(({ name }) => name);
      // Each is asked for, since a heading takes its anchor from those that follow.
      return [...headings, ...own].map((name) => [name, { page, anchor: anchorOf(name) }] as const);
    }),
  );
};

const byName = (a: { readonly name: string }, b: { readonly name: string }): number =>
  a.name < b.name ? -1 : 1;
