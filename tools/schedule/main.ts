import { resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { BranchError } from '../pull-request.ts';
import { SpecError } from '../spec/errors.ts';
import { listSpecs, ROOT, selectSpecs } from '../spec/registry.ts';
import { statusOf } from '../spec/status.ts';
import { productOf, readVendor, type VersionName } from '../spec/vendor.ts';
import { publish } from './pull-request.ts';

/*
 * What .github/workflows/specs.yml does besides `npm run spec -- import`; runs anywhere.
 *   list                                                the versions to ask the vendor about, as JSON
 *   publish <product> <version> <report> [--dry-run]    what was imported becomes a pull request
 * Both take --root <folder>, list takes --at YYYY-MM-DD.
 */

/** Imported versions that have not ended and whose documents have an address. */
const dueVersions = (at: string, root: string): VersionName[] => {
  const vendor = readVendor(root);
  return statusOf(at, root)
    .filter(({ imported, product, state }) => {
      const hasAddress = productOf(vendor, product).service !== undefined;
      return imported && state !== 'ended' && hasAddress;
    })
    .map(({ product, version }) => ({ product, version }));
};

const main = (): void => {
  const { positionals, values } = parseArgs({
    allowPositionals: true,
    options: {
      'dry-run': { type: 'boolean', default: false },
      at: { type: 'string', default: new Date().toISOString().slice(0, 10) },
      root: { type: 'string', default: ROOT },
    },
  });
  const root = resolve(values.root);
  const [command, product, version, report] = positionals;
  if (command === 'list' && positionals.length === 1) {
    console.log(JSON.stringify(dueVersions(values.at, root)));
  } else if (command === 'publish' && report !== undefined && positionals.length === 4) {
    const tell = (line: string): void => console.log(line);
    for (const entry of selectSpecs([`${product}/${version}`], listSpecs(root)))
      publish({ entry, report, isDryRun: values['dry-run'], tell });
  } else {
    throw new SpecError('schedule.ts list | publish <product> <version> <report> [--dry-run]');
  }
};

try {
  main();
} catch (error) {
  if (!(error instanceof SpecError || error instanceof BranchError)) throw error;
  console.error(`schedule: ${error.message}`);
  process.exitCode = 65;
}
