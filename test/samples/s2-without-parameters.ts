import { createTransport, type JwtModel, OAuthApi } from '@criteo-sdk/marketingsolutions/2020-10';
import type { SandboxCredentials } from '@criteo-sdk/sandbox';

export async function s2WithoutParameters(options: SandboxCredentials): Promise<JwtModel> {
  return new OAuthApi(createTransport(options)).createToken();
}
