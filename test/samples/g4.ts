import {
  type ApplicationSummaryModelResponse,
  createClient,
} from '@criteo-sdk/retailmedia/2022-10';
import type { SandboxCredentials } from '@criteo-sdk/sandbox';

export async function g4(
  options: SandboxCredentials,
  afterFirstCall: () => void,
): Promise<ApplicationSummaryModelResponse[]> {
  const client = createClient(options);
  const before = await client.gateway.getCurrentApplication();
  afterFirstCall();
  return [before, await client.gateway.getCurrentApplication()];
}
