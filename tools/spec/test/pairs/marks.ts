import {
  echoedProperty,
  inEach,
  model,
  receivedProperty,
  sentNested,
  sentProperty,
  text,
} from './build.ts';
import type { Pair } from './pairs.ts';

const plain = model({ a: text });
const needed = model({ a: text }, 'a');
const readOnly = { ...text, readOnly: true };
const writeOnly = { ...text, writeOnly: true };
const MARK = 'the mark alone is not counted as a move of the type';

export const marks: readonly Pair[] = [
  ...inEach([sentProperty, echoedProperty], {
    name: 'an optional key becomes read-only',
    family: 'F19',
    old: plain,
    new: model({ a: readOnly }),
    bump: 'patch',
    reverse: 'patch',
    why: MARK,
  }),
  ...inEach([receivedProperty], {
    name: 'a required key becomes write-only',
    family: 'F19',
    old: needed,
    new: model({ a: writeOnly }, 'a'),
    bump: 'patch',
    reverse: 'patch',
    why: MARK,
  }),
  ...inEach([sentNested], {
    name: 'a required key becomes read-only',
    family: 'F19',
    old: needed,
    new: model({ a: readOnly }, 'a'),
    bump: 'minor',
    reverse: 'major',
    why: 'read-only and required means required in answers: in a body it becomes optional',
  }),
  ...inEach([receivedProperty], {
    name: 'a required key becomes read-only',
    family: 'F19',
    old: needed,
    new: model({ a: readOnly }, 'a'),
    bump: 'patch',
    reverse: 'patch',
    why: 'in answers it stays required',
  }),
  ...inEach([echoedProperty], {
    name: 'a required key becomes read-only',
    family: 'F19',
    old: needed,
    new: model({ a: readOnly }, 'a'),
    bump: 'major',
    reverse: 'major',
    why: 'one type for both ways: it becomes optional, so who reads must expect undefined',
  }),
  ...inEach([sentProperty], {
    name: 'a read-only key becomes required',
    family: 'F19',
    old: model({ a: readOnly }),
    new: model({ a: readOnly }, 'a'),
    bump: 'none',
    reverse: 'none',
    why: 'read-only and required means required in answers: a body knows nothing of it',
  }),
  ...inEach([receivedProperty], {
    name: 'a read-only key becomes required',
    family: 'F19',
    old: model({ a: readOnly }),
    new: model({ a: readOnly }, 'a'),
    bump: 'minor',
    reverse: 'major',
    why: 'who reads need not expect undefined any more; back, must again',
  }),
];
