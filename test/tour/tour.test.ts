import { spawn } from 'node:child_process';
import { resolve } from 'node:path';
import { describe, expect, it } from 'vitest';
import { STEPS } from '../../examples/tour/steps.ts';

const ROOT = resolve(import.meta.dirname, '../..');

/** Runs `npm start` as a user would. */
const start = (args: readonly string[]): Promise<{ status: number | null; lines: string[] }> =>
  new Promise((done) => {
    const child = spawn('npm', ['start', '--silent', '--', ...args], {
      cwd: ROOT,
      stdio: ['ignore', 'pipe', 'ignore'],
    });
    let output = '';
    child.stdout.on('data', (chunk) => {
      output += chunk;
    });
    child.on('close', (status) => done({ status, lines: output.trim().split('\n') }));
  });

// One after the other: each run builds and takes both cores.
describe('npm start', () => {
  it('passes, and its last line with --json counts what the sandbox saw', async () => {
    const { status, lines } = await start(['--json']);
    expect(status).toBe(0);
    expect(lines.join('\n')).not.toContain('FAILED');
    expect(JSON.parse(lines.at(-1) ?? '')).toEqual({
      ok: true,
      generations: [
        {
          product: 'marketing',
          version: 'v1',
          operation: 'oAuth2TokenPost',
          model: 'InlineResponse200',
          grants: ['client_credentials'],
        },
        {
          product: 'marketingsolutions',
          version: '2020-10',
          operation: 'createToken',
          model: 'JwtModel',
          grants: ['client_credentials'],
        },
        {
          product: 'retailmedia',
          version: '2022-10',
          operation: 'getToken',
          model: 'AccessTokenModel',
          grants: ['client_credentials', 'authorization_code', 'refresh_token'],
        },
      ],
      calls: expect.any(Number),
      failed: 0,
      tokenRequests: expect.any(Number),
    });
  }, 60_000);

  it.each(STEPS.map(({ name }) => name))(
    'fails with exit code 1 when the step %s is broken, and only there',
    async (name) => {
      const { status, lines } = await start([`--break=${name}`]);
      expect(status).toBe(1);
      const headings = lines.filter((line) => /^\d {2}/.test(line) || line.includes('FAILED: '));
      const failed = headings.flatMap((line, index) =>
        line.includes('FAILED: ') ? [headings[index - 1]] : [],
      );
      expect(failed).toEqual([
        `${STEPS.findIndex((step) => step.name === name) + 1}  ${STEPS.find((step) => step.name === name)?.title}`,
      ]);
    },
    60_000,
  );

  it('says which steps there are when it is asked to break another', async () => {
    expect((await start(['--break=nothing'])).status).toBe(2);
  }, 60_000);

  it('prints no token and no secret', async () => {
    const { lines } = await start([]);
    expect(lines.join('\n')).not.toMatch(/sandbox_[\w.-]{20,}|sandbox\+secret/);
  }, 60_000);
});
