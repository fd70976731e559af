import type { Answer } from './answer.ts';
import { BODIES } from './bodies.ts';
import { digestOf } from './digest.ts';
import { KINDS } from './kinds.ts';
import { markOf } from './marks.ts';
import type { Exchange } from './plan.ts';

/* What comes of a good answer. */

/** How it is refused for its body: another status may have brought that of an error. Undefined if it is a value. */
export const expectedRefusal = (
  { kind }: Pick<Exchange, 'kind'>,
  { body }: Pick<Answer, 'body'>,
): RegExp | undefined => {
  // An answer without content is an empty file, and no JSON.
  if (body === 'empty' && kind === 'fileJson')
    return /^ResponseError: .*: it is not complete JSON\./;
  if (body === 'problem' && kind === 'lineRows')
    return /^ResponseError: .*: it is one JSON object:/;
  if (body === 'problem' && kind === 'csvRows')
    return /^ResponseError: .*: in row 1: more text stands behind the closing quote of a value\./;
  // The one kind that reads no body takes a page of somebody in between, too.
  if (body === 'html' && kind !== 'remove')
    return /^ResponseError: .*: its content type is 'text\/html'\./;
  return undefined;
};

/** Of the first answer to a call; undefined where it is not what its kind of call expects. */
export const expectedDigest = ({ number, kind }: Exchange, answer: Answer): string | undefined => {
  const { body, gives } = KINDS[kind];
  if (answer.body !== body || answer.status === 205) return undefined;
  const { bytes } = BODIES[body](markOf({ call: number, attempt: 0 }));
  const text = bytes.toString('utf8');
  switch (gives) {
    case 'bytes':
      return digestOf(bytes);
    case 'json':
      return digestOf(JSON.parse(text));
    case 'nothing':
      return digestOf(undefined);
    case 'rows':
      return digestOf(body === 'csv' ? csvRows(text) : lineRows(text));
    case 'text':
      return digestOf(text);
  }
};

const lineRows = (text: string): unknown[] =>
  text
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line));

/** Of the one form that a good answer has. */
const csvRows = (text: string): unknown[] =>
  [...text.matchAll(/^(call-[\w-]+),"?(.*?)"?\r$/gm)].map(([, id, name]) => ({ id, name }));
