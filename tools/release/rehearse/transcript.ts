/** What a rehearsal shows: its parts, what was run and printed, and each assertion with its outcome. */
export interface Transcript {
  readonly part: (title: string) => void;
  /** Something that was printed, indented. */
  readonly show: (text: string) => void;
  /** An assertion: it holds if this does not throw. */
  readonly check: (what: string, prove: () => void) => void;
  /** Something went wrong that leaves nothing to go on with. */
  readonly stop: (error: unknown) => void;
  /** Prints the sum; did every assertion hold? */
  readonly close: () => boolean;
}

export const startTranscript = (say: (line: string) => void): Transcript => {
  let passed = 0;
  let failed = 0;
  const fail = (what: string, error: unknown): void => {
    failed += 1;
    const message = error instanceof Error ? error.message : String(error);
    say(`  FAILED ${what}\n${indented(message)}`);
  };
  return {
    part: (title) => say(`\n=== ${title}`),
    show: (text) => say(indented(text)),
    check: (what, prove) => {
      try {
        prove();
        passed += 1;
        say(`  ok ${what}`);
      } catch (error) {
        fail(what, error);
      }
    },
    stop: (error) => fail('it could not go on', error),
    close: () => {
      say(`\n${passed} passed, ${failed} failed`);
      return failed === 0 && passed > 0;
    },
  };
};

const indented = (text: string): string => text.trimEnd().replace(/^(?=.)/gm, '    ');
