/*
 * The compiler's errors of a program beside what a migration guide says of them.
 */

export interface CompileError {
  /** As the compiler prints it. */
  readonly text: string;
  readonly line: number;
  readonly message: string;
}

/** The errors in what `tsc --pretty false` printed. */
export const compileErrors = (output: string): CompileError[] =>
  [...output.matchAll(/^\S+\((\d+),\d+\): error TS\d+: (.*)$/gm)].map(
    ([text, line, message = '']) => ({ text, line: Number(line), message }),
  );

/** Methods of a client that a program calls: `balance.getBalanceHistory`. */
export const calledMethods = (program: string): string[] => [
  ...new Set([...program.matchAll(/\bclient\.(\w+\.\w+)\(/g)].map(([, method = '']) => method)),
];

/** What a guide says, under "What breaks", of an error in a program that calls these methods. */
export const guideLines = (
  guide: string,
  { message }: CompileError,
  methods: readonly string[],
): string[] => {
  const breaks = guide.split(/^## /m).find((part) => part.startsWith('What breaks')) ?? '';
  const named = new Set(
    [...message.matchAll(/'([^']+)'/g)].flatMap(([, text = '']) => text.split(/\W+/)),
  );
  return breaks
    .split('\n')
    .filter((line) => line.startsWith('- `'))
    .filter((line) => {
      const tokens = [...line.matchAll(/`([^`]+)`/g)].map(([, token = '']) => token);
      return named.has(memberOf(line, tokens)) && tokens.some((token) => methods.includes(token));
    });
};

const memberOf = (line: string, [subject = '']: readonly string[]): string =>
  /, (?:parameter|answer) `(\w+)`/.exec(line)?.[1] ?? subject.split('.').at(-1) ?? '';
