import { type AccessToken, TokenError } from '@criteo-sdk/retailmedia';
import { createClient } from '@criteo-sdk/retailmedia/2022-10';
import type { SandboxCredentials } from '@criteo-sdk/sandbox';

export async function g2(options: SandboxCredentials): Promise<AccessToken | TokenError> {
  const redirectUri = 'https://example.com/back?to=us';
  const grant = { type: 'authorization_code', code: 'a+code/1', redirectUri } as const;
  try {
    return await createClient({ ...options, grant }).tokens.get();
  } catch (error) {
    if (error instanceof TokenError) return error;
    throw error;
  }
}
