import assert from 'node:assert/strict';
import { readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import type { Context, Outcome, Row } from './row.ts';
import { bundle, foundBy, programFolder, runProgram, toolFile } from './runtime.ts';
import { withWorld } from './world.ts';

/** A function as AWS Lambda and its like run it: one file alone in a folder, called again while warm. */
const rowOf = (format: 'cjs' | 'esm', options: readonly string[]): Row => ({
  name: `lambda, ${format}`,
  run: async (context): Promise<Outcome> => {
    const alone = context.folder(`lambda-${format}`);
    const file = join(alone, format === 'cjs' ? 'handler.cjs' : 'handler.mjs');
    const folder = programFolder(context, `lambda-${format}`, ['lambda-handler.ts']);
    const all = ['--minify', '--platform=node', '--target=node20', `--format=${format}`];
    await bundle(context, join(folder, 'lambda-handler.ts'), file, [...all, ...options]);
    const version = await callTwice(context, alone, file);
    const kilobytes = Math.ceil(statSync(file).size / 1000);
    return { version, ran: `one file of ${kilobytes} kB, called twice: one token` };
  },
});

// What it bundles of CommonJS calls require, which a module has not by itself.
const REQUIRE =
  "import { createRequire } from 'node:module'; const require = createRequire(import.meta.url);";

const callTwice = (context: Context, alone: string, file: string): Promise<string> =>
  withWorld(context, async ({ withSecret, sandbox }) => {
    assert.equal(readdirSync(alone).length, 1, 'the bundle is more than one file');
    const host = join(import.meta.dirname, 'programs/lambda-host.cjs');
    const node = toolFile(context, 'node-20/bin/node');
    const env = {
      CRITEO_CLIENT_ID: withSecret.clientId,
      CRITEO_CLIENT_SECRET: withSecret.clientSecret,
      CRITEO_BASE_URL: withSecret.baseUrl,
    };
    const answer = { statusCode: 200, asset: true };
    assert.deepEqual(foundBy(await runProgram(node, [host, file], alone, env)), [
      { ...answer, accounts: 2 },
      { ...answer, accounts: 3 },
    ]);
    assert.equal(sandbox.calls(({ tokenRequest }) => tokenRequest).length, 1, 'token requests');
    const { stdout } = await runProgram(node, ['--version'], alone);
    return `Node ${stdout.trim().slice(1)}`;
  });

export const rows: readonly Row[] = [rowOf('cjs', []), rowOf('esm', [`--banner:js=${REQUIRE}`])];
