/** Where a request goes: what a URL says of it, and the rest as it is written in the request line. */
export interface Place {
  readonly origin: Origin;
  readonly path: string;
}

export interface Origin {
  /** As a URL writes it. */
  readonly text: string;
  readonly isTls: boolean;
  /** Without brackets, as a name or an address is connected to. */
  readonly hostname: string;
  readonly port: number;
  /** For the header of that name. */
  readonly host: string;
}

// What a URL parser leaves as it is: no dots that begin a segment, no character that it would encode or drop.
const PLAIN =
  /^(https?:\/\/[a-z0-9.:[\]-]+)(\/(?:[a-zA-Z0-9_~!$&()*+,;=:@/?-]|(?<!\/)\.|%(?!2[eE])[0-9a-fA-F]{2})*)(?<!\?)$/;
const MOST_ORIGINS = 1_000;
const known = new Map<string, Origin>();

export const placeOf = (url: string): Place => {
  const [, text, path] = PLAIN.exec(url) ?? [];
  const origin = text === undefined ? undefined : known.get(text);
  if (origin !== undefined && path !== undefined) return { origin, path };
  const parsed = new URL(url);
  return { origin: originOf(parsed), path: parsed.pathname + parsed.search };
};

const originOf = ({ origin: text, protocol, hostname, port, host }: URL): Origin => {
  const isTls = protocol === 'https:';
  const origin: Origin = {
    text,
    isTls,
    hostname: hostname.replace(/^\[|\]$/g, ''),
    port: port === '' ? (isTls ? 443 : 80) : Number(port),
    host,
  };
  if (known.size >= MOST_ORIGINS) known.clear();
  if (!known.has(text)) known.set(text, origin);
  return known.get(text) ?? origin;
};
