import { readdirSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { describe, expect, it } from 'vitest';

/*
 * Our own words about operations, in the documents with their overlays and in the hovers that are
 * generated from them.
 */

const ROOT = resolve(import.meta.dirname, '../..');
const DOCUMENTS = join(ROOT, 'packages/sandbox/generated');

interface Operation {
  readonly name: string;
  readonly operationId: string;
  readonly method: string;
  readonly path: string;
  readonly summary?: string;
  readonly description?: string;
  readonly deprecated?: boolean;
  readonly safeToRetry: boolean;
  readonly isRead: boolean;
  readonly query: readonly string[];
  readonly statuses: readonly string[];
}

/** Everything that is wrong with an operation's summary and description. */
const faultsOfWords = (operation: Operation, others: readonly Operation[]): string[] => {
  const { summary } = operation;
  if (summary === undefined || summary.trim() === '') return ['no summary'];
  const isTaken = others.some(
    (other) => other !== operation && other.summary?.toLowerCase() === summary.toLowerCase(),
  );
  return [
    ...(summary.length > 100 ? ['longer than 100 characters'] : []),
    ...(isSentence(summary) ? [] : ['no sentence on one line']),
    ...(isTaken ? ['the summary of another operation'] : []),
    ...(saysMoreThan(operation.name, summary) ? [] : ['repeats the name']),
    ...(isSentence(operation.description ?? 'None.') ? [] : ['a description of no sentences']),
    ...CLAIMS.flatMap(({ words, isTrue, fault }) =>
      words.test(`${summary} ${operation.description ?? ''}`) && !isTrue(operation) ? [fault] : [],
    ),
    ...(isPaged(operation) && !ONE_PAGE.test(summary) ? ['does not say that it is paged'] : []),
  ];
};

const isSentence = (text: string): boolean => /^[A-Z`][^\n]*\.$/.test(text) && text === text.trim();

const saysMoreThan = (name: string, summary: string): boolean => {
  const known = new Set(wordsOf(name.replace(/([a-z0-9])(?=[A-Z])/g, '$1 ')));
  return wordsOf(summary).some((word) => !known.has(word) && !FILLERS.has(word));
};

const wordsOf = (text: string): string[] =>
  (text.toLowerCase().match(/[a-z0-9]+/g) ?? []).map((word) =>
    word.replace(/ies$/, 'y').replace(/s$/, ''),
  );

// Beside these a summary needs a word that the name has not. Without a final s, like wordsOf.
const FILLERS = new Set(
  'a an the of for by in on to from and or get list read fetche it thi that all'.split(' '),
);

const isPaged = ({ query }: Operation): boolean =>
  query.includes('pageIndex') || query.includes('offset');

const ONE_PAGE = /\bone page per call\b/;

// What a text may say only where a fact of the document or of our overlay says so, too.
const CLAIMS: readonly {
  readonly words: RegExp;
  readonly isTrue: (operation: Operation) => boolean;
  readonly fault: string;
}[] = [
  {
    words: /\b(deprecat|obsolete|superseded|sunset|legacy)/i,
    isTrue: ({ deprecated }) => deprecated === true,
    fault: 'deprecated without the fact',
  },
  { words: ONE_PAGE, isTrue: isPaged, fault: 'paged without the parameters' },
  {
    words: /\bchanges nothing\b/,
    isTrue: ({ isRead }) => isRead,
    fault: 'harmless without the fact',
  },
  {
    words: /\b(spend twice|spends? a .*quota)\b/,
    isTrue: ({ safeToRetry }) => !safeToRetry,
    fault: 'spends, but is safe to retry',
  },
  {
    words: /\b(allows? you|easily|simply|please|powerful|recommended|beta|coming soon)\b/i,
    isTrue: () => false,
    fault: "a vendor's word",
  },
];

/** Everything that is missing in the doc comment of an operation. */
const faultsOfComment = (operation: Operation, comment: string, baseUrl = ''): string[] => [
  ...(operation.summary && comment.includes(` ${operation.summary}\n`) ? [] : ['no summary']),
  ...(comment.includes(` \`${operation.method} ${baseUrl}${operation.path}\` `)
    ? []
    : ['no HTTP line']),
  ...operation.statuses
    .filter((status) => !new RegExp(`Declared statuses: .*\\b${status} [A-Z]`).test(comment))
    .map((status) => `no status ${status}`),
  ...(comment.includes(` (${operation.operationId})`) ? [] : ['no original operationId']),
];

