import { TokenError } from '@criteo-sdk/marketing';
import {
  AuthenticationApi,
  createTransport,
  type InlineResponse200,
} from '@criteo-sdk/marketing/v1';
import type { SandboxCredentials } from '@criteo-sdk/sandbox';

export async function s1(options: SandboxCredentials): Promise<InlineResponse200 | TokenError> {
  const { clientId, clientSecret } = options;
  const api = new AuthenticationApi(createTransport(options));
  try {
    return await api.oAuth2TokenPost({ clientId, clientSecret, grantType: 'client_credentials' });
  } catch (error) {
    if (error instanceof TokenError) return error;
    throw error;
  }
}
