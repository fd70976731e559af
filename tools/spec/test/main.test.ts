import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { ROOT } from '../registry.ts';

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
