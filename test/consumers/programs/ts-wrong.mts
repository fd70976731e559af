import { createClient as createV1 } from '@criteo-sdk/marketing/v1';
import { ApiError } from '@criteo-sdk/retailmedia';
import { createClient as createGone } from '@criteo-sdk/retailmedia/2021-01'; // TS2307
import { createClient } from '@criteo-sdk/retailmedia/2026-07';
import { startSandbox } from '@criteo-sdk/sandbox/dist/sandbox.js'; // TS2307

// Each marked line must be refused with that code, and no other line.
const app = { clientId: 'id', clientSecret: 'secret' };
const client = createClient(app);
const { data } = await client.account.getAccounts({ pageSize: '5' }); // TS2322
const id: string = data[0].id; // TS2532
client.account.getAcounts(); // TS2551
client.account.getAccounts({ limitToId: undefined }); // TS2379
client.account.getAccounts({ pageSize: 5 }, { timeoutMS: 5 }); // TS2561
client.creative.createAsset(); // TS2554
createV1({ ...app, grant: { type: 'refresh_token', refreshToken: 'a' } }); // TS2322
const token = { ...app, code: 'a', redirectUri: 'https://example.com/back' };
client.oAuth.getToken({ ...app, grantType: 'authorization_code' }); // TS2345
client.oAuth.getToken({ ...app, grantType: 'refresh_token' }); // TS2345
client.oAuth.getToken({ ...token, grantType: 'client_credentials' }); // TS2345
client.oAuth.getToken({ clientId: 'id', grantType: 'client_credentials' }); // TS2345
createV1(app).authentication.oAuth2TokenPost({ ...app, grantType: 'refresh_token' }); // TS2322
const { resetAt } = new ApiError('It failed.'); // TS2339
console.log(id, resetAt, createGone, startSandbox);
