import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { ROOT } from '../../tools/scratch.ts';
import { PACKAGES, read } from './pages.ts';

/* What GitHub reads of .github beside the workflows' own rules (tools/check/supply-chain/workflows.ts). */

describe('ci.yml', () => {
  const { jobs, on } = parse(read('.github/workflows/ci.yml')) as {
    readonly on: object;
    readonly jobs: Readonly<Record<string, { readonly steps: readonly { run?: string }[] }>>;
  };

  it('runs .ci/run for each pull request and each commit of main', () => {
    expect(on).toEqual({ pull_request: null, push: { branches: ['main'] } });
    const running = Object.values(jobs).filter(({ steps }) =>
      steps.some(({ run }) => run === '.ci/run'),
    );
    expect(running).toHaveLength(1);
  });

  it('has one job, which docs/releasing.md requires by its name', () => {
    const [job, ...more] = Object.keys(jobs);
    expect(more).toEqual([]);
    expect(read('docs/releasing.md')).toContain(`the check \`${job}\` required`);
  });
});

interface Field {
  readonly type: string;
  readonly id?: string;
  readonly attributes: Readonly<Record<string, unknown>>;
}

const FOLDER = '.github/ISSUE_TEMPLATE';
const FORMS = readdirSync(join(ROOT, FOLDER)).filter((name) => name !== 'config.yml');

describe.each(FORMS)('the form %s', (name) => {
  const text = read(join(FOLDER, name));
  const { body, ...form } = parse(text) as { readonly body: readonly Field[] };
  const [first, ...fields] = body;

  it('is one that GitHub takes', () => {
    expect(Object.keys(form)).toEqual(['name', 'description']);
    expect(first?.type).toBe('markdown');
    for (const { attributes, id, type } of fields) {
      expect(['dropdown', 'input', 'textarea']).toContain(type);
      expect(id).toMatch(/^[a-z]+$/);
      expect(attributes.label).toEqual(expect.any(String));
    }
    expect(new Set(fields.map(({ id }) => id)).size).toBe(fields.length);
  });

  it('warns of secrets before it asks, and sends vulnerabilities elsewhere', () => {
    expect(first?.attributes.value).toMatch(/^\*\*Paste no .*secret.*token/);
    expect(first?.attributes.value).toContain('(../security/policy)');
  });

  it('asks for package, its version and that of the API', () => {
    expect(fields.slice(0, 3).map(({ id }) => id)).toEqual(['package', 'version', 'api']);
  });

  it('asks what an error says of itself', () => {
    for (const word of ['operation', 'status', 'traceId', 'Node version'])
      expect(text.toLowerCase()).toContain(word.toLowerCase());
  });
});

describe('the packages of a form', () => {
  const names = PACKAGES.map((folder) => read(`packages/${folder}/package.json`)).map(
    (text) => (JSON.parse(text) as { readonly name: string }).name,
  );
  const optionsOf = (form: string): unknown => {
    const { body } = parse(read(join(FOLDER, form))) as { readonly body: readonly Field[] };
    return body.find(({ id }) => id === 'package')?.attributes.options;
  };

  it('are all, where a call fails', () => {
    expect(optionsOf('bug.yml')).toEqual([...names].sort());
  });

  it('are those with operations, where a fact is wrong', () => {
    expect(optionsOf('fact.yml')).toEqual(
      names.filter((name) => !/\/(?:core|sandbox)$/.test(name)).sort(),
    );
  });
});
