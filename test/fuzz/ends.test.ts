import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Socket } from 'node:net';
import { createSecureContext, connect as secure, TLSSocket } from 'node:tls';
import { afterEach, describe, expect, it } from 'vitest';
import { selfSigned } from '../../tools/spec/test/certificate.ts';
import { type End, end, type Line } from './ends.ts';

const certified = selfSigned();
const opened: { close(): unknown }[] = [];

afterEach(() => {
  for (const one of opened.splice(0)) one.close();
});

/** The server's side of a connection that a client has made. */
const lineOf = async (isSecure: boolean): Promise<Line> => {
  const server = createServer({ allowHalfOpen: true });
  opened.push(server);
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  const accepted = once(server, 'connection');
  const to = { host: '127.0.0.1', port };
  const client = isSecure ? secure({ ...to, ca: certified.cert }) : connect(to);
  client.on('error', () => {}).resume();
  opened.push({ close: () => client.destroy() });
  const [raw] = (await accepted) as [Socket];
  const secureContext = createSecureContext(certified);
  const stream = isSecure ? new TLSSocket(raw, { isServer: true, secureContext }) : raw;
  for (const one of [raw, stream]) one.on('error', () => {});
  if (isSecure) await once(client, 'secureConnect');
  stream.resume();
  return { stream, raw };
};

describe('the end of a connection of the fuzz server', () => {
  it.each([false, true])('is told where a reset meets another end, with TLS: %s', async (isTls) => {
    for (const first of ['fin', 'abrupt', 'rst'] satisfies End[]) {
      const line = await lineOf(isTls);
      const closed = once(line.raw, 'close');
      end(line, first);
      end(line, 'rst');
      await closed;
      expect(line.raw.closed, first).toBe(true);
    }
  });
});
