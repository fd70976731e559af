import { spawn } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Sandbox, startSandbox } from '@criteo-sdk/sandbox';

/*
 * npm run examples: each task sample beside this file, run as it stands on a sandbox, in a folder of its own.
 *   --planted  with a wrong secret: each must fail, but for the one that makes its own sandbox
 */

const FOLDER = import.meta.dirname;
const SAMPLES = readdirSync(FOLDER).filter((file) => /^\d\d-.*\.ts$/.test(file));

/** What a sample must have printed. */
const PRINTS: Readonly<Record<string, RegExp>> = {
  '01-tokens.ts': /(?:\[AccessToken.*until 20.*\n){3}/,
  '02-list-campaigns.ts': /(?:\d+ .+\n){57}/,
  '03-report-to-csv.ts': /^\d+ rows, \d+ bytes in performance\.csv$/m,
  '04-web-server.ts': /^connected: \d+ accounts/m,
  '05-share-tokens.ts': /^2 answers, the same token: true$/m,
  '06-errors.ts': /^getAccounts 400 /m,
  '07-own-axios.ts': /^post \/oauth2\/token\nget \/2026-07\/retail-media\/accounts\n5$/m,
  '08-test-your-code.ts': /^the test passed$/m,
  '09-migrate.ts': /^50 accounts/m,
  '10-two-versions.ts': /^5 5$/m,
  '11-contact-list.ts': /^50000 sent, not taken: \d+\n10000 sent, not taken: \d+$/m,
  '12-upload.ts': /^logo\.svg 41 .+\nfile 6 .+\nfile 6 .+$/m,
};

interface Ended {
  readonly code: number | null;
  readonly printed: string;
}

const run = (sample: string, cwd: string, env: NodeJS.ProcessEnv): Promise<Ended> =>
  new Promise((resolve) => {
    const child = spawn(process.execPath, [join(FOLDER, sample)], { cwd, env });
    let printed = '';
    let asked = false;
    const note = (chunk: Buffer): void => {
      printed += chunk;
      const page = /^open (\S+)$/m.exec(printed)?.[1];
      if (page === undefined || asked) return;
      // A server does not end by itself: a browser comes, and then it is stopped.
      asked = true;
      browse(page).then(
        (text) => {
          printed += text;
          child.kill();
        },
        () => child.kill('SIGKILL'),
      );
    };
    child.stdout.on('data', note);
    child.stderr.on('data', note);
    child.on('close', (code, signal) =>
      resolve({ code: signal === 'SIGTERM' ? 0 : code, printed }),
    );
  });

/** What a browser does: it follows redirects and brings its cookie back. */
const browse = async (page: string): Promise<string> => {
  const begun = await fetch(page, { redirect: 'manual' });
  const cookie = begun.headers.get('set-cookie')?.split(';')[0] ?? '';
  const asked = await fetch(begun.headers.get('location') ?? '', { redirect: 'manual' });
  const ended = await fetch(asked.headers.get('location') ?? '', { headers: { cookie } });
  if (!ended.ok) throw new Error(`the callback answered ${ended.status}`);
  return ended.text();
};

const freePort = (): Promise<number> =>
  new Promise((resolve) => {
    const server = createServer().listen(0, '127.0.0.1', () => {
      const address = server.address();
      server.close(() => resolve(typeof address === 'object' ? (address?.port ?? 0) : 0));
    });
  });

const faultOf = async (sample: string, sandbox: Sandbox, isPlanted: boolean): Promise<string> => {
  const cwd = mkdtempSync(join(tmpdir(), 'criteo-example-'));
  const { clientId, clientSecret, baseUrl } = sandbox.clientOptions;
  const env = {
    ...process.env,
    CRITEO_CLIENT_ID: clientId,
    CRITEO_CLIENT_SECRET: isPlanted ? 'not the secret' : clientSecret,
    CRITEO_BASE_URL: baseUrl,
    CRITEO_CONSENT_URL: sandbox.consentUrl,
    PORT: String(await freePort()),
  };
  const { code, printed } = await run(sample, cwd, env);
  rmSync(cwd, { recursive: true });
  const isFine = code === 0 && PRINTS[sample]?.test(printed) === true;
  const makesItsOwn = readFileSync(join(FOLDER, sample), 'utf8').includes('startSandbox(');
  if (isPlanted && !makesItsOwn) return isFine ? 'it passed with a wrong secret' : '';
  return isFine ? '' : `it ended with ${code} and printed:\n${printed}`;
};

const isPlanted = process.argv.includes('--planted');
const sandbox = await startSandbox({ seed: 7 });
let failed = 0;
try {
  for (const sample of SAMPLES) {
    sandbox.reset();
    const fault = await faultOf(sample, sandbox, isPlanted);
    if (fault !== '') failed += 1;
    console.log(`${fault === '' ? 'ok    ' : 'FAILED'} ${sample} ${fault}`);
  }
} finally {
  await sandbox.close();
}
console.log(`${SAMPLES.length - failed} passed, ${failed} failed`);
process.exitCode = failed === 0 && SAMPLES.length === Object.keys(PRINTS).length ? 0 : 1;
