import { styleText } from 'node:util';

/** One line for people; in colour only where the terminal wants it. */
export const say = (text: string): void => console.log(text === '' ? '' : `  ${text}`);

export const title = (number: number, text: string): void => {
  console.log('');
  console.log(
    styleText('bold', `${number}  ${text}`, { validateStream: true, stream: process.stdout }),
  );
};

/** A token's value as one may show it: enough to tell two apart. */
export const masked = (fields: object): string =>
  JSON.stringify(fields, (key, value: unknown) =>
    key.endsWith('token') && typeof value === 'string'
      ? `${value.slice(0, 8)}…(${value.length} characters)`
      : value,
  );
