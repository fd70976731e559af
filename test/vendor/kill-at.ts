import fs from 'node:fs';
import { syncBuiltinESMExports } from 'node:module';

/*
 * Loaded before a program: at its n-th change of a file below CHANGES_BELOW the program is gone
 * (KILL_AT), as if the power went, or the disk is full (FULL_AT).
 */

const { CHANGES_BELOW = '/nowhere', FULL_AT, KILL_AT } = process.env;
const CHANGES = ['cpSync', 'mkdirSync', 'renameSync', 'rmSync', 'writeFileSync'] as const;

type Change = (...args: unknown[]) => unknown;
const functions = fs as unknown as Record<string, Change>;
let count = 0;

const isCounted = (args: readonly unknown[]): boolean =>
  args.slice(0, 2).some((arg) => typeof arg === 'string' && arg.startsWith(CHANGES_BELOW));

const die = (): void => {
  process.kill(process.pid, 'SIGKILL');
  // The signal is on its way.
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0);
};

/** What a deletion leaves that did not come to its end. */
const deleteHalf = ([folder]: readonly unknown[], remove: Change): void => {
  const names = fs.existsSync(String(folder)) ? fs.readdirSync(String(folder)) : [];
  for (const name of names.slice(0, Math.ceil(names.length / 2)))
    remove(`${folder}/${name}`, { recursive: true });
};

for (const name of CHANGES) {
  const real = functions[name] as Change;
  functions[name] = (...args) => {
    if (isCounted(args)) {
      count += 1;
      if (count === Number(KILL_AT)) {
        if (
          name === 'rmSync' &&
          fs.statSync(String(args[0]), { throwIfNoEntry: false })?.isDirectory()
        )
          deleteHalf(args, real);
        die();
      }
      if (count === Number(FULL_AT))
        throw Object.assign(new Error('ENOSPC: no space left on device'), { code: 'ENOSPC' });
    }
    return real(...args);
  };
}
syncBuiltinESMExports();
