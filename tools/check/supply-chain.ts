import { licenceRules } from './supply-chain/licences.ts';
import { lockRules } from './supply-chain/locks.ts';
import { manifestRules } from './supply-chain/manifests.ts';
import { type LockFolder, lockFolders, published, textFiles } from './supply-chain/project.ts';
import { tableOf } from './supply-chain/rule.ts';
import { scriptRules } from './supply-chain/scripts.ts';
import { secretRules } from './supply-chain/secrets.ts';
import { updateRules } from './supply-chain/updates.ts';
import { versionRules } from './supply-chain/versions.ts';
import { workflowRules } from './supply-chain/workflows.ts';

/*
 * The supply chain: what we install, what runs by that, what our users get with our packages, what
 * the workflows may do, and what a bot may propose. Each rule finds the violations that are planted in it.
 */

const folders = lockFolders();
const root = folders.find(({ folder }) => folder === '.') as LockFolder;
const packages = published();
const byHand = textFiles(/^(?!specs\/|.*\/generated\/|.*package-lock\.json$)/);

const verdicts = [
  ...lockRules(folders, root),
  ...versionRules(folders, root),
  ...scriptRules(folders, root, packages, byHand),
  ...manifestRules(folders, packages),
  ...licenceRules(root),
  ...workflowRules(textFiles(/^\.github\/workflows\/[^/]+\.ya?ml$/)),
  ...updateRules(textFiles(/^\.github\/dependabot\.yml$/), folders),
  ...secretRules(textFiles(/./)),
];

console.log(tableOf(verdicts));
const faults = verdicts.flatMap(({ faults, missed, name }) =>
  [...faults, ...missed].map((fault) => `${name}: ${fault}`),
);
for (const fault of faults) console.error(`✗ ${fault}`);
process.exitCode = faults.length === 0 ? 0 : 1;
