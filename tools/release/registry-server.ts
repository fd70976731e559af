import type { Server } from 'node:http';
import { createRequire } from 'node:module';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';

/*
 * A registry on loopback, for registry.ts: node registry-server.ts <folder> <scope> <uplink>. It prints
 * its port, and ends with whoever started it. What is of our scope is never asked of the uplink.
 */

// Its own folder locks it, so the types are not there for everybody.
const { runServer } = createRequire(import.meta.url)('verdaccio') as {
  readonly runServer: (config: object) => Promise<Server>;
};

const [folder = '', scope = '', uplink = ''] = process.argv.slice(2);
const anybody = { access: '$all', publish: '$all', unpublish: '$all' };
const server = await runServer({
  storage: join(folder, 'storage'),
  configPath: folder,
  self_path: folder,
  max_body_size: '50mb',
  auth: { htpasswd: { file: join(folder, 'htpasswd'), max_users: -1 } },
  uplinks: { uplink: { url: uplink } },
  packages: { [`${scope}/*`]: anybody, '**': { access: '$all', proxy: 'uplink' } },
  log: { type: 'stdout', format: 'pretty', level: 'fatal' },
});
server.listen(0, '127.0.0.1', () => console.log(`port ${(server.address() as AddressInfo).port}`));
process.stdin.on('end', () => process.exit()).resume();
