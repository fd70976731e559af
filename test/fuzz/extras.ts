import { POISON } from './marks.ts';

const length = (text: string): string => `Content-Length: ${Buffer.byteLength(text)}`;
const POISONED = JSON.stringify({ data: { id: POISON }, errors: [{ detail: POISON }] });
const JSON_TYPE = 'Content-Type: application/json';

/** Bytes that nobody asked for. */
export const EXTRA = {
  answer: `HTTP/1.1 200 OK\r\n${JSON_TYPE}\r\n${length(POISONED)}\r\n\r\n${POISONED}`,
  refusal: `HTTP/1.1 418 ${POISON}\r\n${JSON_TYPE}\r\n${length(POISONED)}\r\n\r\n${POISONED}`,
  late: 'HTTP/1.1 408 Request Timeout\r\nConnection: close\r\nContent-Length: 0\r\n\r\n',
  interim: 'HTTP/1.1 100 Continue\r\n\r\n',
  garbage: '\u0000\u0001\u0002 no HTTP',
  lines: '\r\n\r\n',
  byte: 'H',
} as const;

export type Extra = keyof typeof EXTRA;
export const EXTRAS = Object.keys(EXTRA) as Extra[];
