import { output } from './command.ts';
import type { Context, Outcome, Row } from './row.ts';
import { toolFile } from './runtime.ts';

/* What two tools that judge tarballs say of each of ours: publint of manifests, attw of declarations. */

const runOn = async (
  context: Context,
  tool: string,
  argumentsFor: (tarball: string) => readonly string[],
): Promise<string> => {
  const cwd = context.installed;
  for (const tarball of Object.values(context.tarballs))
    await output(process.execPath, [tool, ...argumentsFor(tarball)], { cwd });
  return output(process.execPath, [tool, '--version'], { cwd });
};

const publint = async (context: Context): Promise<Outcome> => {
  const tool = toolFile(context, 'publint/src/cli.js');
  const version = await runOn(context, tool, (tarball) => ['run', tarball, '--strict']);
  return { version: version.replace(',', ''), ran: ran(context, '--strict') };
};

const attw = async (context: Context): Promise<Outcome> => {
  const tool = toolFile(context, '@arethetypeswrong/cli/dist/index.js');
  const version = await runOn(context, tool, (tarball) => [
    tarball,
    '--profile',
    'esm-only',
    '--no-emoji',
    '--no-color',
  ]);
  const [, number = ''] = /^cli: v(\S+)/.exec(version) ?? [];
  return { version: `attw ${number}`, ran: ran(context, '--profile esm-only') };
};

const ran = ({ tarballs }: Context, options: string): string =>
  `${Object.keys(tarballs).length} tarballs, ${options}`;

export const rows: readonly Row[] = [
  { name: 'publint', run: publint },
  { name: 'attw', run: attw },
];
