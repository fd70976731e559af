import { TokenError } from '@criteo-sdk/marketingsolutions';
import { createTransport, type JwtModel, OAuthApi } from '@criteo-sdk/marketingsolutions/2020-10';
import type { SandboxCredentials } from '@criteo-sdk/sandbox';

export async function s2(options: SandboxCredentials): Promise<JwtModel | TokenError> {
  const { clientId, clientSecret } = options;
  const api = new OAuthApi(createTransport(options));
  try {
    return await api.createToken({ clientId, clientSecret, grantType: 'client_credentials' });
  } catch (error) {
    if (error instanceof TokenError) return error;
    throw error;
  }
}
