import { isDeepStrictEqual } from 'node:util';
import { isObject, type Json, type JsonObject } from '../../tools/spec/document.ts';
import { isModel } from '../../tools/spec/generate/shape.ts';
import { objectAt, type Path, pointer, valueAt } from './change.ts';
import type { Mutant } from './mutants.ts';

/** Why a change may stay without a trace in the SDK. */
export interface Reason {
  readonly name: string;
  readonly why: string;
  explains(mutant: Mutant, document: JsonObject): boolean;
}

export const REASONS: readonly Reason[] = [
  {
    name: 'title and hosts',
    why: 'The vendor file and the folder tell them.',
    explains: ({ kind }) => kind === 'info, servers, tags',
  },
  {
    name: 'tags',
    why: 'Groups are ours (x-group).',
    explains: ({ kind }) => kind === 'tag',
  },
  {
    name: 'security schemes',
    why: 'Core has one way to authorize, whatever the scheme is called; its addresses stand with the product.',
    explains: ({ kind, at, what }) =>
      kind === 'security scheme' ||
      (kind === 'security' && at.at(-3) === 'security' && what.startsWith('renamed')),
  },
  {
    name: 'security that no operation takes from the document',
    why: 'Each operation has its own.',
    explains: ({ at }, document) =>
      at[0] === 'security' && operationsOf(document).every(({ security }) => security),
  },
  {
    name: 'security that the document repeats',
    why: 'Without it the operation takes the same from the document.',
    explains: ({ kind, at, what }, document) =>
      kind === 'security' &&
      what === 'removed' &&
      isDeepStrictEqual(valueAt(document, at), document.security),
  },
  {
    name: 'headers of an answer',
    why: 'withResponse() gives all of them, whether the document lists them or not.',
    explains: ({ kind }) => kind === 'header of an answer',
  },
  {
    name: 'bodies of errors',
    why: 'An ApiError holds problems, not a body: what a body may be stands in models alone.',
    explains: ({ kind, at }, document) => {
      const answer = answerOf(at);
      if (answer) return !isSuccess(answer.status) && answer.inner[0] === 'content';
      return kind === 'nullable' && at.length === 4 && isErrorOnly(document, at.slice(0, 3));
    },
  },
  {
    name: 'media types of JSON and XML',
    why: 'Core asks for application/json first, declared or not; for XML and pages where they are files.',
    explains: ({ kind, at, what }) => {
      const isOther = what === 'removed' || what.endsWith('+json');
      return (
        kind === 'media type of an answer' &&
        isOther &&
        /^application\/json$|html$|xml$/.test(String(at.at(-1)))
      );
    },
  },
  {
    name: 'answers under other media types',
    why: 'The result is what application/json holds, or the first media type if that is not listed.',
    explains: ({ at }, document) => {
      const { inner = [] } = answerOf(at) ?? {};
      const used = usedType(document, at.slice(0, 6), []);
      return inner[0] === 'content' && inner.length > 2 && inner[1] !== used;
    },
  },
  {
    name: 'format and type of a file',
    why: 'Bytes are bytes: one answer of format binary, or our x-response-kind, says so.',
    explains: ({ at }, document) => {
      const { inner = [], status } = answerOf(at) ?? {};
      const schema = objectAt(document, at.slice(0, -1));
      return isSuccess(status) && inner.length === 4 && schema.format === 'binary';
    },
  },
  {
    name: 'bodies under other media types',
    why: 'One media type is sent: JSON before forms.',
    explains: ({ at }, document) => {
      const [part, content, type] = at.slice(3);
      if (part !== 'requestBody' || content !== 'content') return false;
      return type !== usedType(document, at.slice(0, 5), FORMS);
    },
  },
  {
    name: 'a form as a whole',
    why: 'Its fields are parameters of the operation: they say what is required, and are read-only there.',
    explains: ({ kind, at }, document) => {
      if (at[3] !== 'requestBody') return false;
      const isForm = FORMS.includes(usedType(document, [...at.slice(0, 4), 'content'], FORMS));
      const isWhole = at.length === 8 && OF_A_FORM.includes(kind);
      return isForm && (kind === 'body required' || kind === 'readOnly' || isWhole);
    },
  },
  {
    name: 'null beside a grant',
    why: 'x-grants says what grant_type is.',
    explains: ({ kind, at }) => kind === 'nullable' && at.at(-2) === 'grant_type',
  },
  {
    name: 'required parameters of a path',
    why: 'OpenAPI 3.0 knows no others.',
    explains: ({ kind, at }, document) =>
      kind === 'parameter required' && objectAt(document, at.slice(0, -1)).in === 'path',
  },
  {
    name: 'type of an object with properties',
    why: 'Its properties say that it is one.',
    explains: ({ kind, at }, document) =>
      kind === 'type' && isObject(ownerOf(document, at).properties),
  },
  {
    name: 'type beside what combines schemas',
    why: 'The members say what it is.',
    explains: ({ kind, at }, document) =>
      kind === 'type' && Array.isArray(ownerOf(document, at).allOf),
  },
  {
    name: 'type of an enum',
    why: 'Its members say what they are.',
    explains: ({ kind, at }, document) =>
      kind === 'type' && Array.isArray(ownerOf(document, at).enum),
  },
  {
    name: 'integer or number of a format',
    why: 'Both are number, and the format says which: int32.',
    explains: ({ kind, at, what }, document) =>
      isNumberToNumber(kind, what, ownerOf(document, at)) &&
      typeof ownerOf(document, at).format === 'string',
  },
  {
    name: 'format double',
    why: 'That is what every number of JavaScript is.',
    explains: ({ kind, at }, document) =>
      kind === 'format' && ownerOf(document, at).format === 'double',
  },
  {
    name: 'null beside everything',
    why: 'unknown takes it, too.',
    explains: ({ kind, at }, document) =>
      kind === 'nullable' && Object.keys(ownerOf(document, at)).length === 0,
  },
  {
    name: 'keys that are not named',
    why: 'Types of TypeScript let them be; that they may come is said by true and {}, and where no key is named.',
    explains: ({ kind, at, what }, document) => {
      if (kind !== 'additionalProperties') return false;
      const { additionalProperties: before, properties } = ownerOf(document, at);
      if (isObject(before)) return what === 'set to true' && Object.keys(before).length === 0;
      return before === undefined && (what === 'set to false' || !isObject(properties));
    },
  },
  {
    name: 'comments of fields without an interface',
    why: 'An object that has no name is written on one line, without comments.',
    explains: ({ kind, at, what }, document) =>
      isInline(at) &&
      (OF_A_COMMENT.includes(kind) || isNumberToNumber(kind, what, ownerOf(document, at))),
  },
  {
    name: 'names of what is written in place',
    why: 'A schema without fields becomes no type of its own: its name and its own comment stand nowhere.',
    explains: ({ kind, at }, document) =>
      (kind === 'name of a schema' || kind === 'schema deprecated') &&
      at.length === 4 &&
      !isModel(ownerOf(document, at)),
  },
];

