import { describe, expect, it } from 'vitest';

describe('a version that does not exist', () => {
  it.each(['@criteo-sdk/retailmedia/2099-01', '@criteo-sdk/marketing/2020-10'])(
    '%s cannot be imported, and Node names it',
    async (entry) => {
      const [, , version] = entry.split('/');
      await expect(import(/* @vite-ignore */ entry)).rejects.toThrow(
        new RegExp(`${version}|is not exported`),
      );
    },
  );
});
