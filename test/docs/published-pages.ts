import { existsSync } from 'node:fs';
import { join, normalize } from 'node:path';
import { ROOT } from '../../tools/scratch.ts';
import { type Described, readOperations, type Schema, VERSIONS } from '../wire/document.js';
import { read } from './pages.ts';

/*
 * Reads docs/published-pages.md, and finds what is wrong in it.
 */

export const PAGE = 'docs/published-pages.md';
const COLUMNS = 'fact | types | wire | sandbox | docs | test';
const GUIDE = 'The authentication guide';

/** A quoted text, and the file that has it: [`text`][name]. */
export interface Quote {
  readonly text: string;
  readonly file: string;
}

interface Row {
  readonly section: string;
  readonly cells: readonly string[];
}

export const SECTIONS: readonly string[] = [...VERSIONS, GUIDE];

/** Everything that is wrong, but for tests that are not there: to know them takes a run of vitest. */
export const faultsOf = (page: string): string[] => [
  ...rowsOf(page).flatMap(faultsOfRow),
  ...quotesOf(page).filter(isDead).map(told),
  ...SECTIONS.flatMap((section) => faultsOfSection(page, section)),
];

/** Tests that are named, and are not there exactly once. */
export const faultsOfTests = (page: string, titles: ReadonlyMap<string, readonly string[]>) =>
  testsOf(page)
    .filter(({ text, file }) => {
      const named = titles.get(file)?.filter((title) => isNamed(title, text));
      return named?.length !== 1;
    })
    .map(told);

const isNamed = (title: string, text: string): boolean =>
  title === text || title.endsWith(` > ${text}`);

const told = ({ text, file }: Quote): string => `not in ${file}: ${text}`;

/** The last column. */
export const testsOf = (page: string): Quote[] =>
  rowsOf(page).flatMap(({ cells }) => quotesIn(cells.at(-1) ?? '', page));

/** What the other columns quote of code and pages. */
export const quotesOf = (page: string): Quote[] =>
  rowsOf(page).flatMap(({ cells }) => cells.slice(1, -1).flatMap((cell) => quotesIn(cell, page)));

/** The rows of a section, which begins with the name of a version. */
export const rowsOf = (page: string): Row[] =>
  page
    .split(/^## /m)
    .slice(1)
    .flatMap((text) => {
      const [section = ''] = text.split(/:|\n/);
      const [, table = ''] = text.split(`| ${COLUMNS} |\n`);
      const lines = (table.split('\n\n')[0] ?? '').split('\n').slice(1);
      return lines
        .filter((line) => line !== '')
        .map((line) => ({
          section,
          cells: line
            .slice(1, -1)
            .split(/(?<!\\)\|/)
            .map(trimmed),
        }));
    });

const trimmed = (cell: string): string => cell.trim();

const quotesIn = (cell: string, page: string): Quote[] =>
  [...cell.matchAll(/\[`([^`]+)`\]\[([\w-]+)\]/g)].map(([, text = '', name = '']) => {
    const [, target = `nowhere: ${name}`] =
      new RegExp(`^\\[${name}\\]: (\\S+)$`, 'm').exec(page) ?? [];
    return {
      text: text.replaceAll('\\|', '|'),
      file: normalize(join('docs', target)).replaceAll('\\', '/'),
    };
  });

const faultsOfRow = ({ cells }: Row): string[] => {
  const [fact, ...places] = cells;
  const wrong = [
    ...(cells.length === COLUMNS.split(' | ').length ? [] : ['has not six cells']),
    ...(cells.every((cell) => /\w{2}/.test(cell)) ? [] : ['has an empty cell']),
    ...(places.some((cell) => /\]\[|\]\(/.test(cell.replace(/\[`[^`]+`\]\[[\w-]+\]/g, '')))
      ? ['has a link that is no quote']
      : []),
    ...(places.at(-1)?.startsWith('[`') ? [] : ['has no test']),
  ];
  return wrong.map((what) => `${fact} ${what}`);
};

