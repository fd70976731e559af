import type { Reporter, TestModule } from 'vitest/node';

/** Prints the sum as the last line: `N passed, N failed`. A file that could not run counts as one failure. */
export default class SumReporter implements Reporter {
  onTestRunEnd(modules: readonly TestModule[]): void {
    const tests = modules.flatMap((module) => [...module.children.allTests()]);
    const count = (state: string): number =>
      tests.filter((test) => test.result().state === state).length;
    const broken = modules.filter((module) => module.errors().length > 0).length;
    // After the other reporters, and after what they still write in this turn.
    process.once('exit', () =>
      console.log(`${count('passed')} passed, ${count('failed') + broken} failed`),
    );
  }
}
