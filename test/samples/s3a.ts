import { TokenError } from '@criteo-sdk/retailmedia';
import { type AccessTokenModel, createTransport, OAuthApi } from '@criteo-sdk/retailmedia/2022-10';
import type { SandboxCredentials } from '@criteo-sdk/sandbox';

export async function s3a(options: SandboxCredentials): Promise<AccessTokenModel | TokenError> {
  const { clientId, clientSecret } = options;
  const api = new OAuthApi(createTransport(options));
  try {
    return await api.getToken({ grantType: 'client_credentials', clientId, clientSecret });
  } catch (error) {
    if (error instanceof TokenError) return error;
    throw error;
  }
}
