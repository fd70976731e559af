import type { TextFile } from './project.ts';
import { judged, type Verdict } from './rule.ts';

/** What secrets look like. */
const SECRETS: Readonly<Record<string, RegExp>> = {
  'a private key': /-----BEGIN (?:[A-Z]+ )*PRIVATE KEY-----/,
  'a token of npm': /\bnpm_[A-Za-z0-9]{36}\b/,
  'a token of GitHub': /\b(?:gh[opsur]_[A-Za-z0-9]{36,}|github_pat_\w{22,})/,
  'a key of AWS': /\bAKIA[0-9A-Z]{16}\b/,
  'a key of Google': /\bAIza[\w-]{35}\b/,
  'a token of Slack': /\bxox[abprs]-[\w-]{10,}/,
  // A short word is none: a registry on this machine takes any.
  'a token of a registry': /_auth(?:Token)?\s*=\s*["']?[\w+/=-]{16,}/,
};

/** That no file of the project holds a secret. */
export const secretRules = (texts: readonly TextFile[]): Verdict[] => [
  judged({
    name: 'no file holds a secret',
    looked: `${texts.length} files for ${Object.keys(SECRETS).join(', ')}`,
    items: texts,
    faultsOf: secretFaults,
    planted: PLANTED.map(
      ([what, ...parts]) => [new RegExp(what), { path: 'planted', text: parts.join('') }] as const,
    ),
  }),
];

/** In parts, or this file would hold them. */
const PLANTED = [
  ['a private key', '-----BEGIN RSA', ' PRIVATE KEY-----\nMIIE'],
  ['a private key', '-----BEGIN', ' PRIVATE KEY-----\nMIIE'],
  ['a token of npm', 'npm_', 'a1'.repeat(18)],
  ['a token of GitHub', 'ghp_', 'a1'.repeat(18)],
  ['a token of GitHub', 'github_pat_', 'a1'.repeat(20)],
  ['a key of AWS', 'AKIA', 'A1'.repeat(8)],
  ['a key of Google', 'AIza', 'a'.repeat(35)],
  ['a token of Slack', 'xoxb-', '1'.repeat(12)],
  ['a token of a registry', '//registry.a.test/:_auth', 'Token=', '0f'.repeat(18)],
] as const;

const secretFaults = ({ path, text }: TextFile): string[] =>
  Object.entries(SECRETS)
    .filter(([, pattern]) => pattern.test(text))
    .map(([what]) => `${path} holds ${what}`);
