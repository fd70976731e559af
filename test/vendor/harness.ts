/** Something that holds, and its proof. */
export interface Fact {
  /** As a sentence about the import. */
  readonly what: string;
  readonly prove: () => Promise<void> | void;
}

export interface Sum {
  readonly passed: number;
  readonly failed: number;
}

/** Proves facts one after the other, each on what the ones before it have left. */
export const proveAll = async (facts: readonly Fact[]): Promise<Sum> => {
  let failed = 0;
  for (const { prove, what } of facts) {
    const startedAt = performance.now();
    const error = await Promise.resolve()
      .then(prove)
      .then(
        () => undefined,
        (reason: unknown) => reason ?? 'no reason',
      );
    const seconds = ((performance.now() - startedAt) / 1000).toFixed(1);
    console.log(`${error === undefined ? 'passed' : 'FAILED'}  ${seconds.padStart(5)} s  ${what}`);
    if (error === undefined) continue;
    failed += 1;
    console.log(error instanceof Error ? error.message : String(error));
  }
  return { passed: facts.length - failed, failed };
};
