import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { GROUPS } from './cases.ts';

const FILE = join(import.meta.dirname, '../../docs/faults.md');
const WRITE = 'npm run test:faults -- --write';

/** The cases as docs/faults.md shows them. */
export const writeTable = (groups: typeof GROUPS): void => writeFileSync(FILE, tableOf(groups));

/** What is wrong with docs/faults.md, if anything is. */
export const tableFault = (groups: typeof GROUPS): string | undefined =>
  readFileSync(FILE, 'utf8') === tableOf(groups)
    ? undefined
    : `docs/faults.md is not what the cases say. Run: ${WRITE}`;

const tableOf = (groups: typeof GROUPS): string =>
  `${[
    '# What the client does when the server misbehaves',
    `Each line is tried by \`npm run test:faults\` over loopback, with the compiled packages; requests are counted by the
server. F73 and F74 come with a store in Redis. This page comes from the cases: \`${WRITE}\`.`,
    ...groups.map(
      ({ title, cases }) =>
        `## ${title}\n\n| no. | fault, and what must be seen |\n|---|---|\n${cases
          .map(({ id, what }) => `| ${id} | ${what.replaceAll('|', '\\|')} |`)
          .join('\n')}`,
    ),
  ].join('\n\n')}\n`;
