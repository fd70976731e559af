import { describe, expect, it } from 'vitest';
import type { JsonObject } from '../document.ts';
import { PROPOSED, proposeFacts } from '../import/propose.ts';

const operation = (operationId: string, tag: string, facts: JsonObject = {}): JsonObject => ({
  operationId,
  tags: [tag],
  responses: {},
  ...facts,
});

const decided = (name: string, group: string): JsonObject => ({
  'x-name': name,
  'x-group': group,
  'x-safe-to-retry': true,
  'x-rate-class': 'default',
});

describe('what is proposed for an operation that nobody has decided', () => {
  const paths = {
    '/a': { get: operation('GetA', 'Segment', decided('getA', 'audience')) },
    '/b': { get: operation('GetB', 'Segment', decided('getB', 'audience')) },
    '/c': { get: operation('GetC', 'Segment', decided('getC', 'other')) },
    '/new': { post: operation('ArchiveSegment', 'Segment') },
    '/news': { get: operation('ListNews', 'News_Feed') },
  };
  const actions = proposeFacts({ paths });

  it('is a name from its id, and the group that its tag has', () => {
    expect(actions).toEqual([
      {
        target: "$.paths['/new'].post",
        description: PROPOSED,
        update: {
          'x-name': 'archiveSegment',
          'x-group': 'audience',
          'x-safe-to-retry': false,
          'x-rate-class': 'default',
        },
      },
      {
        target: "$.paths['/news'].get",
        description: PROPOSED,
        update: {
          'x-name': 'listNews',
          'x-group': 'newsFeed',
          'x-safe-to-retry': true,
          'x-rate-class': 'default',
        },
      },
    ]);
  });

  it('is that a read is safe to retry, where somebody has decided that it is one', () => {
    const post = operation('SearchThings', 'Thing', { 'x-read': true });
    const [action] = proposeFacts({ paths: { '/things/search': { post } } });
    expect(action?.update).toMatchObject({ 'x-safe-to-retry': true });
  });

  const tokenForm = (enumOf: readonly string[], required: readonly string[] = []): JsonObject => {
    const names = ['client_id', 'code', 'redirect_uri', 'refresh_token'];
    const text = { type: 'string' };
    const properties = {
      ...Object.fromEntries(names.map((name) => [name, text])),
      grant_type: { ...text, enum: [...enumOf] },
    };
    const schema = { type: 'object', properties, required: [...required] };
    const content = { 'application/x-www-form-urlencoded': { schema } };
    return {
      paths: { '/token': { post: operation('GetToken', 'OAuth', { requestBody: { content } }) } },
    };
  };
  const grantsOf = (document: JsonObject): unknown =>
    proposeFacts(document).map(({ update }) => (update as JsonObject)['x-grants']);

  it('are the grants of a token operation, each with what OAuth makes it need', () => {
    const all = ['client_credentials', 'authorization_code', 'refresh_token'];
    expect(grantsOf(tokenForm(all))).toEqual([
      [
        { type: 'client_credentials' },
        { type: 'authorization_code', needs: ['code', 'redirect_uri'] },
        { type: 'refresh_token', needs: ['refresh_token'] },
      ],
    ]);
    expect(grantsOf(tokenForm(['refresh_token'], ['refresh_token']))).toEqual([
      [{ type: 'refresh_token' }],
    ]);
    expect(grantsOf(tokenForm(['client_credentials', 'password']))).toEqual([undefined]);
  });

  it('is a name for a schema that is called as the language calls its own', () => {
    const components = { schemas: { Error: { type: 'object' }, Thing: { type: 'object' } } };
    expect(proposeFacts({ paths: {}, components })).toEqual([
      {
        target: "$.components.schemas['Error']",
        description: PROPOSED,
        update: { 'x-name': 'ErrorModel' },
      },
    ]);
  });
});
