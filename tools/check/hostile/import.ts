import { execFileSync } from 'node:child_process';
import { cpSync, globSync, mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { ROOT } from '../../scratch.ts';

/** Imports modules one after another and looks at what that did. */
const RUNNER = `
import { readFileSync } from 'node:fs';
const owners = [globalThis, ...[Object, Array, Function, String, Number, Boolean, Promise, RegExp].map((one) => one.prototype)];
const state = () => owners.map((one) => Reflect.ownKeys(one).map(String).join()).join(';');
const before = state();
const told = {};
let at = '';
const tell = (what) => { (told[at] ??= []).push(what); };
const look = () => {
  if (globalThis.__pwned !== undefined) tell('the canary went off');
  delete globalThis.__pwned;
  if (state() !== before) tell('globals or prototypes changed');
  delete Object.prototype.__planted;
};
const isData = (value) =>
  typeof value !== 'object' || value === null
    ? typeof value !== 'function'
    : [Object.prototype, Array.prototype].includes(Object.getPrototypeOf(value)) &&
      Reflect.ownKeys(value).every((key) => isData(value[key]));
const use = (module) => {
  const { groups, ...others } = module;
  const operations = Object.values(others).filter((value) => typeof value !== 'function');
  if (!operations.every(isData)) tell('more than data');
  if (groups === undefined) return;
  if (Object.getPrototypeOf(groups) !== Object.prototype) tell('groups have a prototype');
  const transport = { call: (operation) => operation };
  const called = Object.values(groups).flatMap((Group) => Object.values(new Group(transport)).map((method) => method()));
  if (called.length !== operations.length || !called.every((one) => operations.includes(one)))
    tell('an operation is no method');
};
for (at of JSON.parse(readFileSync(new URL('./modules.json', import.meta.url), 'utf8'))) {
  try {
    use(await import('./' + at));
  } catch (error) {
    tell('threw ' + (error.code ?? '') + ' ' + error.message);
  }
  look();
}
at = 'afterwards';
await new Promise((resolve) => setTimeout(resolve, 50));
look();
process.stdout.write(JSON.stringify(told));
`;

/**
 * Imports these modules in one process that may read this folder and do nothing else (no writing, no
 * processes, workers or addons), uses what is generated once, and tells of each module what it did.
 */
export const importAll = (
  folder: string,
  modules: readonly string[],
): Readonly<Record<string, readonly string[]>> => {
  const core = join(folder, 'node_modules/@criteo-sdk/core');
  mkdirSync(core, { recursive: true });
  // What a generated module imports, and what that imports: no more of core is needed.
  const needed = ['api.js', 'errors.js', 'lazy.js', 'out-of-sight.js', 'own.js', 'criteo/names.js'];
  for (const file of needed) cpSync(join(ROOT, 'packages/core/dist', file), join(core, file));
  writeFileSync(join(core, 'package.json'), '{ "type": "module", "exports": "./api.js" }');
  writeFileSync(join(folder, 'package.json'), '{ "type": "module" }');
  writeFileSync(join(folder, 'modules.json'), JSON.stringify(modules));
  writeFileSync(join(folder, 'run.js'), RUNNER);
  const stdout = execFileSync(
    process.execPath,
    ['--permission', `--allow-fs-read=${folder}`, join(folder, 'run.js')],
    { cwd: folder, env: {}, encoding: 'utf8', maxBuffer: 1 << 28, timeout: 60_000 },
  );
  return JSON.parse(stdout) as Record<string, string[]>;
};

/** Modules that do what none may, and what has to be told of them. */
const PLANTED: Readonly<Record<string, readonly [code: string, told: RegExp]>> = {
  canary: ['globalThis.__pwned = 1;', /the canary/],
  later: ['setTimeout(() => { globalThis.__pwned = 1; }, 1);', /the canary/],
  prototype: ['Object.prototype.__planted = 1;', /prototypes changed/],
  data: ['export const a = { b: { "__proto__": [] } };', /more than data/],
  groups: ['export const groups = { "__proto__": {} };', /groups have a prototype/],
  write: [
    "import { writeFileSync } from 'node:fs'; writeFileSync('written', 'x');",
    /ERR_ACCESS_DENIED/,
  ],
  read: [
    "import { readFileSync } from 'node:fs'; readFileSync('/etc/hosts');",
    /ERR_ACCESS_DENIED/,
  ],
  process: [
    "import { execSync } from 'node:child_process'; execSync('true');",
    /ERR_ACCESS_DENIED/,
  ],
  worker: [
    "import { Worker } from 'node:worker_threads'; new Worker('', { eval: true });",
    /ERR_ACCESS_DENIED/,
  ],
};

/** Faults of the import itself: planted modules that it did not tell of. */
export const plantedFaults = (folder: string): string[] => {
  mkdirSync(folder);
  for (const [name, [code]] of Object.entries(PLANTED))
    writeFileSync(join(folder, `${name}.js`), code);
  const told = importAll(
    folder,
    Object.keys(PLANTED).map((name) => `${name}.js`),
  );
  const faults = Object.entries(PLANTED).flatMap(([name, [, expected]]) => {
    const text = [told[`${name}.js`], name === 'later' ? told.afterwards : []].flat().join('; ');
    return expected.test(text) ? [] : [`the planted module '${name}' was not found: ${text}`];
  });
  const isWritten = globSync('**/written', { cwd: dirname(folder) }).length > 0;
  return [...faults, ...(isWritten ? ['the planted module wrote a file'] : [])];
};
