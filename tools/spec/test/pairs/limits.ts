import type { JsonObject } from '../../document.ts';
import {
  echoedProperty,
  errorProperty,
  inEach,
  integer,
  listOf,
  type Place,
  parameter,
  receivedItem,
  receivedProperty,
  sentItem,
  sentNested,
  sentProperty,
  text,
} from './build.ts';
import type { Pair } from './pairs.ts';

/** What a schema says beside its type, to be told in the notes of a version. */
const silent = (
  family: Pair['family'],
  name: string,
  old: JsonObject,
  next: JsonObject,
  places: readonly Place[],
): Pair[] =>
  inEach(places, {
    name,
    family,
    old,
    new: next,
    bump: 'patch',
    reverse: 'patch',
    why: 'formats, defaults and limits move no type; integer and number are `number`',
  });

const number = { type: 'number' };
const format = (format: string): JsonObject => ({ ...text, format });
const texts = listOf(text);

const formats: readonly Pair[] = [
  ...silent('F24', 'an integer becomes a number', integer, number, [parameter, receivedProperty]),
  ...silent(
    'F24',
    'an integer is wider',
    { ...integer, format: 'int32' },
    { ...integer, format: 'int64' },
    [sentNested, receivedItem],
  ),
  ...silent('F24', 'a string becomes a time', text, format('date-time'), [parameter]),
];

const defaults: readonly Pair[] = [
  ...silent('F23', 'a default comes', integer, { ...integer, default: 10 }, [
    sentProperty,
    receivedProperty,
  ]),
  // Found beside oasdiff: false was taken for none.
  ...silent(
    'F23',
    'a default of false goes',
    { type: 'boolean', default: false },
    { type: 'boolean' },
    [parameter, sentProperty],
  ),
  ...silent(
    'F23',
    'a default is another one',
    { ...text, default: 'a' },
    { ...text, default: 'b' },
    [parameter],
  ),
];

const constraints: readonly Pair[] = [
  ...silent('F25', 'a least value comes', integer, { ...integer, minimum: 1 }, [
    parameter,
    echoedProperty,
  ]),
  ...silent(
    'F25',
    'a greatest value rises',
    { ...integer, maximum: 10 },
    { ...integer, maximum: 100 },
    [errorProperty],
  ),
  ...silent('F25', 'a longest length comes', text, { ...text, maxLength: 10 }, [sentItem]),
  ...silent('F25', 'a pattern comes', text, { ...text, pattern: '^a' }, [sentProperty]),
  ...silent('F25', 'most items come', texts, { ...texts, maxItems: 10 }, [parameter]),
  ...silent('F25', 'items differ', texts, { ...texts, uniqueItems: true }, [receivedProperty]),
];

export const limits: readonly Pair[] = [...formats, ...defaults, ...constraints];
