// Makes a fresh clone ready: installs the locked packages once, then builds. Plain JavaScript with
// nothing but Node's own modules, because it runs before anything is installed.
//   <folder> …   also installs what these folders lock for themselves (test/consumers, tools/release)
//   --no-build   installs only
import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, readdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('..', import.meta.url));
const folders = process.argv.slice(2).filter((argument) => !argument.startsWith('--'));

const step = (what, command, args, cwd = root) => {
  const startedAt = Date.now();
  process.stderr.write(`· ${what} …`);
  const { status, stdout, stderr } = spawnSync(command, args, {
    cwd,
    encoding: 'utf8',
    shell: process.platform === 'win32',
  });
  if (status === 0) {
    process.stderr.write(` done in ${((Date.now() - startedAt) / 1000).toFixed(1)} s\n`);
    return;
  }
  process.stderr.write(
    ` failed\n${stdout ?? ''}${stderr ?? ''}\nTo see it alone: ${command} ${args.join(' ')}\n`,
  );
  process.exit(1);
};

const install = (folder, what) => {
  const cwd = join(root, folder);
  const stamp = join(cwd, 'node_modules/.criteo-sdk-installed');
  const lock = createHash('sha256')
    .update(readFileSync(join(cwd, 'package-lock.json')))
    .digest('hex');
  if (existsSync(stamp) && readFileSync(stamp, 'utf8') === lock) return;
  const quiet = ['--no-audit', '--no-fund', '--loglevel=error'];
  step(`installing ${what}`, 'npm', ['ci', '--ignore-scripts', ...quiet], cwd);
  writeFileSync(stamp, lock);
};

install('.', 'packages once (about 30 s)');
for (const folder of folders) install(folder, `the tools of ${folder} once`);

// The npm that comes with Node 20 removes the link to this machine's Node with the packages of other machines.
const own = join(root, `node_modules/node-${process.platform}-${process.arch}/bin/node`);
const link = join(root, 'node_modules/.bin/node');
if (existsSync(own) && !existsSync(link)) symlinkSync(own, link);

// The tools are TypeScript that Node runs as it is; the Node for it comes with the packages on Linux and Windows.
const node = spawnSync('node', ['--version'], {
  cwd: root,
  encoding: 'utf8',
  env: {
    ...process.env,
    PATH: `${join(root, 'node_modules/.bin')}${process.platform === 'win32' ? ';' : ':'}${process.env.PATH}`,
  },
});
const [major = 0, minor = 0] = (node.stdout ?? '').slice(1).split('.').map(Number);
if (major < 22 || (major === 22 && minor < 18)) {
  process.stderr.write(
    `This machine needs Node 22.18 or newer for the tools of this repository (it has ${(node.stdout ?? '').trim()}).\n`,
  );
  process.exit(1);
}

if (!process.argv.includes('--no-build')) {
  // The compiler itself, not nx: it leaves alone what is up to date, also while other commands read it.
  const projects = readdirSync(join(root, 'packages')).map((name) => `packages/${name}`);
  step('building the packages', 'npx', ['--no-install', 'tsc', '-b', ...projects]);
}
