import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { ROOT } from '../registry.ts';
import { productOfAcme, vendorOf, vendorText } from './acme.ts';

const spec = (...args: string[]): { status: number | null; stdout: string; stderr: string } =>
  spawnSync(process.execPath, [join(ROOT, 'tools/spec/main.ts'), ...args], {
    encoding: 'utf8',
    maxBuffer: 64 * 1024 * 1024,
  });

const MISSION = ['marketing/v1', 'marketingsolutions/2020-10', 'retailmedia/2022-10'];

describe('spec facts', () => {
  it('prints one array of 140 objects for the three first versions, no key missing', () => {
    const { status, stdout } = spec('facts', '--json', ...MISSION);
    expect(status).toBe(0);
    const facts = JSON.parse(stdout) as Record<string, unknown>[];
    expect(facts).toHaveLength(140);
    for (const fact of facts) {
      expect(Object.keys(fact)).toEqual([
        'product',
        'version',
        'operationId',
        'name',
        'group',
        'method',
        'path',
        'safeToRetry',
        'isRead',
        'rateClass',
        'paging',
        'job',
        'responseKinds',
        'scopes',
      ]);
      expect(fact).toEqual({
        product: expect.any(String),
        version: expect.any(String),
        operationId: expect.stringMatching(/./),
        name: expect.stringMatching(/^[a-z][A-Za-z0-9]*$/),
        group: expect.stringMatching(/^[a-z][A-Za-z0-9]*$/),
        method: expect.stringMatching(/^(DELETE|GET|PATCH|POST|PUT)$/),
        path: expect.stringMatching(/^\//),
        safeToRetry: expect.any(Boolean),
        isRead: expect.any(Boolean),
        rateClass: expect.stringMatching(/^(default|reporting)$/),
        paging: fact.paging === null ? null : expect.any(Object),
        job: fact.job === null ? null : expect.any(Object),
        responseKinds: expect.any(Array),
        scopes: expect.any(Array),
      });
    }
  });

  it('prints a line for each operation without --json', () => {
    const { status, stdout } = spec('facts', ...MISSION);
    expect(status).toBe(0);
    expect(stdout.trimEnd().split('\n')).toHaveLength(140);
    expect(stdout).toContain('retailmedia/2022-10 oAuth.getToken  POST /oauth2/token\n');
  });

  it('prints nothing but the answer on stdout', () => {
    const { stdout, stderr } = spec('facts', '--json', 'marketing/v1');
    expect(stdout).toMatch(/^\[.*\]\n$/);
    expect(stderr).toBe('');
  });
});

describe('spec status', () => {
  it('prints one array of rows at a date, the three first versions among them', () => {
    const { status, stdout, stderr } = spec('status', '--json', '--at', '2026-11-22');
    expect([status, stderr]).toEqual([0, '']);
    expect(stdout).toMatch(/^\[.*\]\n$/);
    const rows = JSON.parse(stdout) as Record<string, unknown>[];
    expect(rows).toContainEqual({
      product: 'retailmedia',
      version: '2022-10',
      imported: true,
      state: 'ended',
      stable: '2022-10-25',
      deprecatedFrom: null,
      endsOn: '2023-10-31',
      daysLeft: 0,
      successor: 'retailmedia/2026-07',
      note: null,
    });
    expect(rows).toContainEqual(
      expect.objectContaining({ version: '2026-01', state: 'ending', daysLeft: 66 }),
    );
    for (const name of MISSION)
      expect(rows.map(({ product, version }) => `${product}/${version}`)).toContain(name);
  });

  it('prints a line for each version without --json, as of today without --at', () => {
    const { status, stdout } = spec('status');
    expect(status).toBe(0);
    expect(stdout).toMatch(/^marketing\/v1 +ended +imported +2022-07-18 +-> /m);
  });

  it.each([['2026-02-30'], ['2026-11'], ['today']])('does not take %s for a date', (at) => {
    const { status, stderr } = spec('status', '--at', at);
    expect(status).toBe(2);
    expect(stderr).toContain(`--at takes a date such as 2026-11-22, not '${at}'.`);
  });

  it('takes no names, and facts take no date', () => {
    expect(spec('status', 'retailmedia').status).toBe(2);
    expect(spec('facts', '--at', '2026-11-22').stderr).toContain("Unknown option '--at'");
  });
});

describe('another root', () => {
  const root = mkdtempSync(join(tmpdir(), 'spec-test-'));
  afterAll(() => rmSync(root, { recursive: true }));

  it('is read with its own vendor', () => {
    mkdirSync(join(root, 'specs'));
    const product = productOfAcme({ v1: { endsOn: '2020-01' } });
    writeFileSync(
      join(root, 'specs/acme.yaml'),
      vendorText(vendorOf({ products: { tiny: product } })),
    );
    const { status, stdout } = spec('status', '--root', root);
    expect(status).toBe(0);
    expect(stdout).toMatch(/^tiny\/v1 +ended +- +2020-01\n$/);
  });

  it('is refused if it is none', () => {
    const { status, stderr } = spec('facts', '--root', join(root, 'nowhere'));
    expect(status).toBe(65);
    expect(stderr).toContain('nowhere holds no folder specs/.');
  });
});

describe('exit codes', () => {
  it('ends with 0 and the usage on stdout for --help', () => {
    const { status, stdout, stderr } = spec('--help');
    expect(status).toBe(0);
    expect(stdout).toMatch(/^Usage: npm run spec -- <command>/);
    expect(stderr).toBe('');
  });

  it.each([[[]], [['fact']], [['toString']]])(
    'ends with 2 and the usage on stderr for %j',
    (args) => {
      const { status, stdout, stderr } = spec(...args);
      expect(status).toBe(2);
      expect(stdout).toBe('');
      expect(stderr).toContain('Usage: npm run spec -- <command>');
    },
  );

  it('ends with 0 and the usage for --help after a command', () => {
    expect(spec('facts', '--help')).toMatchObject({ status: 0, stderr: '' });
  });

  it('ends with 2 for an unknown option', () => {
    const { status, stderr } = spec('facts', '--jsno');
    expect(status).toBe(2);
    expect(stderr).toContain("Unknown option '--jsno'");
  });

  it('ends with 65 for an unknown spec, and lists what there is', () => {
    const { status, stdout, stderr } = spec('facts', 'retailmedia/1999-01');
    expect(status).toBe(65);
    expect(stdout).toBe('');
    expect(stderr).toMatch(
      /^spec: There is no spec 'retailmedia\/1999-01'. There are: .*marketing\/v1/,
    );
  });
});

it('says what the file system refused, without a stack', () => {
  const root = mkdtempSync(join(tmpdir(), 'spec-root-'));
  mkdirSync(join(root, 'specs/acme.yaml'), { recursive: true });
  const { status, stderr } = spec('status', '--root', root);
  rmSync(root, { recursive: true });
  expect(stderr).toMatch(/^spec: the file system refused: EISDIR.*\n$/);
  expect(status).toBe(74);
});
