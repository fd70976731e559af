/** What the rows of the matrix share: the packed packages, and where they may work. */
export interface Context {
  /** Package name to its tarball, an absolute path. */
  readonly tarballs: Readonly<Record<string, string>>;
  /** A new empty folder outside the tree, removed at the end. */
  readonly folder: (name: string) => string;
  /** A folder with all packages installed by npm, shared: rows add files of their own names to it. */
  readonly installed: string;
  /** The node_modules of test/consumers. */
  readonly tools: string;
}

/** One line of the table. */
export interface Outcome {
  /** As the tool itself says it. */
  readonly version: string;
  /** What ran, in a few words. */
  readonly ran: string;
}

/** One consumer. It throws if it does not work, with what was printed. */
export interface Row {
  /** Unique; `--only` takes it or its beginning. */
  readonly name: string;
  readonly run: (context: Context) => Promise<Outcome>;
}
