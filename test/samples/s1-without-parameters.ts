import {
  AuthenticationApi,
  createTransport,
  type InlineResponse200,
} from '@criteo-sdk/marketing/v1';
import type { SandboxCredentials } from '@criteo-sdk/sandbox';

export async function s1WithoutParameters(options: SandboxCredentials): Promise<InlineResponse200> {
  return new AuthenticationApi(createTransport(options)).oAuth2TokenPost();
}
