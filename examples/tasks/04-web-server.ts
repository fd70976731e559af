// A web server whose users consent: authorization code with PKCE. Its sessions stand in memory, its tokens in files.
import { randomUUID } from 'node:crypto';
import { createServer, type IncomingMessage } from 'node:http';
import { fileStore } from '@criteo-sdk/core/node';
import { type Consent, createConsent, readConsentCallback } from '@criteo-sdk/retailmedia';
import { createClient } from '@criteo-sdk/retailmedia/2026-07';
import { connection, consentUrl } from './connection.ts';

const port = Number(process.env.PORT ?? 8080);
const redirectUri = `http://127.0.0.1:${port}/callback`;
const store = fileStore({ folder: '.tokens' });
const sessions = new Map<string, Consent>();

const sessionOf = ({ headers }: IncomingMessage): string =>
  /session=([\w-]+)/.exec(headers.cookie ?? '')?.[1] ?? '';

const server = createServer(async (request, response) => {
  try {
    const { pathname, search } = new URL(request.url ?? '/', redirectUri);
    if (pathname === '/connect') {
      const consent = await createConsent({
        clientId: connection.clientId,
        redirectUri,
        consentUrl,
      });
      const session = randomUUID();
      sessions.set(session, consent);
      const cookie = `session=${session}; HttpOnly; SameSite=Lax`;
      response.writeHead(302, { location: consent.url, 'set-cookie': cookie }).end();
      return;
    }
    const begun = sessions.get(sessionOf(request));
    if (pathname !== '/callback' || !begun) {
      response.writeHead(404).end();
      return;
    }
    // It throws for a state that is not this browser's, and for a user who refused.
    const { code } = readConsentCallback(search, begun);
    const { codeVerifier } = begun;
    const client = createClient({
      ...connection,
      store,
      subject: 'user-1', // your own id of this user
      grant: { type: 'authorization_code', code, redirectUri, codeVerifier },
    });
    await client.tokens.get(); // saved before anyone can use it
    const { data } = await client.account.getAccounts();
    response.end(`connected: ${data.length} accounts on the first page\n`);
  } catch (error) {
    console.error(error); // safe to log whole: it holds no secret
    response.writeHead(500).end('not connected\n');
  }
});
server.listen(port, '127.0.0.1', () => console.log(`open http://127.0.0.1:${port}/connect`));
