import { readFileSync } from 'node:fs';
import { dirname, join, normalize } from 'node:path';
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { ROOT } from '../../tools/scratch.ts';
import { DEFAULT_TIMEOUT_MS } from '../../tools/spec/reference/operation-text.ts';
import { REFERENCE, referencePages } from '../../tools/spec/reference/reference.ts';
import { operationsOf, VERSIONS } from '../everyday/clients.js';
import { camelCase, type Described } from '../wire/document.js';
import { allPages, classPages, type Section } from './pages.js';

const pages = allPages();
const classes = classPages();

describe('the reference pages', () => {
  it('are what the specs give (npm run generate)', () => {
    const fresh = referencePages(ROOT);
    expect([...pages.keys()]).toEqual([...fresh.keys()].sort());
    for (const [path, text] of fresh) expect(pages.get(path) === text, path).toBe(true);
  });

  it('tell the time limit that core has', () => {
    const core = readFileSync(join(ROOT, 'packages/core/src/client.ts'), 'utf8');
    const [, limit = ''] = /CALL_TIMEOUT_MS = ([\d_]+);/.exec(core) ?? [];
    expect(Number(limit.replaceAll('_', ''))).toBe(DEFAULT_TIMEOUT_MS);
  });
});

/** The anchors of a page, as GitHub makes them of headings that are names. */
const anchorsOf = (text: string): ReadonlySet<string> => {
  const slugs = [...text.replace(/^```[\s\S]*?^```/gm, '').matchAll(/^#+ (.*)$/gm)].map(
    ([, heading = '']) =>
      heading
        .toLowerCase()
        .replace(/[^\w -]/g, '')
        .replaceAll(' ', '-'),
  );
  const nth = (slug: string, index: number): number =>
    slugs.slice(0, index).filter((other) => other === slug).length;
  return new Set(
    slugs.map((slug, index) => (nth(slug, index) > 0 ? `${slug}-${nth(slug, index)}` : slug)),
  );
};

/** Links of a page that lead nowhere, or out of what its package holds. */
const deadLinks = (path: string, text: string, all: ReadonlyMap<string, string>): string[] => {
  const [, product] = new RegExp(`^${REFERENCE}/(\\w+)/`).exec(path) ?? [];
  const home = product === undefined ? REFERENCE : `${REFERENCE}/${product}`;
  return [...text.matchAll(/\]\(([^)#]*)(?:#([^)]*))?\)/g)].flatMap(([link, file = '', anchor]) => {
    const target = file === '' ? path : normalize(join(dirname(path), file));
    const found = target.startsWith(`${home}/`) ? all.get(target) : undefined;
    const leads = found !== undefined && (anchor === undefined || anchorsOf(found).has(anchor));
    return leads ? [] : [link];
  });
};

describe('links', () => {
  it.each([...pages])('of %s lead to headings, within its package', (path, text) => {
    expect(deadLinks(path, text, pages)).toEqual([]);
  });

  it('that lead nowhere, or out of the package, are found', () => {
    const path = `${REFERENCE}/marketing/v1/README.md`;
    const text =
      '# A\n[a](#a) [b](#b) [c](../README.md) [d](../../README.md) [e](D.md) [f](../README.md#f)';
    const all = new Map([...pages, [path, text]]);
    expect(deadLinks(path, text, all)).toEqual([
      '](#b)',
      '](../../README.md)',
      '](D.md)',
      '](../README.md#f)',
    ]);
  });
});

/** Where a search for a name ends: `marketing/v1 AuthenticationApi.oAuth2TokenPost`. */
const found = (name: string): string[] =>
  classes.flatMap(({ className, sections, version }) =>
    sections
      .filter(({ facts }) => facts['In other SDKs']?.includes(`\`${name}\``))
      .map((section) => `${version} ${className}.${section.name}`),
  );

describe('the name of an operation in another SDK', () => {
  const GET_TOKEN = [
    'commercegrid/2026-01',
    'commercegrid/2026-07',
    'marketingsolutions/2026-01 OAuthApi.createToken',
    'marketingsolutions/2026-07 OAuthApi.createToken',
    'retailmedia/2022-10',
    'retailmedia/2026-01',
    'retailmedia/2026-07',
  ].map((place) => (place.includes(' ') ? place : `${place} OAuthApi.getToken`));
  const CREATE_TOKEN = ['marketingsolutions/2020-10 OAuthApi.createToken'];
  const TOKEN_POST = ['marketing/v1 AuthenticationApi.oAuth2TokenPost'];

  it.each([
    ['get_token', GET_TOKEN],
    ['getToken', GET_TOKEN],
    ['create_token', CREATE_TOKEN],
    ['createToken', CREATE_TOKEN],
    ['o_auth2_token_post', TOKEN_POST],
    ['oAuth2TokenPost', TOKEN_POST],
  ])('%s leads to its page', (name, expected) => {
    expect(found(name)).toEqual(expected);
  });

  it('leads nowhere if there is no such operation', () => expect(found('make_token')).toEqual([]));
});

describe.each(VERSIONS)('the parameters of %s', (version) => {
  const needed = bodiesNeeded(version);
  const sections = new Map(
    classes
      .filter((page) => page.version === version)
      .flatMap((page) => page.sections.map((section) => [section.name, section] as const)),
  );

  it.each(operationsOf(version))('of $name are those of the document', (operation) => {
    const section = sections.get(operation.name);
    expect(section && told(section)).toEqual(declared(operation, needed));
  });
});

type Parameters = Readonly<Record<string, { wireName: string; isRequired: boolean }>>;

// The URL tells it, and an overlay may have corrected it.
const IN_PATH = 'in the path';

const told = ({ parameters, url }: Section): Parameters =>
  Object.fromEntries(
    parameters.map(({ parameter = '', required, 'what it is': words }) => {
      const [, wireName = parameter] = /On the wire (\S+)\.$/.exec(words ?? '') ?? [];
      const isInPath = url.includes(`{${wireName}}`);
      return [
        parameter,
        { wireName: isInPath ? IN_PATH : wireName, isRequired: required === 'yes' },
      ];
    }),
  );

/** The bodies that an overlay makes required, as `post /path`. */
const bodiesNeeded = (version: string): ReadonlySet<string> => {
  const { actions } = parse(readFileSync(join(ROOT, 'specs', version, 'overlay.yaml'), 'utf8'));
  return new Set(
    (actions as { target: string; update?: { required?: unknown } }[]).flatMap((action) => {
      const [, path, method] =
        /^\$\.paths\['(.+)'\]\.(\w+)\.requestBody$/.exec(action.target) ?? [];
      return path && action.update?.required === true ? [`${method} ${path}`] : [];
    }),
  );
};

const declared = (
  { body, method, parameters, path, schemas }: Described,
  needed: ReadonlySet<string>,
): Parameters => {
  const form = body && body.type !== 'application/json' ? resolved(body.schema, schemas) : {};
  const { properties = {}, required = [] } = form;
  const isRequired = (name: string): boolean => Array.isArray(required) && required.includes(name);
  return Object.fromEntries([
    ...parameters.map(({ in: place, name, required: own }) => [
      camelCase(name),
      { wireName: place === 'path' ? IN_PATH : name, isRequired: own ?? false },
    ]),
    ...(body?.type === 'application/json'
      ? [
          [
            'body',
            {
              wireName: 'body',
              isRequired: body.required || needed.has(`${method.toLowerCase()} ${path}`),
            },
          ],
        ]
      : []),
    ...Object.keys(properties).map((name) => [
      camelCase(name),
      { wireName: name, isRequired: isRequired(name) },
    ]),
  ]);
};

const resolved = (
  schema: Described['schemas'][string],
  schemas: Described['schemas'],
): Described['schemas'][string] =>
  schema.$ref === undefined ? schema : (schemas[schema.$ref.split('/').at(-1) ?? ''] ?? {});
