import { createHash } from 'node:crypto';
import { lookup } from 'node:dns';
import { once } from 'node:events';
import { constants } from 'node:fs';
import { open, realpath } from 'node:fs/promises';
import type { IncomingMessage } from 'node:http';
import { Agent, get } from 'node:https';
import { BlockList, isIP, type LookupFunction } from 'node:net';
import { basename } from 'node:path';
import type { JsonObject } from '../document.ts';
import { SpecError } from '../errors.ts';
import { parseText } from './source-text.ts';

/** A document as it came, before anything is believed of it. */
export interface Source {
  /** The URL without its query, or the base name of the file. */
  readonly name: string;
  /** Of the bytes, in hexadecimal digits. */
  readonly sha256: string;
  readonly document: JsonObject;
}

export interface SourceOptions {
  /** Hosts that a document may come from, each with its port if that is not 443. */
  readonly hosts: readonly string[];
  /** May this address be connected to? @default public addresses only */
  readonly isAllowedAddress?: (address: string) => boolean;
  /** The authority (PEM) to trust in place of the usual ones. */
  readonly ca?: string;
  /** For all of it, from the name to the last byte. @default 30_000 */
  readonly timeoutMs?: number;
}

const LARGEST_BYTES = 16 * 1024 * 1024;

/** Reads a document from a file or from an https URL. */
export const readSource = async (from: string, options: SourceOptions): Promise<Source> => {
  // A Windows path has one letter before its colon, and no two slashes.
  const url = /^[a-z][a-z\d+.-]+:\/\//i.test(from) ? checkedUrl(from, options) : undefined;
  const name = url ? shownUrl(url) : basename(from);
  const bytes = url ? await fetchBytes(url, options) : await readBytes(from);
  const sha256 = createHash('sha256').update(bytes).digest('hex');
  return { name, sha256, document: parseText(textOf(bytes, name), name) };
};

/** Is this an address of the public internet (IANA special-purpose registries)? */
export const isPublicAddress = (address: string): boolean => {
  if (isIP(address) === 4) return !SPECIAL.check(address, 'ipv4');
  if (isIP(address) !== 6 || address.includes('%')) return false;
  return GLOBAL.check(address, 'ipv6') && !SPECIAL.check(address, 'ipv6');
};

const SPECIAL = new BlockList();
for (const range of `0.0.0.0/8 10.0.0.0/8 100.64.0.0/10 127.0.0.0/8 169.254.0.0/16 172.16.0.0/12 192.0.0.0/24 192.0.2.0/24
  192.88.99.0/24 192.168.0.0/16 198.18.0.0/15 198.51.100.0/24 203.0.113.0/24 224.0.0.0/3
  2001::/23 2001:db8::/32 2002::/16 3fff::/20`.split(/\s+/)) {
  const [network = '', bits] = range.split('/');
  SPECIAL.addSubnet(network, Number(bits), network.includes(':') ? 'ipv6' : 'ipv4');
}
// All other IPv6 is local, reserved, or holds an IPv4 address that could be private.
const GLOBAL = new BlockList();
GLOBAL.addSubnet('2000::', 3, 'ipv6');

const readBytes = async (path: string): Promise<Buffer> => {
  try {
    // A pipe that nobody writes to must not hold us up.
    const file = await open(await realpath(path), constants.O_RDONLY | constants.O_NONBLOCK);
    try {
      const stat = await file.stat();
      if (!stat.isFile())
        throw new SpecError(`'${path}' is no regular file; name the document itself.`);
      if (stat.size > LARGEST_BYTES) throw tooLarge(path);
      return await file.readFile();
    } finally {
      await file.close();
    }
  } catch (error) {
    if (error instanceof SpecError) throw error;
    const why = codeOf(error) === 'ENOENT' ? 'does not exist' : `cannot be read (${codeOf(error)})`;
    throw new SpecError(`The file '${path}' ${why}; look at its name and its permissions.`);
  }
};

