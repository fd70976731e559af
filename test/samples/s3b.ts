import { type AccessTokenModel, createTransport, OAuthApi } from '@criteo-sdk/retailmedia/2022-10';
import type { SandboxCredentials } from '@criteo-sdk/sandbox';

export async function s3b(options: SandboxCredentials): Promise<AccessTokenModel> {
  const { clientId, clientSecret } = options;
  return new OAuthApi(createTransport(options)).getToken({
    grantType: 'client_credentials',
    clientId,
    clientSecret,
    redirectUri: 'https://example.com/back?to=us',
    code: 'a+code/1',
    refreshToken: 'a+refresh/token=',
  });
}
