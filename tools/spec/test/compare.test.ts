import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { compare } from '../compare/compare.ts';
import { diff, rawModel } from '../compare/diff.ts';
import type { JsonObject } from '../document.ts';
import { readModel } from '../model.ts';
import { ROOT } from '../registry.ts';
import {
  answer,
  bodyOf,
  boolean,
  documentOf,
  getting,
  model,
  operation,
  received,
  ref,
  response,
  responsesOf,
  text,
} from './pairs/build.ts';
import * as tiny from './tiny.ts';

/* What several changes mean together. Single ones stand in pairs/. */

const told = (old: JsonObject, fresh: JsonObject): string[] =>
  compare(rawModel(old), rawModel(fresh), 'made').findings.map(
    ({ kind, level, message }) => `${level} ${kind} ${message}`,
  );

const only = (...values: boolean[]): JsonObject =>
  received(model({ a: { type: 'boolean', enum: values } }));

describe('a boolean', () => {
  const any = received(model({ a: boolean }));

  it.each([
    ['of one value takes the other, too', only(true), any, 'major enum-removed'],
    ['loses a value', any, only(true), 'major type-changed'],
    ['of both values is any', only(true), only(true, false), 'major enum-removed'],
    ['that is any lists both values', any, only(true, false), 'patch other-changed'],
  ])('%s', (_, old, fresh, expected) => {
    const findings = told(old, fresh);
    expect(findings).toHaveLength(1);
    expect(findings[0]).toMatch(new RegExp(`^${expected} `));
  });
});

describe('operations without operationId', () => {
  it('are not the same at another path', () => {
    const at = (path: string): JsonObject => documentOf({ [path]: { get: { responses: {} } } });
    expect(told(at('/a'), at('/b')).map((one) => one.split(' ')[1])).toEqual([
      'operation-removed',
      'operation-added',
    ]);
  });
});

describe('facts of ours', () => {
  const listing = tiny.answering(
    { type: 'object' },
    {
      'x-paging': { style: 'offset', total: 'meta.count' },
      parameters: ['offset', 'limit'].map((name) => ({ in: 'query', name, schema: {} })),
    },
  );
  const findingsOf = (old: JsonObject, fresh: JsonObject): string[] =>
    compare(readModel(old), readModel(fresh), 'made').findings.map(({ message }) => message);

  it('are told where a list pages otherwise', () => {
    const otherwise = { ...listing, 'x-paging': { style: 'offset' } };
    expect(findingsOf(tiny.documentOf(listing), tiny.documentOf(otherwise))).toEqual([
      expect.stringMatching(/Paging is "style offset"; it was "style offset, total meta.count"/),
    ]);
  });

  it.each([
    ['a read becomes a write', { 'x-read': true }, {}, '"within 10 s"; it was "always'],
    ['a write becomes a read', {}, { 'x-read': true }, '"always, since it only reads"; it was "w'],
    [
      'a read may no more be repeated',
      { 'x-read': true },
      { 'x-safe-to-retry': false },
      '"never"; it',
    ],
    [
      'a write may no more be repeated',
      {},
      { 'x-safe-to-retry': false },
      '"never"; it was "within',
    ],
  ])('are told where %s', (_, old, fresh, told) => {
    const posting = (facts: JsonObject): JsonObject =>
      tiny.documentWith({ '/thing': { post: tiny.operation(facts) } });
    const findings = findingsOf(posting(old), posting(fresh));
    expect(findings).toHaveLength(1);
    expect(findings[0]).toContain(`Repeating a call after an unclear failure is ${told}`);
  });

  it('are told where a job is asked for otherwise', () => {
    const jobs = (output: string): JsonObject => {
      const id = { name: 'jobId', in: 'path', required: true, schema: { type: 'string' } };
      const step = (name: string, role: string, schema: JsonObject): JsonObject =>
        tiny.answering(schema, { 'x-name': name, 'x-job': { role }, parameters: [id] });
      const file = { type: 'string', format: 'binary' };
      const job = { role: 'create', status: 'getStatus', output };
      return tiny.documentWith({
        '/jobs': { post: tiny.answering({ type: 'object' }, { 'x-name': 'create', 'x-job': job }) },
        '/jobs/{jobId}/a': { get: step('getStatus', 'status', { type: 'object' }) },
        '/jobs/{jobId}/b': { get: step('getFile', 'output', file) },
        '/jobs/{jobId}/c': { get: step('getOther', 'output', file) },
      });
    };
    expect(findingsOf(jobs('getFile'), jobs('getFile'))).toEqual([]);
    expect(findingsOf(jobs('getFile'), jobs('getOther'))).toEqual([
      expect.stringMatching(/The job that it creates is .*getOther.* it was .*getFile/),
    ]);
    expect(findingsOf(jobs('getFile'), jobs('gone'))).toHaveLength(1);
  });
});

