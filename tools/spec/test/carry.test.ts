import { describe, expect, it } from 'vitest';
import { type JsonObject, parseYaml } from '../document.ts';
import { type Carried, type CarryOptions, carryActions, rewriteOverlay } from '../import/carry.ts';
import { unwrittenOf } from '../import/overlay-of-import.ts';
import { type OverlayAction, readOverlay } from '../overlay.ts';
import { documentWith, operation } from './tiny.ts';

/** A document of operations, by `get /path`. */
const documentOfAll = (operations: readonly string[], schemas: JsonObject = {}): JsonObject => {
  const paths: Record<string, JsonObject> = {};
  for (const [index, one] of operations.entries()) {
    const [method = '', path = '', operationId = `op${index}`] = one.split(' ');
    paths[path] = { ...paths[path], [method]: operation({ operationId }) };
  }
  return documentWith(paths, schemas);
};

const OLD = documentOfAll(['get /2030-01/a', 'put /2030-01/a', 'get /2030-01/b/{id}'], {
  A: { type: 'object', properties: { id: { type: 'string' } } },
  B: { type: 'object' },
});
const FRESH = documentOfAll(['get /2030-06/a', 'put /2030-06/a', 'get /2030-06/b/{b-id}'], {
  A2: { type: 'object', properties: { id: { type: 'string' } } },
  B: { type: 'object' },
});
const RENAMES = new Map([['A', 'A2']]);

const action = (target: string, update: JsonObject = { summary: 'Words.' }): OverlayAction => ({
  target,
  description: 'A reason.',
  update,
});

const carry = (actions: readonly OverlayAction[], changes: Partial<CarryOptions> = {}): Carried =>
  carryActions({
    actions,
    old: OLD,
    fresh: FRESH,
    renames: RENAMES,
    keepsAliases: false,
    ...changes,
  });

const targetOf = (target: string, changes: Partial<CarryOptions> = {}): string | undefined =>
  carry([action(target)], changes).actions[0]?.target;

it('leaves an alias behind that is the name of a type again', () => {
  const aliasing = action('$.components.schemas.A', { 'x-aliases': ['B'] });
  expect(carry([aliasing], { keepsAliases: true }).actions).toEqual([]);
});

describe('an action', () => {
  it.each([
    ["$.paths['/2030-01/a'].get", "$.paths['/2030-06/a'].get"],
    ["$.paths['/2030-01/a'].get.responses", "$.paths['/2030-06/a'].get.responses"],
    ["$.paths['/2030-01/a']", "$.paths['/2030-06/a']"],
    ["$.paths['/2030-01/b/{id}'].get", "$.paths['/2030-06/b/{b-id}'].get"],
    [
      "$.paths['/2030-01/a', '/2030-01/b/{id}'].get",
      "$.paths['/2030-06/a', '/2030-06/b/{b-id}'].get",
    ],
    [
      "$.paths['/2030-01/a','/2030-01/b/{id}'].get['responses']",
      "$.paths['/2030-06/a', '/2030-06/b/{b-id}'].get['responses']",
    ],
    ["$.paths['/2030-01/a']['get','put']", "$.paths['/2030-06/a']['get','put']"],
    ['$.components.schemas.A', "$.components.schemas['A2']"],
    ["$.components.schemas['A']", "$.components.schemas['A2']"],
    ["$.components.schemas['A', 'B']", "$.components.schemas['A2', 'B']"],
    ['$.components.schemas.A.properties.id', "$.components.schemas['A2'].properties.id"],
  ])('at %s goes to %s', (target, moved) => expect(targetOf(target)).toBe(moved));

  it.each(['$.info', '$.components.schemas.B', '$.components.schemas', '$.paths', '$.paths.*.get'])(
    'at %s stays where it is, to the letter',
    (target) => expect(targetOf(target)).toBe(target),
  );

  it('goes along with an operation that is known by its id only', () => {
    const old = documentOfAll(['get /2030-01/a readIt']);
    const fresh = documentOfAll(['get /2030-06/other readIt']);
    const moved = targetOf("$.paths['/2030-01/a'].get", { old, fresh });
    expect(moved).toBe("$.paths['/2030-06/other'].get");
  });

  it('goes where its own operation went, not that of the same path', () => {
    const old = documentOfAll(['get /2030-01/a read', 'put /2030-01/a write']);
    const fresh = documentOfAll(['get /2030-06/a read', 'put /2030-06/b write']);
    expect(targetOf("$.paths['/2030-01/a'].get", { old, fresh })).toBe("$.paths['/2030-06/a'].get");
    expect(targetOf("$.paths['/2030-01/a'].put", { old, fresh })).toBe("$.paths['/2030-06/b'].put");
  });

  it('knows names with quotes and backslashes', () => {
    const odd = (version: string): JsonObject => documentOfAll([`get /${version}/it's\\x`]);
    const moved = targetOf("$.paths['/2030-01/it\\'s\\\\x'].get", {
      old: odd('2030-01'),
      fresh: odd('2030-06'),
    });
    expect(moved).toBe("$.paths['/2030-06/it\\'s\\\\x'].get");
  });

  it('is applied to the new document, and remembers what it was', () => {
    const mine = action("$.paths['/2030-01/a'].get");
    const { actions, document, left, origins } = carry([mine]);
    expect(document).toMatchObject({ paths: { '/2030-06/a': { get: { summary: 'Words.' } } } });
    expect(FRESH).not.toMatchObject({ paths: { '/2030-06/a': { get: { summary: 'Words.' } } } });
    expect(left).toEqual([]);
    expect(actions.map((one) => origins.get(one))).toEqual([mine]);
  });

  it('may need one before it', () => {
    const token = { post: operation({ operationId: 'GetToken' }) };
    const both = [
      action('$.paths', { '/oauth2/token': token }),
      action("$.paths['/oauth2/token'].post"),
    ];
    expect(carry(both).left).toEqual([]);
    expect(carry(both.toReversed()).left).toEqual(["$.paths['/oauth2/token'].post"]);
  });
});

