import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type JsonObject, parseYaml } from '../document.ts';
import { applyOverlay, checkRights, type OverlayAction, readOverlay } from '../overlay.ts';

const update = (target: string, value: OverlayAction['update']): OverlayAction => ({
  target,
  description: 'A reason.',
  update: value ?? null,
});
const remove = (target: string): OverlayAction => ({
  target,
  description: 'A reason.',
  remove: true,
});

describe('applying', () => {
  it('merges an object, deeply', () => {
    const document = { info: { title: 'Old', license: { name: 'None' } } };
    expect(
      applyOverlay(document, [update('$.info', { title: 'New', license: { url: '/l' }, more: 1 })]),
    ).toEqual({ info: { title: 'New', license: { name: 'None', url: '/l' }, more: 1 } });
  });

  it('appends one entry to an array', () => {
    expect(applyOverlay({ tags: ['a'] }, [update('$.tags', 'b')])).toEqual({ tags: ['a', 'b'] });
    expect(applyOverlay({ tags: [['a']] }, [update('$.tags', ['b'])])).toEqual({
      tags: [['a'], ['b']],
    });
  });

  it('appends to an array inside a merged object', () => {
    expect(applyOverlay({ a: { tags: [1] } }, [update('$.a', { tags: [2, 3] })])).toEqual({
      a: { tags: [1, 2, 3] },
    });
  });

  it('replaces a scalar, and what has another shape', () => {
    const document = { a: { x: 1, y: [1] }, b: 'text' };
    expect(
      applyOverlay(document, [update('$.a', { x: { z: 1 }, y: null }), update('$.b', 'new')]),
    ).toEqual({ a: { x: { z: 1 }, y: null }, b: 'new' });
  });

  it('updates every match', () => {
    const document = { paths: { '/a': { get: {} }, '/b': { get: {}, post: {} } } };
    expect(applyOverlay(document, [update('$.paths.*.get', { deprecated: true })])).toEqual({
      paths: { '/a': { get: { deprecated: true } }, '/b': { get: { deprecated: true }, post: {} } },
    });
  });

  it('removes a member', () => {
    expect(applyOverlay({ a: { b: 1, c: 2 } }, [remove('$.a.b')])).toEqual({ a: { c: 2 } });
  });

  it('removes every element that matches, neighbours too', () => {
    const document = { parameters: [{ in: 'header' }, { in: 'header' }, { in: 'query' }] };
    expect(applyOverlay(document, [remove("$.parameters[?@.in=='header']")])).toEqual({
      parameters: [{ in: 'query' }],
    });
  });

  it('removes a match inside another match', () => {
    expect(applyOverlay({ a: { x: { x: 1 } }, b: 2 }, [remove('$..x')])).toEqual({ a: {}, b: 2 });
  });

  it('applies the actions in order', () => {
    expect(applyOverlay({ a: { b: 1 } }, [remove('$.a.b'), update('$.a', { b: 2 })])).toEqual({
      a: { b: 2 },
    });
  });

  it('leaves the given document as it was', () => {
    const document = { a: { b: [1] } };
    applyOverlay(document, [update('$.a.b', 2), update('$.a', { c: 3 })]);
    expect(document).toEqual({ a: { b: [1] } });
  });

  it('refuses an action that matches nothing', () => {
    expect(() => applyOverlay({ a: 1 }, [update('$.b', 1)])).toThrow(
      "The overlay's target $.b matches nothing.",
    );
    expect(() => applyOverlay({ a: 1 }, [remove('$.a.b')])).toThrow('matches nothing');
  });

  it('refuses an action that an earlier one left without a match', () => {
    expect(() => applyOverlay({ a: 1 }, [remove('$.a'), remove('$.a')])).toThrow('matches nothing');
  });

  it('refuses a chain of three terms, which its JSONPath reader would misread', () => {
    const chain = remove('$.a[?@.b && @.c && @.d]');
    expect(() => applyOverlay({ a: [] }, [chain])).toThrow('put two in parentheses');
    const document = {
      a: [
        { b: 1, c: 1, d: 1 },
        { b: 1, c: 1 },
      ],
    };
    const whole = remove('$.a[?@.b && (@.c && @.d)]');
    expect(applyOverlay(document, [whole])).toEqual({ a: [{ b: 1, c: 1 }] });
  });

  it.each(["$.a[?match(@.b, 'x')]", "$.a[?search(@.b, '(x+)+')]", "$.a[? match (@.b, 'x')]"])(
    'refuses %s, whose regular expression could run for ever',
    (target) => {
      expect(() => applyOverlay({ a: [{ b: 'x' }] }, [update(target, {})])).toThrow(
        'uses match or search',
      );
    },
  );

  it.each(['$.a[', '$..', '$[?]', '$ a'])('refuses %s, which is no JSONPath', (target) => {
    expect(() => applyOverlay({ a: 1 }, [update(target, 1)])).toThrow('is no JSONPath (RFC 9535)');
  });

  it('refuses to replace the whole document', () => {
    expect(() => applyOverlay({ a: 1 }, [remove('$')])).toThrow(
      'cannot replace the whole document',
    );
  });

  it('refuses __proto__ in an update and does not find it as a target', () => {
    const hostile = JSON.parse('{ "__proto__": { "polluted": true } }') as JsonObject;
    expect(() => applyOverlay({ a: {} }, [update('$.a', hostile)])).toThrow(
      'An overlay may not name __proto__.',
    );
    expect(() => applyOverlay({ a: {} }, [update("$['__proto__']", { polluted: true })])).toThrow(
      'matches nothing',
    );
    expect(() => applyOverlay({ a: {} }, [update('$.constructor', { polluted: true })])).toThrow(
      'matches nothing',
    );
    expect('polluted' in {}).toBe(false);
  });

  it.each([
    ['an apostrophe', "it's", "$.paths['it\\'s']"],
    ['a quote', 'say "hi"', '$.paths[\'say "hi"\']'],
    ['a backslash', 'a\\b', "$.paths['a\\\\b']"],
    ['a bracket', "x']['y", "$.paths['x\\'][\\'y']"],
    ['a template', '/a/{id}', "$.paths['/a/{id}']"],
    ['a line feed', 'a\nb', "$.paths['a\\nb']"],
  ])('finds a path with %s in its name', (_, name, target) => {
    expect(applyOverlay({ paths: { [name]: { a: 1 } } }, [update(target, { b: 2 })])).toEqual({
      paths: { [name]: { a: 1, b: 2 } },
    });
  });

  it('changes just what a wildcard found, whatever the names are', () => {
    fc.assert(
      fc.property(
        fc.dictionary(fc.string({ unit: 'grapheme' }), fc.constant({ old: true }), { minKeys: 1 }),
        (paths) => {
          const expected = Object.entries(paths).map(([name]) => [name, { old: true, new: true }]);
          const { paths: changed } = applyOverlay({ paths }, [update('$.paths.*', { new: true })]);
          expect(Object.entries(changed as JsonObject)).toEqual(expected);
        },
      ),
    );
  });
});

