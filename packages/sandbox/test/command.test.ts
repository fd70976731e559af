import { describe, expect, it } from 'vitest';
import { runCommand } from '../src/command.js';

async function run(
  ...args: string[]
): Promise<{ text: string; errors: string; exitCode?: number; port?: string }> {
  const lines: string[] = [];
  const errors: string[] = [];
  const output = {
    log: (text: string) => lines.push(text),
    error: (text: string) => errors.push(text),
  };
  const result = await runCommand(args, output);
  const printed = { text: lines.join('\n'), errors: errors.join('\n') };
  if (typeof result === 'number') return { ...printed, exitCode: result };
  await result.close();
  return { ...printed, port: new URL(result.url).port };
}

describe('criteo-sandbox', () => {
  it('prints its address and credentials', async () => {
    const { text, port } = await run('--seed', '3', '--token-lifetime', '3');
    expect(text).toContain(`http://127.0.0.1:${port}`);
    expect(text).toMatch(/client id +sandbox-default/);
    expect(text).toMatch(/client secret +sandbox\+secret\//);
  });

  it('helps', async () => {
    const { text, exitCode } = await run('--help');
    expect([exitCode, text]).toEqual([0, expect.stringContaining('--token-lifetime')]);
  });

  it.each([['--prot', '1'], ['--port', 'x'], ['--port', '65536'], ['--seed', '-1'], ['extra']])(
    'exits with 2 on %s %s',
    async (...args) => {
      const { errors, exitCode } = await run(...args);
      expect(exitCode).toBe(2);
      expect(errors).toMatch(/^criteo-sandbox: .*/);
    },
  );

  it('says in one line that a port is busy', async () => {
    const result = await runCommand([], { log: () => {}, error: () => {} });
    if (typeof result === 'number') throw new Error('did not start');
    const { port } = new URL(result.url);
    expect(await run('--port', port)).toEqual({
      text: '',
      errors: `criteo-sandbox: port ${port} is in use`,
      exitCode: 1,
    });
    await result.close();
  });
});