const checkedUrl = (from: string, options: SourceOptions): URL => {
  const url = URL.parse(from);
  if (url?.protocol !== 'https:')
    throw new SpecError(
      'A document is read from an https URL or a file; fetch it, then name the file.',
    );
  if (url.username !== '' || url.password !== '')
    throw new SpecError(`The URL at ${url.host} holds credentials; leave them out.`);
  if (!options.hosts.includes(url.host))
    throw new SpecError(
      `'${url.host}' is no host of documents (${options.hosts.join(', ')}); fetch it, then name the file.`,
    );
  // Node asks no lookup for an address.
  const address = url.hostname.replace(/^\[|\]$/g, '');
  const { isAllowedAddress = isPublicAddress } = options;
  if (isIP(address) !== 0 && !isAllowedAddress(address)) throw notPublic(url.host, address);
  return url;
};

const fetchBytes = async (url: URL, options: SourceOptions): Promise<Buffer> => {
  const { timeoutMs = 30_000, isAllowedAddress = isPublicAddress } = options;
  const signal = AbortSignal.timeout(timeoutMs);
  // One of our own, as the environment can put a proxy into the global one.
  const agent = new Agent({
    autoSelectFamily: true,
    lookup: checkedLookup(isAllowedAddress),
    rejectUnauthorized: true,
    ...(options.ca === undefined ? {} : { ca: options.ca }),
  });
  const headers = { accept: 'application/json, application/yaml', 'accept-encoding': 'identity' };
  const request = get(url, { agent, headers, signal });
  // What comes after the response is told by the response.
  request.on('error', () => {});
  try {
    const [response] = (await once(request, 'response')) as [IncomingMessage];
    return await bodyOf(response, url);
  } catch (error) {
    if (error instanceof SpecError) throw error;
    const why = signal.aborted
      ? `took more than ${timeoutMs / 1000} s`
      : `failed (${whyOf(error)})`;
    throw new SpecError(`Fetching ${shownUrl(url)} ${why}; try again, or name a file.`);
  } finally {
    request.destroy();
  }
};

// The address that was checked is the one that is connected to.
const checkedLookup =
  (isAllowed: (address: string) => boolean): LookupFunction =>
  (host, options, callback) =>
    lookup(host, { ...options, all: true }, (error, found) => {
      if (error) return callback(error, []);
      const refused = found.find(({ address }) => !isAllowed(address));
      callback(refused ? notPublic(host, refused.address) : null, found);
    });

const bodyOf = async (response: IncomingMessage, url: URL): Promise<Buffer> => {
  const { statusCode: status = 0, headers } = response;
  const name = shownUrl(url);
  if (status >= 300 && status < 400)
    throw new SpecError(`${name} redirects (${status}), which is not followed; name the last URL.`);
  if (status < 200 || status > 299)
    throw new SpecError(`${name} answered with ${status}; look at the URL.`);
  const { 'content-encoding': encoding = 'identity' } = headers;
  if (encoding !== 'identity')
    throw new SpecError(
      `${name} is packed (${encoding}); fetch and unpack it, then name the file.`,
    );
  if (Number(headers['content-length']) > LARGEST_BYTES) throw tooLarge(name);
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of response as AsyncIterable<Buffer>) {
    size += chunk.length;
    if (size > LARGEST_BYTES) throw tooLarge(name);
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
};

const textOf = (bytes: Buffer, name: string): string => {
  try {
    const text = new TextDecoder('utf-8', { fatal: true }).decode(bytes);
    if (!text.includes('\0')) return text;
  } catch {}
  throw new SpecError(
    `${name} is no text in UTF-8 (it begins with ${bytes.toString('hex', 0, 4)}); unpack or convert it.`,
  );
};

// A query may be a secret.
const shownUrl = ({ host, pathname }: URL): string => `https://${host}${pathname}`;

const tooLarge = (name: string): SpecError =>
  new SpecError(`'${name}' is larger than 16 MiB; no document of an API is.`);

const notPublic = (host: string, address: string): SpecError =>
  new SpecError(`'${host}' is at ${address}, which is no public address; fetch it yourself.`);

const codeOf = (error: unknown): string => String((error as NodeJS.ErrnoException).code);

const whyOf = (error: unknown): string =>
  error instanceof Error && 'code' in error ? String(error.code) : String(error);