describe('reading', () => {
  const overlay = (action: JsonObject): JsonObject => ({
    overlay: '1.0.0',
    info: { title: 'Facts', version: '1' },
    actions: [{ target: '$.a', description: 'A reason.', ...action }],
  });

  it('takes every fact of the vocabulary', () => {
    const facts = {
      'x-name': 'getThing',
      'x-group': 'lineItem',
      'x-safe-to-retry': true,
      'x-read': true,
      'x-rate-class': 'reporting',
      'x-timeout-ms': 300_000,
      'x-response-kind': 'bytes',
      'x-paging': { style: 'offset' },
      'x-job': { role: 'create', status: 'getThingStatus', output: 'getThingOutput' },
      'x-resource': { type: 'campaign' },
    };
    expect(readOverlay(overlay({ update: facts }))).toHaveLength(1);
  });

  it.each([
    ['an unknown fact', { 'x-audience': 'all' }],
    ['a misspelt fact', { 'x-safe-to-retries': true }],
    ['an unknown fact deep inside', { get: { parameters: [{ 'x-nmae': 'id' }] } }],
    ['a name that is no identifier', { 'x-name': 'get-thing' }],
    ['a group with a capital', { 'x-group': 'Thing' }],
    ['a text where yes or no belongs', { 'x-safe-to-retry': 'true' }],
    ['a read that is none', { 'x-read': false }],
    ['an unknown rate class', { 'x-rate-class': 'fast' }],
    ['a time limit below a second', { 'x-timeout-ms': 30 }],
    ['an unknown kind of response', { 'x-response-kind': 'xml' }],
    ['a job without an output', { 'x-job': { role: 'create', status: 'getThingStatus' } }],
    ['a step of a job with steps', { 'x-job': { role: 'status', output: 'getThingOutput' } }],
  ])('refuses %s', (_, update) => {
    expect(() => readOverlay(overlay({ update }))).toThrow('The overlay is not valid');
  });

  it.each([
    ['an action that neither updates nor removes', {}],
    ['an action that does both', { update: {}, remove: true }],
    ['an action without a reason', { update: {}, description: '' }],
    ['a target that is no path', { update: {}, target: 'paths' }],
    ['a member that Overlay does not know', { update: {}, copy: '$.b' }],
  ])('refuses %s', (_, action) => {
    expect(() => readOverlay(overlay(action))).toThrow('The overlay is not valid: /actions/0');
  });

  it('refuses another version of Overlay, no actions, and a member that it does not know', () => {
    const good = overlay({ remove: true });
    expect(() => readOverlay({ ...good, overlay: '1.1.0' })).toThrow('not valid');
    expect(() => readOverlay({ ...good, actions: [] })).toThrow('not valid');
    expect(() => readOverlay({ ...good, extends: 'https://example.com/o.yaml' })).toThrow(
      'not valid',
    );
  });

  it('does not let YAML smuggle an unknown fact in under __proto__', () => {
    const text = `
      overlay: 1.0.0
      info: { title: Facts, version: '1' }
      actions:
        - { target: $.a, description: A reason., update: { __proto__: { x-unknown: 1 } } }`;
    expect(() => readOverlay(parseYaml(text, 'overlay.yaml'))).toThrow('not valid');
  });
});

