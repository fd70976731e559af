import { isMap, isScalar, isSeq, Lexer, parseDocument } from 'yaml';
import { isObject, type Json, type JsonObject } from '../document.ts';
import { SpecError } from '../errors.ts';

/*
 * Reads a text of unknown origin in linear time: parseYaml is for documents that were imported, as
 * its search for duplicate keys and its messages take quadratic time.
 */

const DEEPEST = 128;
// Several times the largest known document.
const MOST_NODES = 250_000;
const MOST_LEXEMES = 300_000;

/** Reads JSON (what begins with a brace) or YAML, strictly: each key once, no aliases, one object. */
export const parseText = (text: string, name: string): JsonObject => {
  const start = text.trimStart().slice(0, 1);
  if (start === '') throw new SpecError(`${name} is empty; fetch it again.`);
  if (start === '<')
    throw new SpecError(`${name} is a page (HTML or XML), no document; name its raw JSON or YAML.`);
  const document = start === '{' ? parseJson(text, name) : parseYamlText(text, name);
  if (!isObject(document))
    throw new SpecError(`${name} holds no object, so it is no OpenAPI document; look what it is.`);
  checkValue(document, `${name}#`);
  return document;
};

const parseJson = (text: string, name: string): Json => {
  try {
    checkJson(text, name);
    return JSON.parse(text) as Json;
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error;
    throw new SpecError(`${name} begins as JSON but is none: ${error.message}; correct it.`);
  }
};

/** One pass without recursion, before anything is built. */
const checkJson = (text: string, name: string): void => {
  // Each object and list that is open.
  const open: { readonly keys: Set<string>; key: string }[] = [];
  let nodes = 1;
  for (let at = 0; at < text.length; at += 1) {
    const char = text[at];
    if (char === '{' || char === '[') open.push({ keys: new Set(), key: '-' });
    else if (char === '}' || char === ']') open.pop();
    else if (char === '"') {
      const start = at;
      at = endOfString(text, start);
      if (at === text.length) break;
      const frame = open.at(-1);
      if (frame && isKey(text, at)) {
        frame.key = JSON.parse(text.slice(start, at + 1)) as string;
        if (frame.keys.has(frame.key))
          throw twice(`${name}#/${open.map(({ key }) => key).join('/')}`);
        frame.keys.add(frame.key);
      }
    }
    if (char === '{' || char === '[' || char === ',') nodes += 1;
    if (open.length > DEEPEST) throw tooDeep(name);
    if (nodes > MOST_NODES) throw tooMany(name);
  }
  if (open.length > 0) throw cutOff(name, `objects and lists still open: ${open.length}`);
};

const endOfString = (text: string, start: number): number => {
  for (let end = text.indexOf('"', start + 1); end !== -1; end = text.indexOf('"', end + 1)) {
    let slashes = 0;
    while (text[end - 1 - slashes] === '\\') slashes += 1;
    if (slashes % 2 === 0) return end;
  }
  return text.length;
};

const isKey = (text: string, end: number): boolean => {
  COLON.lastIndex = end + 1;
  return COLON.test(text);
};

const COLON = /\s*:/y;

const parseYamlText = (text: string, name: string): Json => {
  let lexemes = 0;
  for (const _ of new Lexer().lex(text)) {
    lexemes += 1;
    if (lexemes > MOST_LEXEMES) throw tooMany(name);
  }
  // Duplicate keys are found below, and its pretty messages copy a line for each error.
  const yaml = parseDocument(text, { prettyErrors: false, stringKeys: true, uniqueKeys: false });
  const fault = yaml.errors[0] ?? yaml.warnings[0];
  if (fault) {
    if (fault.code === 'RESOURCE_EXHAUSTION') throw tooDeep(name);
    const [start] = fault.pos;
    if (start >= text.trimEnd().length) throw cutOff(name, fault.message);
    const line = text.slice(0, start).split('\n').length;
    throw new SpecError(`${name}, line ${line} is no clean YAML: ${fault.message}; correct it.`);
  }
  checkNode(yaml.contents, `${name}#`, 1);
  return yaml.toJS({ maxAliasCount: 0 }) as Json;
};

const checkNode = (node: unknown, place: string, depth: number): void => {
  if (depth > DEEPEST) throw tooDeep(place.slice(0, place.indexOf('#')));
  if (isSeq(node)) for (const item of node.items) checkNode(item, `${place}/-`, depth + 1);
  else if (isMap(node)) {
    const keys = new Set<string>();
    for (const { key, value } of node.items) {
      const text = isScalar(key) ? String(key.value) : '';
      if (keys.has(text)) throw twice(`${place}/${text}`);
      keys.add(text);
      checkNode(value, `${place}/${text}`, depth + 1);
    }
  } else if (node !== null && !isScalar(node))
    throw new SpecError(`${place} is a YAML alias; write the value out.`);
};

/** What code, or another reader of the file that we write, would take for something else. */
const checkValue = (node: Json, place: string): void => {
  if (typeof node === 'number' && !Number.isFinite(node))
    throw new SpecError(`${place} is no finite number; correct it.`);
  if (typeof node === 'string' && /\p{Cs}/u.test(node))
    throw new SpecError(`${place} holds half a character (a lone surrogate); correct it.`);
  if (typeof node !== 'object' || node === null) return;
  if (Object.hasOwn(node, '__proto__'))
    throw new SpecError(`${place} has a key __proto__, which no document needs; take it out.`);
  for (const [key, value] of Object.entries(node)) {
    checkValue(key, place);
    checkValue(value as Json, `${place}/${key}`);
  }
};

const twice = (place: string): SpecError =>
  new SpecError(`${place} stands twice (keys are unique); take one out.`);

const tooDeep = (name: string): SpecError =>
  new SpecError(`${name} is nested deeper than ${DEEPEST} levels; no document of an API is.`);

const tooMany = (name: string): SpecError =>
  new SpecError(`${name} has too many values; no document of an API has as many.`);

const cutOff = (name: string, why: string): SpecError =>
  new SpecError(`${name} seems cut off (${why}); fetch it again, or correct its end.`);
