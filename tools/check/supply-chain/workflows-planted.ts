import type { TextFile } from './project.ts';

const SHA = '0123456789012345678901234567890123456789';
const DIGEST = '0123456789abcdef'.repeat(4);

/** A workflow that breaks no rule. */
export const SOUND: TextFile = {
  path: '.github/workflows/release.yml',
  text: `on:
  push:
permissions: {}
jobs:
  pack:
    runs-on: ubuntu-24.04
    timeout-minutes: 10
    permissions:
      contents: read
    container:
      image: node:20-bookworm@sha256:${DIGEST}
    steps:
      - uses: actions/checkout@${SHA} # v1.2.3
        with:
          persist-credentials: false
      - uses: actions/setup-node@${SHA} # v1.2.3
        with:
          package-manager-cache: false
      - run: node tools/bootstrap.mjs
        env:
          NPM_CONFIG_MIN_RELEASE_AGE: 7
      - run: echo "$TITLE"
        env:
          TITLE: \${{ github.event.head_commit.message }}
          GH_TOKEN: \${{ secrets.GITHUB_TOKEN }}
  publish:
    runs-on: ubuntu-24.04
    timeout-minutes: 10
    environment: npm
    permissions:
      id-token: write
    steps:
      - run: npm publish a.tgz
        env:
          NPM_CONFIG_PROVENANCE: true
`,
};

type Change = readonly [from: string, to: string, fault: RegExp];

/** By rule: what is written instead of what, and what must be said of it. */
export const PLANTED: Readonly<Record<string, readonly Change[]>> = {
  'actions are pinned by a commit, with their version': [
    [SHA, 'v1.2.3', /actions\/checkout@v1\.2\.3 is not pinned/],
    [SHA, SHA.slice(1), /is not pinned/],
    [' # v1.2.3', '', /is not pinned/],
  ],
  'images are pinned by a digest': [
    [`@sha256:${DIGEST}`, '', /pack runs node:20-bookworm, which is not pinned/],
    [DIGEST, DIGEST.slice(1), /which is not pinned/],
    [`container:\n      image: node:20-bookworm@sha256:${DIGEST}`, 'container: a:1', /runs a:1/],
    ['container:', 'services:\n      a: { image: "b:1" }\n    container:', /runs b:1/],
  ],
  'permissions: {} for all, least for each job': [
    ['permissions: {}', 'permissions: { contents: read }', /of the workflow are not/],
    ['permissions: {}', '', /of the workflow are not/],
    ['    permissions:\n      contents: read\n', '', /pack states no permissions/],
    ['permissions:\n      contents: read', 'permissions: write-all', /pack states no permissions/],
    ['contents: read', 'contents: write', /pack has contents: write/],
    ['contents: read', 'id-token: write', /pack has id-token: write/],
    ['id-token: write', 'contents: write', /publish has contents: write/],
  ],
  'nothing that runs with rights on a stranger’s pull request': [
    ['push:', 'pull_request_target:', /runs on pull_request_target/],
    ['\n  push:', ' pull_request_target', /runs on pull_request_target/],
    ['\n  push:', ' [push, workflow_run]', /runs on workflow_run/],
    ['push:', 'issue_comment:', /runs on issue_comment/],
  ],
  'no expression inside a script': [
    ['"$TITLE"', `"\${{ github.event.issue.title }}"`, /script of job pack/],
    ['"$TITLE"', `"\${{ github.head_ref }}"`, /script of job pack/],
    ['"$TITLE"', `"\${{ inputs.title }}"`, /script of job pack/],
    ['package-manager-cache: false', `script: "\${{ inputs.title }}"`, /script of job pack/],
  ],
  'checkouts keep no credentials': [
    ['persist-credentials: false', 'persist-credentials: true', /checkout of job pack/],
    ['persist-credentials: false', 'fetch-depth: 0', /checkout of job pack/],
  ],
  'no secret but GITHUB_TOKEN, no token of npm': [
    ['secrets.GITHUB_TOKEN', 'secrets.OTHER', /uses secrets\.OTHER/],
    ['secrets.GITHUB_TOKEN', "secrets['OTHER']", /uses secrets\[/],
    ['secrets.GITHUB_TOKEN', 'toJSON(secrets)', /uses secrets/],
    ['    environment: npm', '    secrets: inherit', /uses secrets: inherit/],
    ['GH_TOKEN', 'NPM_TOKEN', /uses NPM_TOKEN/],
    ['GH_TOKEN', 'NODE_AUTH_TOKEN', /uses NODE_AUTH_TOKEN/],
  ],
  'each job has a time limit': [['    timeout-minutes: 10\n', '', /pack has no timeout-minutes/]],
  'publishing by OIDC in an environment, with provenance, without a cache': [
    ['    environment: npm\n', '', /publish publishes, and has no environment/],
    ['id-token: write', 'id-token: none', /publishes without id-token/],
    ['echo "$TITLE"', 'npx changeset publish', /pack publishes without id-token/],
    ['echo "$TITLE"', 'npm run -s release -- publish x', /pack publishes without id-token/],
    ['NPM_CONFIG_PROVENANCE: true', 'OTHER: true', /without NPM_CONFIG_PROVENANCE/],
    ['NPM_CONFIG_PROVENANCE: true', 'NPM_CONFIG_PROVENANCE: false', /without NPM_CONFIG/],
    [`actions/checkout@${SHA}`, `actions/cache@${SHA}`, /uses actions\/cache/],
    ['package-manager-cache: false', 'cache: npm', /has cache: npm/],
    ['package-manager-cache: false', 'node-version: 24', /lacks package-manager-cache/],
  ],
  'nothing younger than a week is installed for a release': [
    ['NPM_CONFIG_MIN_RELEASE_AGE: 7', 'NPM_CONFIG_MIN_RELEASE_AGE: 6', /pack installs without/],
    ['NPM_CONFIG_MIN_RELEASE_AGE: 7', 'OTHER: 7', /pack installs without/],
    ['npm publish a.tgz', 'npm ci --ignore-scripts', /publish installs without/],
  ],
};
