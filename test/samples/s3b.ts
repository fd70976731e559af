import { type AccessTokenModel, createTransport, OAuthApi } from '@criteo-sdk/retailmedia/2022-10';
import type { SandboxCredentials } from '@criteo-sdk/sandbox';

export async function s3b(options: SandboxCredentials, code: string): Promise<AccessTokenModel[]> {
  const { clientId, clientSecret } = options;
  const api = new OAuthApi(createTransport(options));
  const app = { clientId, clientSecret };
  const redirectUri = 'https://example.com/back?to=us';
  const first = await api.getToken({ grantType: 'authorization_code', ...app, redirectUri, code });
  const refreshToken = first.refresh_token ?? '';
  return [first, await api.getToken({ grantType: 'refresh_token', ...app, refreshToken })];
}
