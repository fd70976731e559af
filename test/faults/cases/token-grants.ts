import assert from 'node:assert/strict';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Grant } from '@criteo-sdk/core';
import {
  memoryStore,
  ReauthRequiredError,
  type TokenRecord,
  type TokenStore,
} from '@criteo-sdk/retailmedia';
import {
  type Case,
  call,
  connect,
  failing,
  failure,
  keyOf,
  REFRESH,
  seen,
  succeeding,
} from '../bench.ts';
import type { Fault } from '../misbehave.ts';

/** What happens to a grant whose answer is lost, or that is refused. */
export const TOKEN_GRANTS: readonly Case[] = [
  {
    id: 'F21',
    what: 'the answer to client_credentials is lost: asked again, the call succeeds',
    run: async (bench) => {
      await succeeding(bench, { token: [{ kind: 'lost-response' }] });
      await seen(bench, { token: 2 });
    },
  },
  {
    id: 'F22',
    what: 'the answer to a rotating refresh is lost: one repeat, then a new consent; the store keeps the last pair',
    run: async (bench) => {
      const store = memoryStore();
      const last: TokenRecord = {
        value: 'old',
        refreshToken: 'refresh-0',
        obtainedAt: 0,
        expiresAt: 1,
      };
      const key = await keyOf(bench, store, last);
      const error = await failing(
        bench,
        { token: [{ kind: 'lost-response' }, refused] },
        {
          grant: REFRESH,
          store,
          subject: 'user',
        },
      );
      assert.ok(error instanceof ReauthRequiredError);
      assert.match(error.message, /answer to an earlier refresh was lost/);
      await seen(bench, { token: 2 });
      assert.deepEqual((await store.load(key))?.record, last);
    },
  },
  {
    id: 'F23',
    what: 'the answer to a code is lost: the code is not sent again, the error says to start anew',
    run: async (bench) => {
      await bench.script({ token: [{ kind: 'lost-response' }] });
      const client = connect(bench, { grant: CODE });
      const error = await failure(call(client));
      assert.ok(error instanceof ReauthRequiredError);
      assert.match(error.hint ?? '', /consent again/);
      await sleep(1_100);
      assert.ok((await failure(call(client))) instanceof ReauthRequiredError);
      await seen(bench, { token: 1 });
    },
  },
  {
    id: 'F24',
    what: 'a refresh without a new refresh token: the old one is kept',
    run: async (bench) => {
      await bench.script({
        token: [
          { kind: 'set-fields', fields: { refresh_token: undefined } },
          { kind: 'drop-field', field: 'refresh_token' },
        ],
      });
      const client = connect(bench, { grant: REFRESH });
      client.tokens.invalidate((await client.tokens.get()).value);
      client.tokens.invalidate((await client.tokens.get()).value);
      await client.tokens.get();
      assert.deepEqual(
        (await bench.counts()).token.map(({ refreshToken }) => refreshToken),
        ['refresh-0', 'refresh-1', 'refresh-1'],
      );
    },
  },
  {
    id: 'F25',
    what: 'a new refresh token is stored before the API call goes out',
    run: async (bench) => {
      const store = memoryStore();
      let apiCallsWhenSaved = -1;
      const watched: TokenStore = {
        load: store.load,
        save: async (...args) => {
          // One that does not wait for it would be there by then.
          await sleep(200);
          apiCallsWhenSaved = (await bench.counts()).api.length;
          return store.save(...args);
        },
      };
      await succeeding(bench, {}, { grant: REFRESH, store: watched, subject: 'user' });
      assert.equal(apiCallsWhenSaved, 0);
      assert.equal((await bench.counts()).api.length, 1);
    },
  },
  {
    id: 'F26',
    what: 'a refresh token is refused, the store has a newer one: it is used, no error',
    run: async (bench) => {
      const store = memoryStore();
      const key = await keyOf(bench, store, {
        value: 'old',
        refreshToken: 'refresh-0',
        obtainedAt: 0,
        expiresAt: 1,
      });
      let loads = 0;
      const racing: TokenStore = {
        save: store.save,
        load: async (name) => {
          loads += 1;
          // Another process renews between our first look and the refusal.
          if (loads === 2)
            await store.save(
              key,
              {
                value: 'newer',
                refreshToken: 'refresh-9',
                obtainedAt: Date.now(),
                expiresAt: Date.now() + 900_000,
              },
              { expectedVersion: (await store.load(key))?.version, ttlMs: undefined },
            );
          return store.load(name);
        },
      };
      await succeeding(
        bench,
        { token: [refused] },
        { grant: REFRESH, store: racing, subject: 'user' },
      );
      const { api, token } = await bench.counts();
      assert.deepEqual([token.length, api[0]?.authorization], [1, 'Bearer newer']);
    },
  },
  {
    id: 'F27',
    what: 'a refresh token is refused, nothing newer: a new consent; it is not sent again',
    run: async (bench) => {
      await bench.script({ token: [refused, refused] });
      const client = connect(bench, { grant: REFRESH });
      assert.ok((await failure(call(client))) instanceof ReauthRequiredError);
      assert.ok((await failure(call(client))) instanceof ReauthRequiredError);
      await sleep(1_100);
      assert.ok((await failure(call(client))) instanceof ReauthRequiredError);
      await seen(bench, { token: 1 });
    },
  },
];

const CODE: Grant = {
  type: 'authorization_code',
  code: 'the-code',
  redirectUri: 'https://app.example/back',
};

const refused: Fault = {
  kind: 'status',
  status: 400,
  body: { error: 'invalid_grant', error_description: 'Used already.' },
};
