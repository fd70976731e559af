/** Paths that pages of the vendor call and no document has, each with the documented one that answers it. */
const ALIASES: ReadonlyMap<string, string> = new Map([
  // The first call of the authentication guide; docs/facts.md, Versions.
  ['/2020-10/advertisers/me', '/2021-04/advertisers/me'],
]);

export function documentedPath(path: string): string {
  return ALIASES.get(path) ?? path;
}
