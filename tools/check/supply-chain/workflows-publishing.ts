import type { Step, Workflow, WorkflowJob } from './workflow.ts';

/** How a release is published. */
export const publishFaults = ({ jobs }: Workflow): string[] => {
  const publishing = jobs.filter((job) => mayIdentify(job) || job.steps.some(publishes));
  if (publishing.length === 0) return [];
  return [...publishing.flatMap(publishingFaults), ...jobs.flatMap(cacheFaults)];
};

/** Lock files name no hosts, so npm looks each package up, and asks its age even in `npm ci`. */
export const ageFaults = ({ jobs }: Workflow): string[] =>
  jobs.some(mayIdentify) ? jobs.flatMap(ageFaultsOf) : [];

const PUBLISH =
  /\b(?:npm|pnpm|changeset|release|release\/main\.ts)(?: --)? publish\b(?!.*--dry-run)/;

const mayIdentify = ({ permissions }: WorkflowJob): boolean =>
  Object(permissions)['id-token'] === 'write';
const publishes = ({ run = '' }: Step): boolean => PUBLISH.test(run);

const publishingFaults = (job: WorkflowJob): string[] => {
  const { env, environment, name, steps } = job;
  const hasProvenance = (step: Step): boolean =>
    String({ ...env, ...step.env }.NPM_CONFIG_PROVENANCE) === 'true';
  return [
    ...(environment === undefined ? [`job ${name} publishes, and has no environment`] : []),
    ...(mayIdentify(job) ? [] : [`job ${name} publishes without id-token: write`]),
    ...steps
      .filter((step) => publishes(step) && !hasProvenance(step))
      .map(() => `job ${name} publishes without NPM_CONFIG_PROVENANCE`),
  ];
};

const INSTALLS = /\btools\/bootstrap\.mjs\b|\bnpm (?:ci|install|run|start|test)\b/;

const ageFaultsOf = ({ env, name, steps }: WorkflowJob): string[] =>
  steps
    .filter(({ run = '' }) => INSTALLS.test(run))
    .slice(0, 1)
    .filter((step) => !(Number({ ...env, ...step.env }.NPM_CONFIG_MIN_RELEASE_AGE) >= 7))
    .map(() => `job ${name} installs without NPM_CONFIG_MIN_RELEASE_AGE: 7`);

/** What a pull request left in a cache must not get into a release. */
const cacheFaults = ({ name, steps }: WorkflowJob): string[] =>
  steps.flatMap(({ uses = '', with: settings = {} }) => [
    ...(uses.startsWith('actions/cache') ? [`job ${name} uses ${uses}`] : []),
    ...(settings.cache ? [`job ${name} has cache: ${settings.cache}`] : []),
    ...(uses.startsWith('actions/setup-node@') && settings['package-manager-cache'] !== false
      ? [`setup-node of job ${name} lacks package-manager-cache: false`]
      : []),
  ]);
