import { ROOT, run } from '../scratch.ts';
import { faultsOfSums, type Release, readPlan } from './artifact.ts';

interface Surroundings {
  /** Where npm would publish to. */
  readonly registry: string;
  readonly npm: string;
  readonly env: NodeJS.ProcessEnv;
}

/** Publishes what `release artifact` made, unchanged; says each package. */
export const publish = (folder: string, scope: string, isDryRun: boolean): string[] => {
  const faults = faultsOfSums(folder);
  if (faults.length > 0)
    throw new Error(`Nothing is published: ${faults.join('; ')}. Make the artifact anew.`);
  const registry = registryOf(scope);
  const refusal = isDryRun ? undefined : refusalHere(registry);
  if (refusal) throw new Error(refusal);
  const releases = readPlan(folder).filter((release) => !isPublished(release));
  if (releases.length === 0) return [`nothing to publish: all versions are on ${registry}`];
  if (isDryRun)
    return releases.map(
      ({ name, tag, version }) => `would publish ${name}@${version} as ${tag} to ${registry}`,
    );
  return releases.map(({ access, name, tag, tarball, version }) => {
    const to = ['--registry', registry, '--access', access, '--tag', tag];
    // Out there, because npm 10.8 publishes a workspace it stands in, whatever tarball it is given.
    run('npm', ['publish', `./${tarball.path}`, ...to], folder);
    return `published ${name}@${version}`;
  });
};

/** Why nothing may be published from here; undefined where it may. */
export const refusalOf = ({ env, npm, registry }: Surroundings): string | undefined => {
  if (LOOPBACK.has(new URL(registry).hostname)) return undefined;
  const isTrusted = env.GITHUB_ACTIONS === 'true' && Boolean(env.ACTIONS_ID_TOKEN_REQUEST_URL);
  if (!isTrusted)
    return `Nothing is published to ${registry} from here: .github/workflows/release.yml does it. To try it all: npm run release:rehearse`;
  const [major = 0, minor = 0, patch = 0] = npm.trim().split('.').map(Number);
  if (major * 1e6 + minor * 1e3 + patch < OLDEST_NPM)
    return `npm ${npm.trim()} knows no trusted publishing: use Node 24, or npm 11.5.1 or newer.`;
  return undefined;
};

const isPublished = ({ name, version }: Release): boolean => {
  try {
    return run('npm', ['view', `${name}@${version}`, 'version'], ROOT).trim() === version;
  } catch (error) {
    // No version of the package is there.
    if (String(error).includes('E404')) return false;
    throw error;
  }
};

const refusalHere = (registry: string): string | undefined =>
  refusalOf({ registry, npm: run('npm', ['--version'], ROOT), env: process.env });

const LOOPBACK = new Set(['127.0.0.1', '[::1]', 'localhost']);
const OLDEST_NPM = 11_005_001;

const registryOf = (scope: string): string => {
  const ask = (key: string): string => run('npm', ['config', 'get', key], ROOT).trim();
  const own = ask(`${scope}:registry`);
  return own === 'undefined' ? ask('registry') : own;
};
