import type { Random } from './random.ts';

/* Lines of a head that a server should not send. */

const MEMBERS = [
  '__proto__',
  'constructor',
  'hasOwnProperty',
  'toString',
  'valueOf',
  'prototype',
  'then',
];

const NUMBERS = [
  '0',
  '1',
  '-1',
  '1e309',
  'NaN',
  'Infinity',
  '0x10',
  '9007199254740993',
  '99999999999',
  '253402300799',
  '1.5',
  '',
  '99999999999999999999999999',
  '60',
  ' 7 ',
  '7, 8',
  '\u0000',
];

const DATES = [
  'Thu, 01 Jan 1970 00:00:00 GMT',
  'Fri, 31 Dec 9999 23:59:59 GMT',
  'Sat, 31 Dec 275760 23:59:59 GMT',
  'Wed, 21 Oct 2015 07:28:00 GMT',
  'Wed Oct 21 07:28:00 2015',
  'Wednesday, 21-Oct-15 07:28:00 GMT',
  'Wed, 99 Oct 2015 99:99:99 GMT',
  'now',
  'constructor',
  '+999999-01-01T00:00:00Z',
];

const LIMITS = [
  'retry-after',
  'retry-after-ms',
  'x-ratelimit-limit',
  'x-ratelimit-remaining',
  'x-ratelimit-reset',
];

const TYPES = [
  '',
  '/',
  'application/json; charset=utf-16',
  'application/json, text/html',
  'APPLICATION/JSON',
  'text/plain',
  'text/html',
  'application/problem+json',
  'constructor',
  'a'.repeat(2_000),
];

const ODD = [
  'no colon at all',
  ': no name',
  'X Space: 1',
  'X-Space : 1',
  'X-Tab:\t1\t',
  'X-Fold: 1\r\n 2',
  'X-Null: a\u0000b',
  'X-Bell: \u0007\u001b[2J',
  'X-High: äöü\u00ff',
  'X-Héader: 1',
  'X-Bare: 1\rX-More: 2',
  'X-Line: 1\nX-More: 2',
  'Connection: upgrade\r\nUpgrade: h2c',
  'Connection: close',
  'Connection: keep-alive, close',
  'Connection: constructor',
  'Keep-Alive: timeout=-1',
  'Keep-Alive: timeout=0',
  'Keep-Alive: timeout=999999, max=0',
  'Keep-Alive: timeout=99999999999999',
  'Location: https://elsewhere.example/',
  'Location: javascript:alert(1)',
  'Location: //\u0000',
  'Set-Cookie: a=b\r\nSet-Cookie: c=d',
  'Proxy-Connection: close',
  'Content-MD5: constructor',
  'WWW-Authenticate: Bearer error="invalid_token"',
  'Trailer: Content-Length',
];

/** Between one and four of them, or one of the kinds that are many. */
export const drawLines = (random: Random): string[] => {
  const kinds: readonly (() => string[])[] = [
    () => [`${random.pick(MEMBERS)}: ${random.pick(MEMBERS)}`],
    () => [`${random.pick(LIMITS)}: ${random.pick([...NUMBERS, ...DATES])}`],
    () => [`Date: ${random.pick(DATES)}`, `Retry-After: ${random.pick([...NUMBERS, ...DATES])}`],
    () => [`Content-Type: ${random.pick(TYPES)}`],
    () => [random.pick(ODD)],
    () => [random.pick(ODD)],
  ];
  const some = Array.from({ length: 1 + random.below(3) }, () => random.pick(kinds)()).flat();
  return random.chance(0.05) ? [...some, ...random.pick(MANY)] : some;
};

const MANY: readonly string[][] = [
  Array.from({ length: 3_000 }, (_, index) => `X-${index}: 1`),
  Array.from({ length: 500 }, () => 'X-Same: 1'),
  [`X-Long: ${'a'.repeat(20_000)}`],
  [`${'X'.repeat(20_000)}: a`],
];

/** Answers that are none: before the final one. */
export const INTERIM: readonly string[] = [
  'HTTP/1.1 100 Continue\r\n\r\n',
  'HTTP/1.1 102 Processing\r\n\r\n',
  'HTTP/1.1 103 Early Hints\r\nLink: </a>\r\n\r\n',
  'HTTP/1.1 199 \r\nContent-Length: 5\r\n\r\n',
  'HTTP/1.1 103 Early Hints\r\nContent-Length: 5\r\n\r\nhello',
  'HTTP/1.1 101 Switching Protocols\r\nConnection: upgrade\r\nUpgrade: websocket\r\n\r\n',
  'HTTP/1.1 101 Switching Protocols\r\n\r\n',
  'HTTP/1.1 100 Continue\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n',
  'HTTP/1.1 100 Continue\r\n\r\n'.repeat(50),
  '\r\n\r\n',
];

/** First lines that a client should not have to read. */
export const drawStatusLine = (random: Random, status: number): string =>
  random.pick([
    `HTTP/1.0 ${status} OK`,
    `HTTP/1.1 ${status}`,
    `HTTP/1.1 ${status} `,
    `HTTP/1.2 ${status} OK`,
    `HTTP/2.0 ${status} OK`,
    `HTTP/0.9 ${status} OK`,
    `http/1.1 ${status} OK`,
    `HTTP/1.1  ${status} OK`,
    `HTTP/1.1 ${status} \u0000\u00ff\u001b[2J`,
    `HTTP/1.1 ${status} ${'r'.repeat(9_000)}`,
    `\r\nHTTP/1.1 ${status} OK`,
    `ICY ${status} OK`,
    'HTTP/1.1 OK',
    'HTTP/1.1 20 OK',
    'HTTP/1.1 2000 OK',
    'HTTP/1.1 -200 OK',
    'GET / HTTP/1.1',
    '',
    `RTSP/1.0 ${status} OK`,
  ]);
