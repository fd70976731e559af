import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { globSync, readFileSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { packAll, type Tarball } from '../release/pack.ts';
import { copyWorkspace, ROOT, run, withFolder } from '../scratch.ts';

/*
 * What is published: the tarballs hold what the allow-list names and nothing else, those of products their
 * reference pages, and two clones in other folders, with another umask, time zone and language, pack the same bytes. Planted faults are
 * found: files too many and too few, a map that names a path of the machine, modes left as they are.
 */

interface Place {
  readonly folder: string;
  readonly umask: number;
  readonly env: Readonly<Record<string, string>>;
}

const ALLOWED = [
  /^(?:package\.json|README\.md|AGENTS\.md|LICENSE|CHANGELOG\.md)$/,
  /^dist\/(?:[\w-]+\/)*[\w-]+\.(?:js|d\.ts)(?:\.map)?$/,
  /^src\/(?:[\w-]+\/)*[\w-]+\.ts$/,
  /^generated\/[\w-]+\.json$/,
  /^reference\/(?:[\w-]+\/)?\w+\.md$/,
];
const NEEDED = ['package.json', 'README.md', 'AGENTS.md', 'LICENSE'];

/** What is wrong with the list of a tarball's files. */
const faultsOfList = (files: readonly string[]): string[] => [
  ...files
    .filter((file) => !ALLOWED.some((one) => one.test(file)))
    .map((file) => `${file} is packed, and no user needs it`),
  ...files.filter((file) => /(?:^|\/)test\//.test(file)).map((file) => `${file} is a test`),
  ...NEEDED.filter((file) => !files.includes(file)).map((file) => `${file} is missing`),
];

/** What is wrong with a source map: its sources must be files of the same tarball. */
const faultsOfMap = (path: string, text: string, files: readonly string[]): string[] => {
  const { sources } = JSON.parse(text) as { readonly sources: readonly string[] };
  return sources
    .map((source) => join(dirname(path), source))
    .filter((source) => !files.includes(source))
    .map((source) => `${path} names ${source}, which is not packed`);
};

/** What is wrong with the pages of a product: they must be those of the repository. */
const faultsOfReference = (product: string, pages: ReadonlyMap<string, string>): string[] => {
  const home = join(ROOT, 'docs/reference', product);
  const own = globSync('**/*.md', { cwd: home }).map((page) => `reference/${page}`);
  const isSame = (page: string): boolean =>
    pages.get(page) === readFileSync(join(home, page.slice('reference/'.length)), 'utf8');
  return [
    ...own.filter((page) => !isSame(page)).map((page) => `${page} is not that of the repository`),
    ...[...pages.keys()]
      .filter((page) => !own.includes(page))
      .map((page) => `${page} is not in the repository`),
  ];
};

const faultsOf = ({ name, file, files }: Tarball, folder: string): string[] => {
  run('tar', ['-xzf', file, '-C', folder], folder);
  const textOf = (path: string): string => readFileSync(join(folder, 'package', path), 'utf8');
  const maps = files.filter((path) => path.endsWith('.map'));
  const faults = [
    ...faultsOfList(files),
    ...maps.flatMap((path) => faultsOfMap(path, textOf(path), files)),
    ...faultsOfReference(basename(name), pagesOf(files, textOf)),
  ];
  return faults.map((fault) => `${name}: ${fault}`);
};

const pagesOf = (
  files: readonly string[],
  textOf: (path: string) => string,
): ReadonlyMap<string, string> =>
  new Map(
    files.filter((path) => path.startsWith('reference/')).map((path) => [path, textOf(path)]),
  );

/** A clone in this place, and each tarball's hash: as the release packs it, and core as npm alone does. */
const packedAt = ({ folder, umask, env }: Place): { released: Hashes; plain: Hashes } => {
  const before = process.umask(umask);
  try {
    copyWorkspace(folder);
    const options = { cwd: folder, env: { ...process.env, ...env }, stdio: 'pipe' } as const;
    execFileSync('git', ['init', '-q'], options);
    const released = join(folder, 'released');
    execFileSync(process.execPath, ['tools/release/main.ts', 'pack', released], options);
    execFileSync('npm', ['pack', '--ignore-scripts', '--pack-destination', folder], {
      ...options,
      cwd: join(folder, 'packages/core'),
    });
    return { plain: hashesOf(folder), released: hashesOf(released) };
  } finally {
    process.umask(before);
  }
};

type Hashes = Readonly<Record<string, string>>;

const hashesOf = (folder: string): Hashes =>
  Object.fromEntries(
    globSync('*.tgz', { cwd: folder })
      .sort()
      .map((file) => [
        file,
        createHash('sha256')
          .update(readFileSync(join(folder, file)))
          .digest('hex'),
      ]),
  );

withFolder((folder) => {
  const tarballs = packAll(folder);
  assert.deepEqual(
    tarballs.flatMap((tarball) => faultsOf(tarball, folder)),
    [],
  );
  const { files } = tarballs[0] as Tarball;
  for (const stray of [
    '.env',
    'test/a.test.ts',
    'dist/.tsbuildinfo',
    'src/a.test.ts',
    'tsconfig.json',
  ])
    assert.ok(faultsOfList([...files, stray]).length > 0, `${stray} is not found`);
  for (const needed of NEEDED)
    assert.equal(faultsOfList(files.filter((file) => file !== needed)).length, 1, needed);
  const map = JSON.stringify({ sources: ['/builds/somebody/src/index.ts'] });
  assert.equal(faultsOfMap('dist/index.js.map', map, files).length, 1);
  const [page = ''] = globSync('docs/reference/marketing/*/*.md', { cwd: ROOT });
  const packed = page.replace('docs/reference/marketing/', 'reference/');
  assert.ok(faultsOfReference('marketing', new Map()).length > 10, 'missing pages are not found');
  for (const [path, text] of [
    [packed, 'another text'],
    ['reference/v2/GoneApi.md', ''],
  ] as const) {
    const found = faultsOfReference('marketing', new Map([[path, text]]));
    assert.ok(
      found.some((fault) => fault.startsWith(path)),
      `${path} is not found`,
    );
  }
  console.log(
    `${tarballs.length} tarballs hold what the allow-list names: ${tarballs.map(({ name, files: { length } }) => `${name} ${length} files`).join(', ')}`,
  );
});

withFolder((folder) => {
  const places = [
    { folder: join(folder, 'a'), umask: 0o022, env: { TZ: 'UTC', LANG: 'C.UTF-8' } },
    {
      folder: join(folder, 'another place, with a longer name'),
      umask: 0o077,
      env: { TZ: 'Pacific/Kiritimati', LANG: 'tr_TR.UTF-8' },
    },
  ];
  const [here, there] = places.map(packedAt) as [
    ReturnType<typeof packedAt>,
    ReturnType<typeof packedAt>,
  ];
  assert.ok(Object.keys(here.released).length > 5);
  assert.deepEqual(there.released, here.released);
  assert.notDeepEqual(there.plain, here.plain, 'the modes of two umasks are not found');
  for (const [file, hash] of Object.entries(here.released)) console.log(`${hash}  ${file}`);
  console.log('the same bytes from two clones: folder, umask, time zone and language differ');
});
