import { describe, expect, it } from 'vitest';
import { isProxied } from '../src/node/proxy-rules.js';

describe('NO_PROXY', () => {
  const proxied = (url: string, NO_PROXY: string): boolean =>
    isProxied(new URL(url), { HTTPS_PROXY: 'http://proxy.example', NO_PROXY });

  it.each([
    ['https://api.example.com', 'example.com', false],
    ['https://api.example.com', '.example.com', false],
    ['https://api.example.com', '*.example.com', false],
    ['https://api.example.com', 'other.example, API.Example.com', false],
    ['https://api.example.com', 'other.example api.example.com:443', false],
    ['https://api.example.com', '*', false],
    ['https://[::1]', '::1', false],
    ['https://[::1]:8443', '[::1]:8443', false],
    ['https://api.example.com', 'api.example.com:8443', true],
    ['https://api.example.com', 'ample.com', true],
    ['https://api.example.com', 'api.example.com.evil', true],
    ['https://api.example.com', '', true],
    ['http://127.0.0.1', '', false],
  ])('%s with %j', (url, rules, isThrough) => {
    expect(proxied(url, rules)).toBe(isThrough);
  });

  it('and the proxy are read in lower case first', () => {
    const url = new URL('https://api.example.com');
    const env = { https_proxy: 'http://proxy.example', NO_PROXY: 'example.com' };
    expect(isProxied(url, env)).toBe(false);
    expect(isProxied(url, { ...env, no_proxy: 'other.example' })).toBe(true);
  });
});