const OF_A_FORM = ['additionalProperties', 'nullable'];
const OF_A_COMMENT = ['format', 'schema deprecated', 'schema description'];
const FORMS = ['application/x-www-form-urlencoded', 'multipart/form-data'];

/** From integer to number, or back: a comment says which, the type is number. */
const isNumberToNumber = (kind: string, what: string, { type }: JsonObject): boolean =>
  kind === 'type' &&
  /^set to "(?:integer|number)"$/.test(what) &&
  (type === 'integer' || type === 'number');

const ownerOf = (document: JsonObject, at: Path): JsonObject => objectAt(document, at.slice(0, -1));

const operationsOf = (document: JsonObject): JsonObject[] =>
  Object.values(objectAt(document, ['paths'])).flatMap((item) =>
    isObject(item) ? Object.values(item).filter(isObject) : [],
  );

const isSuccess = (status: number | string | undefined): boolean => String(status).startsWith('2');

/** The answer that a place is in, and the way from there. */
const answerOf = (at: Path): { status: string; inner: Path } | undefined => {
  const [top, , , part, status, ...inner] = at;
  return top === 'paths' && part === 'responses' ? { status: String(status), inner } : undefined;
};

/** The media type of a `content` that the SDK reads: JSON, then those given, then the first. */
const usedType = (document: JsonObject, content: Path, next: readonly string[]): string => {
  const types = Object.keys(objectAt(document, content));
  const wanted = ['application/json', ...next].find((type) => types.includes(type));
  return wanted ?? types[0] ?? '';
};

/** Is a schema named by error answers and by nothing else? */
const isErrorOnly = (document: JsonObject, at: Path): boolean =>
  refsTo(document, `#${pointer(at)}`).every((place) => {
    const answer = answerOf(place);
    return answer !== undefined && !isSuccess(answer.status);
  });

const refsTo = (node: Json, ref: string, at: Path = []): Path[] => {
  if (typeof node !== 'object' || node === null) return node === ref ? [at] : [];
  return Object.entries(node).flatMap(([key, child]) => refsTo(child, ref, [...at, key]));
};

/** Is it about a field of an object that is itself the value of a field? */
const isInline = (at: Path): boolean =>
  at[0] === 'components' && at.slice(5, -2).includes('properties');
