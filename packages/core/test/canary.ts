import { inspect } from 'node:util';

/*
 * Secrets are looked for in every form in which an error can be printed.
 */

/** A secret as it is, and as it may be encoded. */
export const formsOf = (secret: string): string[] => [
  secret,
  encodeURIComponent(secret),
  new URLSearchParams({ s: secret }).toString().slice(2),
  Buffer.from(secret).toString('base64'),
  Buffer.from(secret).toString('base64url'),
  JSON.stringify(secret).slice(1, -1),
];

const causes = (error: unknown): unknown[] =>
  error instanceof Error ? [error, ...causes(error.cause)] : [];

const safely = (print: () => string | undefined): string => {
  try {
    return print() ?? '';
  } catch {
    return '';
  }
};

/** Everything that a program could print of an error, by the name of the way. */
export const sinks = (error: unknown, log: readonly string[]): Record<string, string> => ({
  message: String((error as Error).message),
  stack: String((error as Error).stack),
  json: safely(() => JSON.stringify(error)),
  inspect: inspect(error, { showHidden: true, depth: 9, maxStringLength: null }),
  entries: safely(() => inspect(Object.entries(error as object), { depth: 9 })),
  ownProperties: Object.getOwnPropertyNames(error)
    .map((name) => inspect(Reflect.get(error as object, name), { depth: 9 }))
    .join('\n'),
  causes: causes(error)
    .map((cause) => inspect(cause, { depth: 9 }))
    .join('\n'),
  string: String(error),
  log: log.join('\n'),
});

/** The ways by which one of these secrets gets out. */
export const leaks = (printed: Record<string, string>, secrets: readonly string[]): string[] =>
  Object.entries(printed).flatMap(([sink, text]) =>
    secrets.flatMap((secret) =>
      formsOf(secret)
        .filter((form) => text.includes(form))
        .map(() => sink),
    ),
  );
