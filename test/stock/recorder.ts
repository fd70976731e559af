import { createServer, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';

/** What both clients are given as a token. */
export const TOKEN = 'stock-token~1.2_3';

/** A request as it came, nothing parsed. */
export interface Recorded {
  readonly method: string;
  /** Path and query as they were written. */
  readonly target: string;
  /** Names in lower case, in the order in which they came. */
  readonly headers: ReadonlyMap<string, string>;
  readonly body: Buffer;
}

export interface Recorder {
  readonly origin: string;
  /** The one request of this call. */
  record(call: () => Promise<unknown>): Promise<Recorded>;
  close(): void;
}

/** A server on this machine that writes down what comes, and answers what every client takes. */
export const startRecorder = async (): Promise<Recorder> => {
  const requests: Recorded[] = [];
  const server = createServer(async (incoming, outgoing) => {
    const { method = '', url: target = '', rawHeaders } = incoming;
    requests.push({
      method,
      target,
      headers: headersOf(rawHeaders),
      body: await bytesOf(incoming),
    });
    outgoing.writeHead(200, { 'content-type': 'application/json' });
    outgoing.end(target.endsWith('/token') ? TOKEN_ANSWER : '{}');
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    origin: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    record: async (call) => {
      requests.length = 0;
      await call();
      const [request, ...others] = requests;
      if (request && others.length === 0) return request;
      throw new Error(`it sent ${requests.length} requests`);
    },
    close: () => {
      server.closeAllConnections();
      server.close();
    },
  };
};

// Our client does not take less from a token operation, wherever a planted fault sends it.
const TOKEN_ANSWER = JSON.stringify({ access_token: 'a', token_type: 'Bearer', expires_in: 900 });

const headersOf = (raw: readonly string[]): ReadonlyMap<string, string> => {
  const headers = new Map<string, string>();
  for (let at = 0; at < raw.length; at += 2) {
    const name = String(raw[at]).toLowerCase();
    if (headers.has(name)) throw new Error(`the header ${name} came twice`);
    headers.set(name, String(raw[at + 1]));
  }
  return headers;
};

const bytesOf = async (message: IncomingMessage): Promise<Buffer> => {
  const chunks: Buffer[] = [];
  for await (const chunk of message) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks);
};
