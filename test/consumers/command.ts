import { execFile } from 'node:child_process';

/** How a command ended. */
export interface Ended {
  /** What stopped it, if it did not end by itself. */
  readonly status: number | string;
  readonly stdout: string;
  readonly stderr: string;
  /** From its last line until its end. */
  readonly lingeredMs: number;
}

interface Options {
  readonly cwd: string;
  readonly env?: Readonly<Record<string, string | undefined>>;
  readonly timeoutMs?: number;
}

/** Runs a command to its end, whatever it is. */
export const end = (
  command: string,
  args: readonly string[],
  { cwd, env = {}, timeoutMs = 60_000 }: Options,
): Promise<Ended> =>
  new Promise((resolve) => {
    let lastAt = performance.now();
    const options = {
      cwd,
      env: { ...process.env, NODE_OPTIONS: undefined, ...env },
      timeout: timeoutMs,
      killSignal: 'SIGKILL',
      maxBuffer: 1 << 28,
    } as const;
    const child = execFile(command, args, options, (error, stdout, stderr) => {
      const lingeredMs = performance.now() - lastAt;
      const status = error ? (error.code ?? error.signal ?? 1) : 0;
      resolve({ status, stdout, stderr, lingeredMs });
    });
    child.stdout?.on('data', () => {
      lastAt = performance.now();
    });
  });

/** Runs a command and gives what it printed; throws with that if it fails or says anything on stderr. */
export const output = async (
  command: string,
  args: readonly string[],
  options: Options & { readonly mayWarn?: boolean },
): Promise<string> => {
  const { status, stdout, stderr } = await end(command, args, options);
  if (status === 0 && (stderr === '' || options.mayWarn === true)) return stdout.trim();
  throw new Error(
    `${command} ${args.join(' ')} ended with ${status} in ${options.cwd}:\n${stdout}${stderr}`,
  );
};