describe('an overlay from the command line', () => {
  const document: JsonObject = {
    servers: [{ url: 'https://api.example.com' }],
    security: [{ oauth: [] }],
    paths: { '/a': { get: { security: [{ oauth: ['read'] }] }, post: {} } },
    components: {
      securitySchemes: {
        oauth: { flows: { clientCredentials: { tokenUrl: 'https://a/token', scopes: {} } } },
      },
    },
  };
  const changed = (...actions: OverlayAction[]): JsonObject => applyOverlay(document, actions);

  it.each([
    ['servers', update('$.servers[0]', { url: 'https://evil.example' })],
    ['security', remove('$.security')],
    ['security or servers of GET /a', remove("$.paths['/a'].get.security")],
    ['security or servers of POST /a', update("$.paths['/a'].post", { security: [] })],
    ['security or servers of POST /a', update("$.paths['/a'].post", { servers: [{ url: 'x' }] })],
    [
      "the security schemes' URLs",
      update('$..clientCredentials', { tokenUrl: 'https://evil.example/token' }),
    ],
  ])('may not change %s', (place, action) => {
    expect(() => checkRights(document, changed(action))).toThrow(`changes ${place}:`);
  });

  it('may write words and scopes, and add an operation without a token', () => {
    const all = changed(
      update("$.paths['/a'].get", { summary: 'Words.', 'x-name': 'getA' }),
      update('$..scopes', { read: 'read' }),
      update('$.paths', { '/token': { post: { security: [] } } }),
    );
    expect(() => checkRights(document, all)).not.toThrow();
  });

  it('may not name everything', () => {
    const many = { list: Array.from({ length: 10_001 }, () => ({})) };
    expect(() => applyOverlay(many, [update('$.list[*]', { a: 1 })])).toThrow('10001 places');
  });
});
