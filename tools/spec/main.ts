import { parseArgs } from 'node:util';
import { SpecError } from './errors.ts';
import { factsOf } from './facts.ts';
import { generate } from './generate.ts';
import { selectSpecs } from './registry.ts';

const USAGE = `Usage: npm run spec -- <command>

  generate [<product>[/<version>] …]   bring generated code up to date (npm run generate)
  facts [<product>[/<version>] …]      what is known about each operation; --json for one JSON array
`;

const COMMANDS: Readonly<Record<string, (names: string[], json: boolean) => Promise<void> | void>> =
  {
    generate: async (names) => {
      const { generated, unchanged } = await generate(selectSpecs(names), (line) =>
        console.error(`· ${line}`),
      );
      for (const name of generated) console.log(`generated ${name}`);
      for (const name of unchanged) console.log(`unchanged ${name}`);
    },
    facts: (names, json) => {
      const facts = selectSpecs(names).flatMap(factsOf);
      if (json) console.log(JSON.stringify(facts));
      else
        for (const fact of facts)
          console.log(
            `${fact.product}/${fact.version} ${fact.group}.${fact.name}  ${fact.method} ${fact.path}`,
          );
    },
  };

/** Exit codes: 0 done, 2 wrong usage, 65 bad data. */
const main = async (): Promise<number> => {
  const { positionals, values } = parseArgs({
    allowPositionals: true,
    options: { json: { type: 'boolean' }, help: { type: 'boolean' } },
  });
  const [command = '', ...names] = positionals;
  const run = Object.hasOwn(COMMANDS, command) ? COMMANDS[command] : undefined;
  if (run === undefined || values.help) {
    (values.help ? console.log : console.error)(USAGE);
    return values.help ? 0 : 2;
  }
  await run(names, values.json ?? false);
  return 0;
};

try {
  process.exitCode = await main();
} catch (error) {
  if (error instanceof SpecError) {
    console.error(`spec: ${error.message}`);
    process.exitCode = 65;
  } else if (
    error instanceof TypeError &&
    'code' in error &&
    String(error.code).startsWith('ERR_PARSE_ARGS')
  ) {
    console.error(`spec: ${error.message}\n\n${USAGE}`);
    process.exitCode = 2;
  } else {
    throw error;
  }
}
