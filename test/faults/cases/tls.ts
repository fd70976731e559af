import assert from 'node:assert/strict';
import { createServer } from 'node:https';
import { getCACertificates, setDefaultCACertificates } from 'node:tls';
import { ConnectionError } from '@criteo-sdk/retailmedia';
import { type Certified, selfSigned } from '../../../tools/spec/test/certificate.ts';
import { type Case, call, connect, failure } from '../bench.ts';
import { json } from '../misbehave.ts';
import { listen, stop } from '../server.ts';

/** Servers that are not who they say. */
export const TLS: readonly Case[] = [
  {
    id: 'F49',
    what: 'a certificate that nobody vouches for, of another host, or expired: refused once, and no advice to look away',
    alone: true,
    run: async (bench) => {
      const { tokens } = connect(bench);
      const good = selfSigned();
      const unknown = selfSigned();
      const elsewhere = selfSigned({ host: 'elsewhere.example' });
      const expired = selfSigned({ until: '210101000000Z' });
      const before = getCACertificates('default');
      setDefaultCACertificates([...before, good.cert, elsewhere.cert, expired.cert]);
      try {
        // The same server with a good certificate: it is the certificate that decides.
        assert.deepEqual(await meet(good, (url) => call(connect({ url }, { tokens }))), [1, 1]);
        for (const [certified, code] of [
          [unknown, 'DEPTH_ZERO_SELF_SIGNED_CERT'],
          [elsewhere, 'ERR_TLS_CERT_ALTNAME_INVALID'],
          [expired, 'CERT_HAS_EXPIRED'],
        ] as const) {
          const refuse = async (url: string): Promise<void> => {
            const error = await failure(call(connect({ url }, { tokens })));
            assert.ok(error instanceof ConnectionError);
            assert.deepEqual([error.code, error.attempts], [code, 1]);
            assert.doesNotMatch(JSON.stringify(error), /rejectUnauthorized|NODE_TLS|insecure/i);
          };
          assert.deepEqual(await meet(certified, refuse), [1, 0], code);
        }
      } finally {
        setDefaultCACertificates(before);
      }
    },
  },
];

/** Meets a server with this certificate; gives its numbers of connections and requests. */
const meet = async (
  certified: Certified,
  visit: (url: string) => Promise<unknown>,
): Promise<[connections: number, requests: number]> => {
  let connections = 0;
  let requests = 0;
  const { port, server } = await listen(
    (_request, response) => {
      requests += 1;
      json(response, 200, { data: {} });
    },
    { create: (handle) => createServer(certified, handle) },
  );
  server.on('connection', () => {
    connections += 1;
  });
  try {
    await visit(`https://127.0.0.1:${port}`);
  } finally {
    await stop(server);
  }
  return [connections, requests];
};