describe('what does not fit any more', () => {
  it('is left behind and told, and the others go along', () => {
    const gone = documentOfAll(['get /2030-06/a']);
    const { actions, left } = carry(
      [
        action("$.paths['/2030-01/b/{id}'].get"),
        action("$.paths['/2030-01/a'].get"),
        action("$.paths['/2030-01/a'].put"),
        action('$.components.schemas.B'),
      ],
      { fresh: gone, renames: new Map() },
    );
    expect(actions.map(({ target }) => target)).toEqual(["$.paths['/2030-06/a'].get"]);
    expect(left).toEqual([
      "$.paths['/2030-01/b/{id}'].get",
      "$.paths['/2030-01/a'].put",
      '$.components.schemas.B',
    ]);
  });

  it('is told of a list, too: the names that are gone leave it', () => {
    const gone = documentOfAll(['get /2030-06/a']);
    const target = "$.paths['/2030-01/a', '/2030-01/b/{id}'].get";
    const { actions, left } = carry([action(target)], { fresh: gone });
    expect(actions.map((one) => one.target)).toEqual(["$.paths['/2030-06/a'].get"]);
    expect(left).toEqual(["$.paths['/2030-01/b/{id}'].get"]);
  });
});

describe('a fact that was carried over and fits no more', () => {
  it('is told for somebody to decide', () => {
    const summary = 'Words.';
    const document = documentWith({
      '/list': { get: operation({ summary, 'x-paging': { style: 'page' } }) },
      '/job': {
        post: operation({
          summary,
          'x-name': 'create',
          'x-job': { role: 'create', status: 'gone', output: 'gone' },
        }),
      },
      '/plain': { get: operation({ summary, 'x-name': 'plain', 'x-job': { role: 'status' } }) },
    });
    expect(unwrittenOf({ actions: [], document, text: '', left: [] })).toEqual([
      'GET /list: x-paging does not fit any more',
      'POST /job: x-job does not fit any more',
    ]);
  });
});

describe('old names of types', () => {
  const aliases = action('$.components.schemas.A', { 'x-aliases': ['A0'] });

  it('stay within one version, and go with the next', () => {
    expect(carry([aliases], { keepsAliases: true }).actions).toHaveLength(1);
    const { actions, left } = carry([aliases]);
    expect([actions, left]).toEqual([[], []]);
  });

  it('move with their type', () => {
    const { document } = carry([aliases], { keepsAliases: true });
    expect(document).toMatchObject({ components: { schemas: { A2: { 'x-aliases': ['A0'] } } } });
  });
});

describe('the text of an overlay', () => {
  const TEXT = `# Ours.
overlay: 1.0.0
info: { title: Old, version: 1.0.0 }
actions:
  # Why this is called so.
  - target: $.paths['/2030-01/a'].get # here
    description: "A reason."
    update: { summary: Words., x-name: readA }

  # Of no use soon.
  - target: $.paths['/2030-01/a'].put
    description: A reason.
    update:
      summary: Long words that stand on a line which nobody ever breaks, however long it is, as a rule of this file.
`;
  const before = readOverlay(parseYaml(TEXT, 'overlay.yaml'));

  it('keeps comments, order and writing of what stays; only targets move', () => {
    const { actions, origins } = carry(before);
    expect(rewriteOverlay(TEXT, 'New', before, actions, origins)).toBe(
      TEXT.replaceAll('2030-01', '2030-06').replace('title: Old', 'title: New'),
    );
  });

  it('loses what is left behind, with its comment, and takes what is new at its end', () => {
    const { actions, origins } = carry(before, { fresh: documentOfAll(['get /2030-06/a']) });
    const all = [...actions, action('$.info', { title: 'More' })];
    const text = rewriteOverlay(TEXT, 'New', before, all, origins);
    expect(text).toContain('# Why this is called so.\n');
    expect(text).not.toContain('Of no use soon');
    expect(readOverlay(parseYaml(text, 'overlay.yaml'))).toEqual(all);
  });

  it('is made where there is none', () => {
    const all = [action('$.info', { title: "It's: more" })];
    const text = rewriteOverlay(undefined, 'Facts: new', [], all, new Map());
    expect(readOverlay(parseYaml(text, 'overlay.yaml'))).toEqual(all);
    expect(parseYaml(text, 'overlay.yaml').info).toEqual({ title: 'Facts: new', version: '1.0.0' });
  });
});
