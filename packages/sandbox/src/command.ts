import { parseArgs } from 'node:util';
import { type Sandbox, type SandboxOptions, startSandbox } from './sandbox.js';

/** Starts a sandbox, or says why not and gives the exit code. */
export async function runCommand(
  args: readonly string[],
  { log, error }: Pick<Console, 'log' | 'error'>,
): Promise<Sandbox | number> {
  try {
    const options = readOptions(args);
    if (!options) {
      log(HELP);
      return 0;
    }
    const sandbox = await startSandbox(options);
    log(greeting(sandbox));
    return sandbox;
  } catch (cause) {
    const { code, message, port } = cause as NodeJS.ErrnoException & { port?: number };
    error(`criteo-sandbox: ${code === 'EADDRINUSE' ? `port ${port} is in use` : message}`);
    return cause instanceof TypeError ? 2 : 1; // as those of parseArgs are
  }
}

const HELP = `criteo-sandbox: a local server that answers as Criteo's ad APIs do
(independent, not affiliated with Criteo)

  --port <n>             port on 127.0.0.1; 0, the default, takes a free one
  --seed <n>             the same seed gives the same answers; default 7
  --token-lifetime <s>   seconds that a token lives; default 900, marketing v1 300
  --help                 this text`;

const OPTIONS = {
  port: { type: 'string', default: '0' },
  seed: { type: 'string', default: '7' },
  'token-lifetime': { type: 'string' },
  help: { type: 'boolean' },
} as const;

/** Undefined to ask for help. */
function readOptions(args: readonly string[]): SandboxOptions | undefined {
  const { values } = parseArgs({ args: [...args], options: OPTIONS });
  const life = values['token-lifetime'];
  if (values.help) return undefined;
  return {
    port: readNumber('port', values.port, 65_535),
    seed: readNumber('seed', values.seed, Number.MAX_SAFE_INTEGER),
    tokenLifetimeMs: life ? readNumber('token-lifetime', life, 1e9) * 1_000 : undefined,
  };
}

function readNumber(option: string, text: string, most: number): number {
  if (/^\d+$/.test(text) && Number(text) <= most) return Number(text);
  throw new TypeError(`--${option} takes a whole number from 0 to ${most}, not '${text}'`);
}

function greeting({ url, clientOptions: { clientId, clientSecret } }: Sandbox): string {
  return `Criteo sandbox (independent, not affiliated with Criteo)

  url            ${url}
  client id      ${clientId}
  client secret  ${clientSecret}

  curl ${url}/oauth2/token -d grant_type=client_credentials \\
    -d client_id=${clientId} --data-urlencode 'client_secret=${clientSecret}'`;
}
