import { createServer, type IncomingHttpHeaders, type IncomingMessage, request } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { SandboxCredentials } from '@criteo-sdk/sandbox';

/** One exchange as it travelled, with what the sandbox's journal leaves out: secrets and answers. */
export interface Exchange {
  readonly method: string;
  readonly path: string;
  readonly query: string;
  readonly headers: IncomingHttpHeaders;
  readonly body: Buffer;
  readonly status: number;
  readonly answer: Buffer;
}

export interface Tap {
  readonly exchanges: readonly Exchange[];
  /** The same application, reached through the tap. */
  through(credentials: SandboxCredentials): SandboxCredentials;
  close(): void;
}

/** A line between client and sandbox that hands everything on unchanged and keeps a copy. */
export const startTap = async (sandboxUrl: string): Promise<Tap> => {
  const exchanges: Exchange[] = [];
  const server = createServer(async (incoming, outgoing) => {
    const { method = '', url = '', headers } = incoming;
    const body = await bytesOf(incoming);
    const { host } = new URL(sandboxUrl);
    const onward = request(
      `${sandboxUrl}${url}`,
      { method, headers: { ...headers, host } },
      async (response) => {
        const answer = await bytesOf(response);
        const status = response.statusCode ?? 0;
        const [path = '', query = ''] = url.split('?');
        exchanges.push({ method, path, query, headers, body, status, answer });
        outgoing.writeHead(status, response.headers).end(answer);
      },
    );
    onward.on('error', () => outgoing.destroy()).end(body);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  return {
    exchanges,
    through: (credentials) => ({ ...credentials, baseUrl: `http://127.0.0.1:${port}` }),
    close: () => {
      server.close();
      server.closeAllConnections();
    },
  };
};

const bytesOf = async (message: IncomingMessage): Promise<Buffer> => {
  const chunks: Buffer[] = [];
  for await (const chunk of message) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks);
};
