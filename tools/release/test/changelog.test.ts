import { expect, it } from 'vitest';
import { arranged, getDependencyReleaseLine, getReleaseLine, newestRelease } from '../changelog.ts';

const CHANGELOG = `# @acme/shop

## 0.2.0

### Minor Changes

- A client says that its version ends.
- \`@acme/shop/2026-07\`: the Shop API 2026-07, 116 operations.

  With a second paragraph.
- Tokens outlive a process.
- \`@acme/shop/2026-01\`: the Shop API 2026-01, 109 operations.

### Patch Changes

- Comes with \`@acme/core\` 0.2.0.

## 0.1.0

### Minor Changes

- Tokens.
- \`@acme/shop/2025-01\`: the Shop API 2025-01, 1 operation.
`;

it('names no commit, and keeps the lines of an entry together', () => {
  expect(getReleaseLine({ summary: 'One,\ntwo.\n\n- three\n' })).toBe(
    '- One,\n  two.\n\n  - three',
  );
});

it('says in one line what comes with a release', () => {
  const dependencies = [
    { name: '@acme/core', newVersion: '0.2.0' },
    { name: '@acme/words', newVersion: '1.0.0' },
  ];
  expect(getDependencyReleaseLine([{ summary: 'a' }, { summary: 'b' }], dependencies)).toBe(
    '- Comes with `@acme/core` 0.2.0, `@acme/words` 1.0.0.',
  );
  expect(getDependencyReleaseLine([], [])).toBe('');
});

it('puts the subpaths of the newest release first, by version, and leaves older releases alone', () => {
  expect(arranged(CHANGELOG)).toBe(`# @acme/shop

## 0.2.0

### Minor Changes

- \`@acme/shop/2026-01\`: the Shop API 2026-01, 109 operations.
- \`@acme/shop/2026-07\`: the Shop API 2026-07, 116 operations.

  With a second paragraph.
- A client says that its version ends.
- Tokens outlive a process.

### Patch Changes

- Comes with \`@acme/core\` 0.2.0.

## 0.1.0

### Minor Changes

- Tokens.
- \`@acme/shop/2025-01\`: the Shop API 2025-01, 1 operation.
`);
});

it('changes nothing a second time, nor in a changelog without a release', () => {
  expect(arranged(arranged(CHANGELOG))).toBe(arranged(CHANGELOG));
  expect(arranged('# @acme/shop\n')).toBe('# @acme/shop\n');
});

it('reads the newest release for a page of its own', () => {
  const page = newestRelease(CHANGELOG);
  expect(page).toMatch(/^### Minor Changes\n/);
  expect(page).toMatch(/`@acme\/core` 0\.2\.0\.$/);
  expect(page).not.toContain('2025-01');
});
