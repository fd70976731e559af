import { createRequire } from 'node:module';
import * as own from '@criteo-sdk/core';
import { createClient as marketingSolutions } from '@criteo-sdk/marketingsolutions/2026-07';
import * as theirs from '@criteo-sdk/retailmedia';
import { createClient as retailMedia } from '@criteo-sdk/retailmedia/2026-07';
import { startSandbox } from '@criteo-sdk/sandbox';

/** What the call rejects with. */
const failureOf = (call) =>
  call.then(
    () => undefined,
    (error) => error,
  );

const sandbox = await startSandbox();
const app = sandbox.clientOptions;
const required = createRequire(import.meta.url)('@criteo-sdk/core');

// A client of the one copy lives on the tokens of a client of the other.
const { tokens } = marketingSolutions(app);
const client = retailMedia({ ...app, tokens });
await tokens.get();
const { data } = await client.account.getAccounts({ pageSize: 5 });
const tokenRequests = sandbox.calls(({ tokenRequest }) => tokenRequest).length;

sandbox.forbid('getCurrentApplication');
const forbidden = await failureOf(client.gateway.getCurrentApplication());
const wrong = marketingSolutions({ ...app, clientSecret: 'wrong' });
const refused = await failureOf(
  retailMedia({ ...app, tokens: wrong.tokens }).account.getAccounts(),
);
await sandbox.close();

const copies = [own, theirs];
const kindsOf = (error, kinds) =>
  Object.fromEntries(
    kinds.map((kind) => [kind, copies.map((copy) => error instanceof copy[kind])]),
  );
console.log(
  JSON.stringify({
    copies: [own.ApiError === theirs.ApiError, own.ApiError === required.ApiError],
    forbidden: kindsOf(forbidden, ['PermissionError', 'ApiError', 'SdkError', 'RateLimitError']),
    shared: { accounts: data.length, tokenRequests },
    refused: kindsOf(refused, ['TokenError', 'SdkError', 'ApiError']),
  }),
);
