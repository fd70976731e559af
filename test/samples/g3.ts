import { createClient } from '@criteo-sdk/marketingsolutions/2020-10';
import type { SandboxCredentials } from '@criteo-sdk/sandbox';

export async function g3(options: SandboxCredentials): Promise<unknown> {
  return createClient(options).request(
    { method: 'GET', path: '/2020-10/advertisers/me' },
    { headers: { accept: 'text/plain' } },
  );
}
