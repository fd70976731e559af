import { basename } from 'node:path';
import { isScalar, parseDocument, visit } from 'yaml';
import type { TextFile } from './project.ts';
import { judged, type Verdict } from './rule.ts';
import { readWorkflow, type Workflow } from './workflow.ts';
import { PLANTED, SOUND } from './workflows-planted.ts';
import { ageFaults, publishFaults } from './workflows-publishing.ts';

/** What the jobs of a workflow may have beyond reading. */
const MAY_WRITE: Readonly<Record<string, Readonly<Record<string, readonly string[]>>>> = {
  'specs.yml': { import: ['contents', 'pull-requests'] },
  'release.yml': {
    version: ['contents', 'pull-requests'],
    publish: ['id-token'],
    tag: ['contents'],
  },
};

/** What a workflow must not do. Whether it is well written, actionlint says. */
export const workflowRules = (texts: readonly TextFile[]): Verdict[] =>
  Object.entries(rules()).map(([name, faultsOf]) =>
    judged({
      name: `workflows: ${name}`,
      looked: texts.map(({ path }) => basename(path)).join(', '),
      items: [...texts, SOUND],
      faultsOf: (text) => faultsOf(readWorkflow(text)).map((fault) => `${text.path}: ${fault}`),
      planted: (PLANTED[name] ?? []).map(
        ([from, to, fault]) => [fault, planted(from, to)] as const,
      ),
    }),
  );

const rules = (): Readonly<Record<string, (workflow: Workflow) => string[]>> => ({
  'actions are pinned by a commit, with their version': unpinned,
  'images are pinned by a digest': unpinnedImages,
  'permissions: {} for all, least for each job': permissionFaults,
  'nothing that runs with rights on a stranger’s pull request': triggerFaults,
  'no expression inside a script': expressionFaults,
  'checkouts keep no credentials': checkoutFaults,
  'no secret but GITHUB_TOKEN, no token of npm': secretFaults,
  'each job has a time limit': limitFaults,
  'publishing by OIDC in an environment, with provenance, without a cache': publishFaults,
  'nothing younger than a week is installed for a release': ageFaults,
});

const planted = (from: string, to: string): TextFile => {
  const text = SOUND.text.replace(from, () => to);
  if (text === SOUND.text) throw new Error(`${from} is not there to be replaced`);
  return { path: SOUND.path, text };
};

const unpinned = ({ text }: Workflow): string[] => {
  const faults: string[] = [];
  visit(parseDocument(text), {
    Pair: (_, { key, value }) => {
      if (!isScalar(key) || key.value !== 'uses' || !isScalar(value)) return;
      const isPinned = /^[\w.-]+\/[\w./-]+@[0-9a-f]{40}$/.test(String(value.value));
      if (!isPinned || !/^ v\d+(?:\.\d+)*$/.test(value.comment ?? ''))
        faults.push(`${value.value} is not pinned by a commit, with its version in a comment`);
    },
  });
  return faults;
};

const unpinnedImages = ({ jobs }: Workflow): string[] =>
  jobs.flatMap(({ container, name, services }) =>
    [container, ...Object.values(services ?? {})]
      .map((one) => (typeof one === 'object' ? one.image : one))
      .filter((image) => image !== undefined && !/@sha256:[0-9a-f]{64}$/.test(image))
      .map((image) => `job ${name} runs ${image}, which is not pinned by a digest`),
  );

const permissionFaults = ({ jobs, path, permissions }: Workflow): string[] => [
  ...(JSON.stringify(permissions) === '{}' ? [] : ['permissions of the workflow are not {}']),
  ...jobs.flatMap(({ name, permissions: own }) => {
    if (typeof own !== 'object' || own === null) return [`job ${name} states no permissions`];
    const granted = MAY_WRITE[basename(path)]?.[name] ?? [];
    return Object.entries(own)
      .filter(([scope, level]) => level !== 'read' && level !== 'none' && !granted.includes(scope))
      .map(
        ([scope, level]) => `job ${name} has ${scope}: ${level}, which the table does not grant`,
      );
  }),
];

const triggerFaults = ({ on }: Workflow): string[] =>
  ['pull_request_target', 'workflow_run', 'issue_comment']
    .filter((event) => on === event || Object.hasOwn(Object(on), event) || isListed(on, event))
    .map((event) => `runs on ${event}`);

const isListed = (on: unknown, event: string): boolean => Array.isArray(on) && on.includes(event);

/** What an expression gives becomes code; in `env` it stays a value. */
const expressionFaults = ({ jobs }: Workflow): string[] =>
  jobs.flatMap(({ name, steps }) =>
    steps
      .filter((step) => `${step.run ?? ''}${step.with?.script ?? ''}`.includes('${{'))
      .map(() => `a script of job ${name} holds an expression; hand it over in env`),
  );

const checkoutFaults = ({ jobs }: Workflow): string[] =>
  jobs.flatMap(({ name, steps }) =>
    steps
      .filter(({ uses }) => uses?.startsWith('actions/checkout@'))
      .filter((step) => step.with?.['persist-credentials'] !== false)
      .map(() => `a checkout of job ${name} lacks persist-credentials: false`),
  );

const secretFaults = ({ text }: Workflow): string[] =>
  [/\bsecrets\b(?!\.GITHUB_TOKEN\b)[^\n]*/, /\bNPM_TOKEN\b/, /\bNODE_AUTH_TOKEN\b/].flatMap(
    (secret) => (text.match(secret) ?? []).map((found) => `it uses ${found}`),
  );

const limitFaults = ({ jobs }: Workflow): string[] =>
  jobs
    .filter((job) => typeof job['timeout-minutes'] !== 'number')
    .map(({ name }) => `job ${name} has no timeout-minutes`);