/** The doc comments of what `declaration` finds, by name; an empty text where there is none. */
const commentsIn = (texts: readonly string[], declaration: string): Map<string, string[]> => {
  const found = new Map<string, string[]>();
  const pattern = new RegExp(`(/\\*\\*(?:(?!\\*/)[^])*\\*/)?\\s*^ *${declaration}`, 'gm');
  for (const text of texts)
    for (const [, comment = '', name = ''] of text.matchAll(pattern))
      found.set(name, [...(found.get(name) ?? []), comment]);
  return found;
};

const textsOf = (folder: string): string[] =>
  readdirSync(folder).map((file) => readFileSync(join(folder, file), 'utf8'));

const CONSTANT = 'export const (\\w+): (?:Job|Paged)?Operation\\b';
const MEMBER = 'readonly (\\w+): Bound<';

interface RawOperation {
  readonly operationId: string;
  readonly summary?: string;
  readonly description?: string;
  readonly deprecated?: boolean;
  readonly parameters?: readonly { readonly in: string; readonly name: string }[];
  readonly responses: Readonly<Record<string, unknown>>;
  readonly 'x-name': string;
  readonly 'x-safe-to-retry': boolean;
  readonly 'x-read'?: true;
}

interface RawDocument {
  readonly paths: Readonly<Record<string, Readonly<Record<string, RawOperation>>>>;
}

const readDocument = (name: string): RawDocument =>
  JSON.parse(readFileSync(join(DOCUMENTS, `${name}.json`), 'utf8')) as RawDocument;

const operationsOf = ({ paths }: RawDocument): Operation[] =>
  Object.entries(paths).flatMap(([path, item]) =>
    Object.entries(item).map(([method, { parameters = [], ...raw }]) => ({
      ...raw,
      statuses: Object.keys(raw.responses),
      name: raw['x-name'],
      safeToRetry: raw['x-safe-to-retry'],
      isRead: method === 'get' || raw['x-read'] === true,
      method: method.toUpperCase(),
      path,
      query: parameters.filter((parameter) => parameter.in === 'query').map(({ name }) => name),
    })),
  );

const NAMES = readdirSync(DOCUMENTS)
  .filter((file) => file.endsWith('.json'))
  .map((file) => file.replace(/\.json$/, ''));

/** The places where words stand beside a reference: OpenAPI 3.0 ignores them there. */
const besideReferences = (node: unknown, place = '$'): string[] => {
  if (typeof node !== 'object' || node === null) return [];
  const own = '$ref' in node && Object.keys(node).length > 1 ? [place] : [];
  return [
    ...own,
    ...Object.entries(node).flatMap(([key, child]) => besideReferences(child, `${place}.${key}`)),
  ];
};

describe.each(NAMES)('the words of %s', (name) => {
  const document = readDocument(name);
  const operations = operationsOf(document);
  const [product = '', ...version] = name.split('-');
  const baseUrl = `https://api.criteo.com${product === 'marketing' ? '/marketing' : ''}`;
  const generated = join(ROOT, 'packages', product, 'src', version.join('-'), 'generated');

  it('say of every operation what it does', () => {
    const faults = operations.map((operation) => faultsOfWords(operation, operations).join(', '));
    expect(byId(operations, faults)).toEqual({});
  });

  it.each([
    ['operations', CONSTANT],
    ['apis', MEMBER],
  ])('stand over every operation in %s, with its HTTP line and original id', (folder, pattern) => {
    const comments = commentsIn(textsOf(join(generated, folder)), pattern);
    expect([...comments.keys()].sort()).toEqual(operations.map((each) => each.name).sort());
    const faults = operations.map((operation) => {
      const own = comments.get(operation.name) ?? [];
      return own.length === 1
        ? faultsOfComment(operation, own.join(), baseUrl).join(', ')
        : 'not one';
    });
    expect(byId(operations, faults)).toEqual({});
  });

  it('stand nowhere beside a reference', () => {
    expect(besideReferences(document)).toEqual([]);
  });
});

it('has words for the 140 operations of the first three versions', () => {
  const first = ['marketing-v1', 'marketingsolutions-2020-10', 'retailmedia-2022-10'];
  const withWords = first.map(
    (name) => operationsOf(readDocument(name)).filter(({ summary }) => summary).length,
  );
  expect(withWords).toEqual([55, 23, 62]);
  expect(withWords.reduce((sum, count) => sum + count)).toBe(140);
});