describe('an alias', () => {
  const withBoth = (sent: string, received: string, schemas: JsonObject): JsonObject =>
    documentOf(
      {
        '/things': {
          get: operation('GetThings', answer(ref(received))),
          post: operation('CreateThing', bodyOf(ref(sent))),
        },
      },
      schemas,
    );
  const own = model({ x: text });
  const more = model({ x: text, z: text }, 'z');

  it('has to be sent and received as the old type was, wherever its new one stands', () => {
    expect(
      told(withBoth('A', 'A', { A: own }), withBoth('B', 'A2', { A2: more, B: own })),
    ).toContain('major required-key-added `A.z` is new and required.');
  });
});

describe('a type that gets the name of its alias again', () => {
  it('is told once', () => {
    const B = { ...model({ x: text, y: text }), 'x-aliases': ['A'] };
    expect(
      told(getting(answer(ref('B')), { B }), getting(answer(ref('A')), { A: model({ x: text }) })),
    ).toEqual([
      'major key-removed `B.y` is gone.',
      'minor type-aliased `B` is called `A` now; the old name is an alias.',
    ]);
    const A = { ...model({ x: text }), 'x-aliases': ['B'] };
    expect(told(getting(answer(ref('B')), { B }), getting(answer(ref('A')), { A }))).toHaveLength(
      2,
    );
  });
});

describe('bodies of errors', () => {
  const failing = (errors: Record<number, string>, schemas: JsonObject): JsonObject =>
    getting(
      responsesOf({
        204: response(),
        ...Object.fromEntries(
          Object.entries(errors).map(([status, name]) => [status, response(ref(name))]),
        ),
      }),
      schemas,
    );
  const [E1, E2] = [model({ a: text }), model({ b: text })];

  it('are not taken for one another when one of them goes', () => {
    expect(
      told(failing({ 400: 'E1', 404: 'E2' }, { E1, E2 }), failing({ 404: 'E2' }, { E2 })),
    ).toEqual([
      'major type-removed `E1` is gone.',
      'patch status-changed Statuses of answers: no longer with 400.',
    ]);
  });

  it('are recognised under a new name', () => {
    expect(told(failing({ 400: 'E1' }, { E1 }), failing({ 400: 'E9' }, { E9: E1 }))).toEqual([
      'minor type-aliased `E1` is called `E9` now; the old name is an alias.',
    ]);
  });

  it('say nothing of a type that stays for something else', () => {
    const thing = (error: string): JsonObject =>
      getting(responsesOf({ 200: response(ref('E1')), 400: response(ref(error)) }), { E1, E2 });
    expect(told(thing('E1'), thing('E2')).filter((one) => one.startsWith('major'))).toEqual([]);
  });
});

describe('a union beside properties', () => {
  const thing = (variant: string, own: JsonObject): JsonObject =>
    received(model({ a: { ...model(own), oneOf: [ref(variant), ref('Q')] } }), {
      [variant]: model({ x: text }),
      Q: model({ y: text }),
    });

  it('gets a key', () => {
    expect(told(thing('P', { k: text }), thing('P', { k: text, l: text }))).toEqual([
      'minor key-added `Thing.a.l` is new.',
    ]);
  });

  it('has a variant with another name', () => {
    expect(told(thing('P', { k: text }), thing('P2', { k: text }))).toEqual([
      'minor type-aliased `P` is called `P2` now; the old name is an alias.',
    ]);
  });
});

describe('a spec and the document that it was imported from', () => {
  it.each(['commercegrid/2026-07', 'marketingsolutions/2026-07'])('%s: none', async (name) => {
    const file = join(ROOT, 'specs', name, 'openapi.yaml');
    for (const [old, fresh] of [
      [name, file],
      [file, name],
    ] as const)
      expect((await diff(ROOT, old, fresh)).findings).toEqual([]);
  });
});