/** Is the text nowhere in its file? Marks of Markdown and line breaks do not count. */
const isDead = ({ text, file }: Quote): boolean => !plainText(file).includes(plain(text));

const plainText = (file: string): string => {
  const known = plainTexts.get(file) ?? (existsSync(join(ROOT, file)) ? plain(read(file)) : '');
  plainTexts.set(file, known);
  return known;
};

const plainTexts = new Map<string, string>();

const plain = (text: string): string => text.replace(/[`*]/g, '').replace(/\s+/g, ' ');

/** Facts that are missing, or there twice, and a count that is wrong. */
export const faultsOfSection = (page: string, section: string): string[] => {
  const facts = rowsOf(page)
    .filter((row) => row.section === section)
    .map(({ cells }) => (cells[0] ?? '').split('; ')[0] ?? '');
  const required = FACTS.get(section) ?? [];
  const besides = facts.length - required.length;
  const [, counted] =
    new RegExp(`^\\| ${section} \\|.* \\| (\\d+ \\| \\d+) \\|$`, 'm').exec(page) ?? [];
  return [
    ...required.filter((fact) => !facts.includes(fact)).map((fact) => `no row: ${fact}`),
    ...facts.filter((fact, at) => facts.indexOf(fact) < at).map((fact) => `two rows: ${fact}`),
    ...(counted === `${required.length} | ${besides}`
      ? []
      : [`${section} has ${required.length} | ${besides} rows, not ${counted}`]),
  ];
};

/** What the document of a version says of its token operation, each as its row begins. */
const factsOf = (version: (typeof VERSIONS)[number]): string[] => {
  const operation = readOperations(version).find(({ isToken }) => isToken);
  if (!operation) throw new Error(`${version} has no token operation`);
  const { body, method, operationId, path, responses, security } = operation;
  const { properties = {}, required } = body?.schema ?? {};
  const answers = Object.entries(responses);
  const contents = answers.flatMap(([, { content = {} }]) => Object.entries(content));
  const names = new Set(contents.flatMap(([, { schema }]) => modelOf(schema) ?? []));
  return [
    `\`${method} https://api.criteo.com${path}\``,
    `operation \`${operationId}\``,
    `body \`${body?.type}\``,
    `authorization ${security.map((name) => `\`${name}\``).join(', ') || 'none'}`,
    ...Object.entries(properties).flatMap(([name, schema]) => [
      `parameter \`${name}\`: ${typeOf(schema)}`,
      `\`${name}\` is ${isRequired(required, name) ? 'required' : 'optional'}`,
      ...(schema.default === undefined ? [] : [`\`${name}\` is \`${schema.default}\` by default`]),
    ]),
    ...answers.map(([status, { content = {} }]) => {
      const [model] = Object.values(content).map(({ schema }) => modelOf(schema));
      return `status \`${status}\` with ${model ? `\`${model}\`` : 'no model'}`;
    }),
    ...answers.flatMap(([status, { headers }]) =>
      Object.keys(headers ?? {}).map((name) => `header \`${name}\` of \`${status}\``),
    ),
    ...new Set(contents.map(([type]) => `answer type \`${type}\``)),
    ...[...names].flatMap((name) => fieldsOf(name, operation)),
  ];
};

const fieldsOf = (model: string, { schemas }: Described): string[] => {
  const { properties = {}, required } = schemas[model] ?? {};
  return Object.entries(properties).map(
    ([name, schema]) =>
      `\`${model}.${name}\`: ${typeOf(schema)}, ${isRequired(required, name) ? 'required' : 'optional'}`,
  );
};

const modelOf = ({ $ref }: Schema): string | undefined => $ref?.split('/').at(-1);

const isRequired = (required: Schema['required'], name: string): boolean =>
  Array.isArray(required) && required.includes(name);

const typeOf = ({ type = '', format, nullable }: Schema): string =>
  [type, ...(format ? [format] : []), ...(nullable ? ['nullable'] : [])].join(', ');

/** By section. */
export const FACTS: ReadonlyMap<string, readonly string[]> = new Map(
  VERSIONS.map((version) => [version, factsOf(version)]),
);
