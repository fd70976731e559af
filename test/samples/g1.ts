import type { AccessToken } from '@criteo-sdk/retailmedia';
import { createClient } from '@criteo-sdk/retailmedia/2022-10';
import type { SandboxCredentials } from '@criteo-sdk/sandbox';

export async function g1(options: SandboxCredentials): Promise<AccessToken> {
  return createClient(options).tokens.get();
}
