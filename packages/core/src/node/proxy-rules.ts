import { ConfigError } from '../errors.js';
import { own } from '../own.js';

/** Variables of an environment, such as `process.env`. */
export type Environment = Readonly<Record<string, string | undefined>>;

/**
 * The proxy for https that an environment names.
 * @throws {ConfigError} for one that speaks something else than HTTP; it never shows the value
 */
export const readProxy = (env: Environment): URL | undefined => {
  const text = proxyText(env);
  if (!text) return undefined;
  const url = parseUrl(/^[a-z][a-z\d+.-]*:\/\//i.test(text) ? text : `http://${text}`);
  if (url?.protocol === 'http:' || url?.protocol === 'https:') return url;
  throw new ConfigError('The proxy in HTTPS_PROXY cannot be used: it is no http or https URL.', {
    hint: 'Write it as http://proxy.example:3128, with special characters of a password percent-encoded.',
  });
};

/** Does the environment send requests to this URL through its proxy? http is for loopback: never. */
export const isProxied = (url: URL, env: Environment): boolean =>
  url.protocol === 'https:' &&
  Boolean(proxyText(env)) &&
  !ruleTexts(env).some((rule) => isMatch(url, rule));

/** What to do where no answer came: an environment's proxy is never used silently. */
export const unusedProxyHint = (url: string): string | undefined =>
  isProxied(new URL(url), process.env)
    ? 'HTTPS_PROXY is set, but proxies of the environment are not used silently: pass `axios: proxyFromEnv()`, of core/node, to use it.'
    : undefined;

const proxyText = (env: Environment): string | undefined =>
  own(env, 'https_proxy') || own(env, 'HTTPS_PROXY');

const ruleTexts = (env: Environment): string[] =>
  (own(env, 'no_proxy') || own(env, 'NO_PROXY') || '')
    .toLowerCase()
    .split(/[\s,]+/)
    .filter(Boolean);

// As curl reads it: `*`, or a host with those below it, with or without a dot in front, and perhaps a port.
const isMatch = ({ hostname, port }: URL, rule: string): boolean => {
  if (rule === '*') return true;
  const [, host = '', only = ''] = /^(?:\*?\.)?(\[[^\]]+\]|[^:]+)(?::(\d+))?$/.exec(rule) ?? [
    rule,
    `[${rule}]`,
  ];
  const isHost = hostname === host || hostname.endsWith(`.${host}`);
  return isHost && (only === '' || only === (port || '443'));
};

const parseUrl = (text: string): URL | undefined => {
  try {
    const url = new URL(text);
    // Both are decoded later, where an error would be nobody's.
    decodeURIComponent(url.username + url.password);
    return url;
  } catch {
    return undefined;
  }
};
