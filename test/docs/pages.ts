import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { ROOT } from '../../tools/scratch.ts';

/** The folders of the published packages. */
export const PACKAGES: readonly string[] = readdirSync(join(ROOT, 'packages')).filter((name) =>
  existsSync(join(ROOT, 'packages', name, 'package.json')),
);

/** A page of the project. */
export const read = (file: string): string => readFileSync(join(ROOT, file), 'utf8');

/** The code blocks of one language. */
export const fences = (text: string, language = 'ts'): string[] =>
  [...text.matchAll(new RegExp(`^\`\`\`${language}\n([\\s\\S]*?)^\`\`\``, 'gm'))].map(
    ([, code = '']) => code,
  );
