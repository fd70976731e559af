import {
  answer,
  documentOf,
  getting,
  inPath,
  model,
  operation,
  query,
  received,
  ref,
  sent,
  taking,
  text,
} from './build.ts';
import type { Pair } from './pairs.ts';

const things = { get: operation('GetThings') };
const one = documentOf({ '/things': things });
const archive = operation('GetArchive');
const withArchive = documentOf({ '/things': things, '/things/archive': { get: archive } });
const Thing = model({ a: text });
const removed: readonly Pair[] = [
  {
    name: 'an operation goes with its path',
    family: 'F02',
    where: 'document',
    old: withArchive,
    new: one,
    bump: 'major',
    reverse: 'minor',
    why: 'its method is gone',
  },
  {
    name: 'one of two operations of a path goes',
    family: 'F02',
    where: 'document',
    old: documentOf({ '/things': { ...things, delete: operation('DeleteThings') } }),
    new: one,
    bump: 'major',
    reverse: 'minor',
    why: 'its method is gone, though the path stays',
  },
  {
    name: 'a path moves',
    family: 'F02',
    where: 'document',
    old: documentOf({ '/things': things }),
    new: documentOf({ '/shop/things': things }),
    bump: 'patch',
    reverse: 'patch',
    why: 'the same operationId is the same method; the path is in no type',
  },
  {
    name: 'the HTTP method changes',
    family: 'F02',
    where: 'document',
    old: documentOf({ '/things': { put: operation('ChangeThings') } }),
    new: documentOf({ '/things': { patch: operation('ChangeThings') } }),
    bump: 'patch',
    reverse: 'patch',
    why: 'matched by operationId: what is sent otherwise has the same types',
  },
  {
    name: 'one operation for another: new path, new operationId',
    family: 'F02',
    where: 'document',
    old: documentOf({ '/things': things }),
    new: documentOf({ '/archive': { get: archive } }),
    bump: 'major',
    reverse: 'major',
    why: 'nothing says that they are one: a method goes and another comes',
  },
  {
    name: 'an operationId moves to a new path, its old path gets a new one',
    family: 'F02',
    where: 'document',
    old: documentOf({ '/things': things }),
    new: documentOf({ '/things': { get: operation('GetThingsOld') }, '/new-things': things }),
    // Expected minor at first, as it compiles; but the calls would go elsewhere.
    bump: 'major',
    reverse: 'major',
    why: 'operations are matched by path first: a program that calls getThings would ask another resource',
  },
];

const added: readonly Pair[] = [
  {
    name: 'an operation comes on a new path',
    family: 'F03',
    where: 'document',
    old: one,
    new: withArchive,
    bump: 'minor',
    reverse: 'major',
    why: 'a new method',
  },
  {
    name: 'an operation comes on a path that there is',
    family: 'F03',
    where: 'document',
    old: one,
    new: documentOf({ '/things': { ...things, post: operation('CreateThing') } }),
    bump: 'minor',
    reverse: 'major',
    why: 'a new method',
  },
  {
    name: 'an operation comes with a schema of its own',
    family: 'F03',
    where: 'document',
    old: documentOf({ '/things': things }, { Thing }),
    new: documentOf(
      { '/things': things, '/thing': { get: operation('GetThing', answer(ref('Thing'))) } },
      { Thing },
    ),
    bump: 'minor',
    reverse: 'major',
    why: 'a new method and a new type, which was in the document before but in no operation',
  },
];

const deprecated = { deprecated: true };
const flags: readonly Pair[] = [
  {
    name: 'an operation becomes deprecated',
    family: 'F04',
    where: 'document',
    old: getting({}),
    new: getting(deprecated),
    bump: 'minor',
    reverse: 'patch',
    why: 'editors and linters show it from now on',
  },
  {
    name: 'a parameter becomes deprecated',
    family: 'F04',
    where: 'request',
    old: getting(taking(query('a'))),
    new: getting(taking(query('a', deprecated))),
    bump: 'patch',
    reverse: 'patch',
    why: 'flags of parameters move no type',
  },
  {
    name: 'a property of a body becomes deprecated',
    family: 'F04',
    where: 'request',
    old: sent(Thing),
    new: sent(model({ a: { ...text, ...deprecated } })),
    bump: 'patch',
    reverse: 'patch',
    why: 'flags of properties move no type',
  },
  {
    name: 'a property of an answer becomes deprecated',
    family: 'F04',
    where: 'response',
    old: received(Thing),
    new: received(model({ a: { ...text, ...deprecated } })),
    bump: 'patch',
    reverse: 'patch',
    why: 'flags of properties move no type',
  },
];

const naming: readonly Pair[] = [
  {
    name: 'an operationId changes',
    family: 'F05',
    where: 'document',
    old: documentOf({ '/things': { get: operation('GetThings') } }),
    new: documentOf({ '/things': { get: operation('ListThings') } }),
    bump: 'major',
    reverse: 'major',
    why: 'the method has another name',
  },
  {
    name: 'an operationId changes while a path parameter is spelled otherwise',
    family: 'F05',
    where: 'document',
    old: documentOf({
      '/things/{thing-id}': { get: operation('GetThing', taking(inPath('thing-id'))) },
    }),
    new: documentOf({
      '/things/{thingId}': { get: operation('ReadThing', taking(inPath('thingId'))) },
    }),
    bump: 'major',
    reverse: 'major',
    why: 'names in braces do not count in a path, so it is the same operation, renamed',
  },
  {
    name: 'the only tag changes',
    family: 'F06',
    where: 'document',
    old: getting({ tags: ['Thing'] }),
    new: getting({ tags: ['Article'] }),
    bump: 'major',
    reverse: 'major',
    why: 'the first tag names the group',
  },
  {
    name: 'the first of two tags goes',
    family: 'F06',
    where: 'document',
    old: getting({ tags: ['Thing', 'Article'] }),
    new: getting({ tags: ['Article'] }),
    bump: 'major',
    reverse: 'major',
    why: 'the first tag is another one',
  },
];

export const operations: readonly Pair[] = [...removed, ...added, ...flags, ...naming];
