import { spawn } from 'node:child_process';
import { closeSync, mkdtempSync, openSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { STEPS } from '../../examples/tour/steps.ts';

const ROOT = resolve(import.meta.dirname, '../..');

interface Ended {
  readonly status: number | null;
  readonly lines: readonly string[];
}

/** Runs `npm start` as a user would; a terminal shows both streams in one. */
const start = (args: readonly string[]): Promise<Ended> =>
  new Promise((done) => {
    const folder = mkdtempSync(join(tmpdir(), 'criteo-tour-'));
    const file = join(folder, 'terminal.txt');
    const terminal = openSync(file, 'w');
    const child = spawn('npm', ['start', ...args], {
      cwd: ROOT,
      stdio: ['ignore', terminal, terminal],
    });
    child.on('close', (status) => {
      closeSync(terminal);
      const lines = readFileSync(file, 'utf8').trimEnd().split('\n');
      rmSync(folder, { recursive: true });
      done({ status, lines });
    });
  });

const ROWS = [
  /^ marketing\/v1 .*oAuth2TokenPost → InlineResponse200 /,
  /^ historic, ended 2022-07-18 .*300 s, client_credentials .*3 advertisers$/,
  /^ marketingsolutions\/2020-10 .*createToken → JwtModel /,
  /^ historic, ended 2021-10-01 .*900 s, client_credentials .*3 advertisers$/,
  /^ retailmedia\/2022-10 .*getToken → AccessTokenModel /,
  /^ historic, ended 2023-10-31 .*900 s, client_credentials, .*57 accounts$/,
  /^ +authorization_code, refresh_token$/,
  /^ retailmedia\/2026-07 .*getToken → AccessTokenModel /,
  /900 s, client_credentials, .*57 accounts$/,
  /^ +authorization_code, refresh_token$/,
];

// One after the other: each run builds and takes both cores.
describe('what npm start prints', () => {
  let ended: Ended;

  beforeAll(async () => {
    ended = await start([]);
  }, 60_000);

  it('has the four rows and what explains them on the first screen, and no warning', () => {
    const screen = ended.lines.slice(0, 24);
    const first = screen.findIndex((line) => ROWS[0]?.test(line));
    for (const [index, row] of ROWS.entries()) expect(screen[first + index]).toMatch(row);
    expect(screen.join('\n')).toMatch(/Historic: .*\n.*300 s.*900 s[\s\S]*expires_in/);
    expect(ended.lines.filter((line) => line.startsWith('criteo-sdk:'))).toEqual([]);
  });

  it('fits 80 columns', () => {
    expect(tooLong(ended.lines)).toEqual([]);
  });

  it('has no token and no secret in it', () => {
    expect(ended.lines.join('\n')).not.toMatch(/sandbox_[\w.-]{20,}|sandbox\+secret/);
  });

  it('shows one error for a wrong secret, whichever way it came', () => {
    const told = ended.lines.filter((line) => line.endsWith('→ TokenError 401 invalid_client'));
    expect(told).toHaveLength(4);
  });
});

describe('npm start', () => {
  it('passes, and its last line with --json counts what the sandbox saw', async () => {
    const { status, lines } = await start(['--silent', '--', '--json']);
    expect(status).toBe(0);
    expect(lines.join('\n')).not.toContain('FAILED');
    const result: unknown = JSON.parse(lines.at(-1) ?? '');
    expect(result).toEqual({
      ok: true,
      generations: expect.any(Array),
      calls: expect.any(Number),
      failed: 0,
      tokenRequests: expect.any(Number),
    });
    expect(result).toMatchObject({
      generations: [
        {
          product: 'marketing',
          version: 'v1',
          operation: 'oAuth2TokenPost',
          model: 'InlineResponse200',
          lifetime: 300,
          grants: ['client_credentials'],
          endedOn: '2022-07-18',
          list: { operation: 'getPortfolio', gave: '3 advertisers' },
        },
        {
          product: 'marketingsolutions',
          version: '2020-10',
          operation: 'createToken',
          model: 'JwtModel',
          lifetime: 900,
          grants: ['client_credentials'],
          endedOn: '2021-10-01',
          list: { operation: 'getAdvertisers', gave: '3 advertisers' },
        },
        {
          product: 'retailmedia',
          version: '2022-10',
          operation: 'getToken',
          model: 'AccessTokenModel',
          lifetime: 900,
          grants: ['client_credentials', 'authorization_code', 'refresh_token'],
          endedOn: '2023-10-31',
          list: { operation: 'getAccounts', gave: '57 accounts' },
        },
        {
          product: 'retailmedia',
          version: '2026-07',
          operation: 'getToken',
          model: 'AccessTokenModel',
          lifetime: 900,
          grants: ['client_credentials', 'authorization_code', 'refresh_token'],
          list: { operation: 'getAccounts', gave: '57 accounts' },
        },
      ],
    });
  }, 60_000);

  it.each(STEPS.map(({ name }) => name))(
    'fails with exit code 1 when the step %s is broken, and only there',
    async (name) => {
      const { status, lines } = await start(['--silent', '--', `--break=${name}`]);
      expect(status).toBe(1);
      const headings = lines.filter((line) => /^\d {2}/.test(line) || line.includes('FAILED: '));
      const failed = headings.flatMap((line, index) =>
        line.includes('FAILED: ') ? [headings[index - 1]] : [],
      );
      expect(failed).toEqual([
        `${STEPS.findIndex((step) => step.name === name) + 1}  ${STEPS.find((step) => step.name === name)?.title}`,
      ]);
      expect(tooLong(lines)).toEqual([]);
    },
    60_000,
  );

  it('says which steps there are when it is asked to break another', async () => {
    const { status, lines } = await start(['--silent', '--', '--break=nothing']);
    expect(status).toBe(2);
    expect(lines.join('\n')).toContain(STEPS.map(({ name }) => name).join(', '));
  }, 60_000);
});

const tooLong = (lines: readonly string[]): string[] =>
  lines.filter((line) => [...line].length > 80);