describe('the checks themselves', () => {
  const good: Operation = {
    name: 'getCampaigns',
    operationId: 'Campaigns_Get',
    method: 'GET',
    path: '/v1/campaigns',
    summary: 'Lists the campaigns of one account.',
    safeToRetry: true,
    isRead: true,
    query: [],
    statuses: ['200', '404'],
  };
  const { summary: _, ...bare } = good;
  const paged = { ...good, query: ['pageIndex'] };
  const comment = (...lines: string[]): string => `/**\n * ${lines.join('\n * ')}\n */`;

  it('find nothing wrong with a good summary', () => {
    expect(faultsOfWords(good, [good])).toEqual([]);
    expect(faultsOfWords({ ...paged, summary: 'Lists campaigns, one page per call.' }, [])).toEqual(
      [],
    );
    expect(
      faultsOfWords({ ...good, deprecated: true, summary: 'Lists campaigns; deprecated.' }, []),
    ).toEqual([]);
  });

  it.each<[string, Operation]>([
    ['no summary', bare],
    ['no summary', { ...good, summary: ' ' }],
    ['longer than 100 characters', { ...good, summary: `Lists ${'many '.repeat(20)}things.` }],
    ['no sentence on one line', { ...good, summary: 'Lists the campaigns of one account' }],
    ['no sentence on one line', { ...good, summary: 'lists the campaigns of one account.' }],
    ['no sentence on one line', { ...good, summary: 'Lists campaigns\nof one account.' }],
    ['the summary of another operation', { ...good, name: 'getAll' }],
    ['repeats the name', { ...good, summary: 'Gets the campaigns.' }],
    ['repeats the name', { ...good, name: 'deleteCampaign', summary: 'Deletes a campaign.' }],
    ['repeats the name', { ...good, name: 'getCategories', summary: 'Lists all categories.' }],
    ['a description of no sentences', { ...good, description: 'todo' }],
    ['deprecated without the fact', { ...good, summary: 'Lists campaigns; deprecated.' }],
    ['deprecated without the fact', { ...good, description: 'Obsolete since 2023.' }],
    ['paged without the parameters', { ...good, summary: 'Lists ads, one page per call.' }],
    ['does not say that it is paged', paged],
    ['harmless without the fact', { ...good, isRead: false, description: 'It changes nothing.' }],
    ['spends, but is safe to retry', { ...good, summary: 'Adds money; a repeat may spend twice.' }],
    ["a vendor's word", { ...good, summary: 'Allows you to list campaigns of an account.' }],
  ])('find: %s', (fault, operation) => {
    expect(faultsOfWords(operation, [good, operation])).toContain(fault);
  });

  it.each([
    ['nothing', [good.summary, '', '`GET /v1/campaigns` (Campaigns_Get)'], []],
    ['no summary', ['`GET /v1/campaigns` (Campaigns_Get)'], ['no summary']],
    ['no HTTP line', [good.summary, '', '(Campaigns_Get)'], ['no HTTP line']],
    ['another method', [good.summary, '', '`PUT /v1/campaigns` (Campaigns_Get)'], ['no HTTP line']],
    ['another path', [good.summary, '', '`GET /v1/campaigns/x` (Campaigns_Get)'], ['no HTTP line']],
    [
      'no id',
      [good.summary, '', '`GET /v1/campaigns` (getCampaigns)'],
      ['no original operationId'],
    ],
  ])('find in a comment: %s', (_what, lines, faults) => {
    const statuses = 'Declared statuses: 200 OK, 404 Not Found.';
    expect(faultsOfComment(good, comment(...lines.map(String), statuses))).toEqual(faults);
  });

  it('find in a comment: a status that is missing', () => {
    const lines = [String(good.summary), '', '`GET /v1/campaigns` (Campaigns_Get)'];
    const found = faultsOfComment(good, comment(...lines, 'Declared statuses: 200 OK.'));
    expect(found).toEqual(['no status 404']);
  });

  it('take the comment that stands right above, and see where there is none', () => {
    const texts = [
      '/** A. */\nexport const a: Operation<A> = {};\n\nexport const b: Operation<B> = {};',
    ];
    expect([...commentsIn(texts, CONSTANT)]).toEqual([
      ['a', ['/** A. */']],
      ['b', ['']],
    ]);
    const members = [
      'interface X {\n  /** A. */\n  readonly a: Bound<typeof x.a>;\n  readonly b: Bound<B>;',
    ];
    expect([...commentsIn(members, MEMBER)]).toEqual([
      ['a', ['/** A. */']],
      ['b', ['']],
    ]);
  });

  it('find words beside a reference', () => {
    const node = { a: [{ $ref: '#/b', description: 'Words.' }, { $ref: '#/b' }] };
    expect(besideReferences(node)).toEqual(['$.a.0']);
  });
});

const byId = (operations: readonly Operation[], faults: readonly string[]): object =>
  Object.fromEntries(
    operations.flatMap(({ operationId }, index) =>
      faults[index] ? [[operationId, faults[index]]] : [],
    ),
  );
