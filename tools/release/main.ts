import { resolve } from 'node:path';
import { packAll } from './pack.ts';

/*
 * npm run release -- <command>
 *   pack <folder>   packs all packages there, as they are published
 */

const COMMANDS: Readonly<Record<string, (args: readonly string[]) => void>> = {
  pack: ([folder]) => {
    if (folder === undefined) usage('pack needs a folder');
    else for (const { file } of packAll(resolve(folder))) console.log(file);
  },
};

const usage = (fault: string): void => {
  console.error(`${fault}. Commands: pack <folder>`);
  process.exitCode = 2;
};

const [command = '', ...args] = process.argv.slice(2);
(COMMANDS[command] ?? (() => usage(`There is no command '${command}'`)))(args);
