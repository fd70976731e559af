import { mkdtempSync, readFileSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { startSandbox } from '@criteo-sdk/sandbox';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  consentTo,
  formOf,
  PKCE,
  postForm,
  SHARED,
  VERIFIER,
} from '../../packages/sandbox/test/helpers.js';
import { ROOT } from '../../tools/scratch.ts';
import { VERSIONS } from '../everyday/clients.js';
import { compile, writeProject } from '../types/compiler.js';
import { type Exchange, startTap } from '../wire/tap.js';
import { type ClassPage, classPages, type Section } from './pages.js';

/*
 * Every sample of the reference pages compiles, and runs on the sandbox as it stands; what arrives
 * there is what its page says of it.
 */

const pages = classPages();
const folder = mkdtempSync(join(realpathSync(tmpdir()), 'criteo-reference-'));
const home = process.cwd();
const sandbox = await startSandbox();
const tap = await startTap(sandbox.url);

beforeAll(() => process.chdir(folder));
afterAll(async () => {
  process.chdir(home);
  tap.close();
  await sandbox.close();
  rmSync(folder, { recursive: true });
});

/** What a sample takes for granted: a reader has it from a consent. */
const GIVEN = ['code', 'codeVerifier', 'redirectUri', 'refreshToken'];

const importsOf = (head: string): string => head.replace(/^(?!import ).*\n/gm, '');
const fileOf = ({ path }: ClassPage): string => path.replace(/\W+/g, '-');

/** A page as a program for the compiler: each sample in a block of its own. */
const programOf = ({ head, sections }: ClassPage): string => {
  const blocks = sections.flatMap(({ samples }) => samples).map((code) => `{\n${code}}`);
  const declared = GIVEN.map((name) => `declare const ${name}: string;`).join(' ');
  return `${declared}\n${head}${blocks.join('\n')}\nexport {};\n`;
};

/** The same as a module that runs them one by one, on the server that it is given. */
const moduleOf = ({ head, sections }: ClassPage): string => {
  const own = head
    .replace(/^import .*\n/gm, '')
    .replace(
      'createClient({ clientId, clientSecret })',
      "createClient({ ...given.server, clientId, clientSecret, logLevel: 'off' })",
    )
    .replace('createTransport()', 'createTransport(given.server)');
  const runs = sections.map(
    ({ name, samples }) =>
      `${name}: [${samples.map((code) => `async () => {\n${code}}`).join(',\n')}]`,
  );
  return `${importsOf(head)}export default (given) => {
const { ${GIVEN.join(', ')} } = given;
${own}return {\n${runs.join(',\n')}\n};\n};\n`;
};

writeFileSync(join(folder, 'image.png'), 'a picture');
writeProject(folder, [
  ...pages.map((page) => [`${fileOf(page)}.ts`, programOf(page)] as const),
  [
    'planted.ts',
    "import { createClient } from '@criteo-sdk/retailmedia/2026-07';\nconst client = createClient({ clientId: '', clientSecret: '' });\nawait client.account.getAccounts({ pageSize: 'five' });\n",
  ],
  ...pages.map((page) => [`${fileOf(page)}.mjs`, moduleOf(page)] as const),
]);

it('compile, and a wrong one would be found', { timeout: 120_000 }, () => {
  expect(compile(folder)).toEqual(['planted.ts:3 TS2322']);
});

describe.each(VERSIONS)('the samples of %s', (version) => {
  const own = pages.filter((page) => page.version === version);
  const { clientId, clientSecret, ...server } = tap.through(sandbox.credentials(version));

  it('are there for each of its operations', () => {
    const names = own.flatMap(({ sections }) => sections.map(({ name }) => name));
    expect(names.sort()).toEqual(namesIn(version));
  });

  it.each(own)('run: $className', { timeout: 60_000 }, async (page) => {
    Object.assign(process.env, { CRITEO_CLIENT_ID: clientId, CRITEO_CLIENT_SECRET: clientSecret });
    const file = pathToFileURL(join(folder, `${fileOf(page)}.mjs`)).href;
    const { default: load } = (await import(file)) as { default: Load };
    for (const section of page.sections)
      for (const [index, sample] of section.samples.entries()) {
        const runs = load({ server, ...(await consentOf(version, sample)) });
        const first = tap.exchanges.length;
        await runs[section.name]?.[index]?.();
        const calls = tap.exchanges.slice(first).filter(({ path }) => isPathOf(section, path));
        expect(calls.map(seenFacts), section.name).toEqual([toldFacts(section)]);
      }
  });
});

/** Names of the operations in the document that the sandbox reads. */
const namesIn = (version: string): string[] => {
  const file = join(ROOT, 'packages/sandbox/generated', `${version.replace('/', '-')}.json`);
  const { paths } = JSON.parse(readFileSync(file, 'utf8')) as {
    paths: Readonly<Record<string, Readonly<Record<string, { 'x-name': string }>>>>;
  };
  return Object.values(paths)
    .flatMap((item) => Object.values(item).map((operation) => operation['x-name']))
    .sort();
};

type Load = (given: object) => Readonly<Record<string, readonly (() => Promise<void>)[]>>;

const redirectUri = 'https://example.com/back';

/** What a sample needs of a user's consent; each code can be used once. */
const consentOf = async (version: string, sample: string): Promise<object> => {
  if (!/\b(?:code|refreshToken)\b/.test(sample)) return {};
  const application = sandbox.credentials(version);
  const asked = { client_id: application.clientId, redirect_uri: redirectUri };
  const isPkce = sample.includes('codeVerifier');
  const { code = '' } = await consentTo(sandbox, { ...asked, ...(isPkce && PKCE) });
  if (!sample.includes('refreshToken')) return { code, codeVerifier: VERIFIER, redirectUri };
  const form = { ...formOf(application), grant_type: 'authorization_code', code };
  const answer = await postForm(sandbox, SHARED, { ...form, redirect_uri: redirectUri });
  const { refresh_token: refreshToken } = (await answer.json()) as { refresh_token: string };
  return { refreshToken };
};

/** What a page tells of the request that its sample sends. */
const toldFacts = ({ facts, method }: Section): object => ({
  method,
  accept: plain(facts.Accept),
  contentType: plain(facts['Content-Type']?.replace(/ \(.*/, '')),
  isAuthorized: !facts.Authorization?.startsWith('none'),
});

const seenFacts = ({ headers, method }: Exchange): object => ({
  method,
  accept: headers.accept,
  contentType: headers['content-type']?.replace(/;.*/, ''),
  isAuthorized: headers.authorization?.startsWith('Bearer ') ?? false,
});

const plain = (text: string | undefined): string | undefined => text?.replaceAll('`', '');

const isPathOf = ({ url }: Section, path: string): boolean =>
  new RegExp(`^${new URL(url).pathname.replace(/%7B[^/]*?%7D/g, '[^/]+')}$`).test(path);
