import { describe, expect, it } from 'vitest';
import { type FaultKind, TransportFault } from '../src/fault.js';

const raised = (fields: object): Error =>
  Object.assign(new Error('connect to user:password@10.0.0.1'), fields);
const faultOf = (error: unknown): TransportFault => TransportFault.from(error);

describe('an error of the wire', () => {
  it.each<[FaultKind, string, { code: string; syscall?: string }]>([
    [
      'connect',
      'the host name could not be resolved',
      { code: 'EAI_AGAIN', syscall: 'getaddrinfo' },
    ],
    ['connect', 'the host name does not exist', { code: 'ENOTFOUND', syscall: 'getaddrinfo' }],
    ['connect', 'the connection was refused', { code: 'ECONNREFUSED', syscall: 'connect' }],
    ['connect', 'the host cannot be reached', { code: 'EHOSTUNREACH', syscall: 'connect' }],
    ['connect', 'the network cannot be reached', { code: 'ENETUNREACH', syscall: 'connect' }],
    ['network', 'the connection was reset', { code: 'ECONNRESET', syscall: 'read' }],
    ['network', 'the exchange failed', { code: 'ERR_BAD_RESPONSE' }],
    ['network', 'the exchange failed', { code: 'ERR_NETWORK' }],
    ['network', 'the exchange failed', { code: 'ERR_STREAM_PREMATURE_CLOSE' }],
    ['network', 'the exchange failed', { code: 'UND_ERR_SOCKET' }],
    ['response', 'it was cancelled by the axios instance', { code: 'ERR_CANCELED' }],
    ['response', 'its headers are too large', { code: 'HPE_HEADER_OVERFLOW' }],
    ['response', 'the exchange failed', { code: 'Z_DATA_ERROR' }],
  ])('is a fault of the kind %s: %s (%o)', (kind, words, fields) => {
    expect(faultOf(raised(fields))).toMatchObject({
      kind,
      message: `${words} (${fields.code})`,
      code: fields.code,
      limitMs: 0,
    });
  });

  it.each([raised({}), raised({ code: 7 }), 'a text', null, undefined])(
    'that has no code may have come after the request was processed: %o',
    (error) => {
      expect(faultOf(error)).toMatchObject({
        kind: 'network',
        message: 'the connection failed',
        code: undefined,
      });
    },
  );

  it('that is the limit of axios says that the answer is too large', () => {
    const error = Object.assign(new Error('maxContentLength size of 1048576 exceeded'), {
      code: 'ERR_BAD_RESPONSE',
    });
    expect(faultOf(error)).toMatchObject({
      kind: 'too-large',
      message: 'its answer is larger than the limit',
      code: 'ERR_BAD_RESPONSE',
    });
  });
});

describe('a certificate that is not to be trusted', () => {
  it.each([
    'CERT_HAS_EXPIRED',
    'CRL_HAS_EXPIRED',
    'ERROR_IN_CERT_NOT_AFTER_FIELD',
    'HOSTNAME_MISMATCH',
    'INVALID_CA',
    'INVALID_PURPOSE',
    'PATH_LENGTH_EXCEEDED',
    'DEPTH_ZERO_SELF_SIGNED_CERT',
    'ERR_TLS_CERT_ALTNAME_INVALID',
    'SELF_SIGNED_CERT_IN_CHAIN',
    'UNABLE_TO_VERIFY_LEAF_SIGNATURE',
  ])('is known by its code: %s', (code) => {
    expect(faultOf(raised({ code }))).toMatchObject({
      kind: 'refused',
      code,
      message: `its certificate is not trusted (${code})`,
    });
  });

  it.each(['ECONNREFUSED', 'ERR_NETWORK', 'EXPIRED_CERT_', 'INVALID_CALL', 'ERR_SSL_BAD_RECORD'])(
    'is not meant by %j',
    (code) => {
      expect(faultOf(raised({ code })).kind).not.toBe('refused');
    },
  );
});

describe('what an error means at the moment when it came', () => {
  const at = (wasSent: boolean, code: string, more: object = {}) => {
    const { kind, isUnsent } = TransportFault.at(wasSent, raised({ code, ...more }));
    return [kind, isUnsent];
  };

  it.each([
    ['ECONNRESET', {}, 'connect', 'network'],
    ['ECONNREFUSED', { syscall: 'connect' }, 'connect', 'network'],
    ['ETIMEDOUT', { syscall: 'read' }, 'connect', 'network'],
    ['HPE_INVALID_CONSTANT', {}, 'connect', 'response'],
    ['CERT_HAS_EXPIRED', {}, 'refused', 'network'],
    // Before the request it is a host that speaks no TLS; behind it, bytes that somebody put in.
    ['ERR_SSL_WRONG_VERSION_NUMBER', {}, 'refused', 'network'],
  ])('%s %o is %s before the request was sent, and %s later', (code, more, before, later) => {
    expect(at(false, code, more)).toEqual([before, true]);
    expect(at(true, code, more)).toEqual([later, false]);
  });
});

describe('a host that cannot be reached', () => {
  const code = 'EHOSTUNREACH';
  const connecting = raised({ code, syscall: 'connect' });
  const reading = raised({ code, syscall: 'read' });
  const several = (...errors: readonly Error[]): Error =>
    Object.assign(new AggregateError(errors), { code });

  it.each([
    ['while connecting', connecting],
    ['while connecting, as an error around it says', raised({ code, cause: connecting })],
    ['at any of its addresses', several(connecting, connecting)],
  ])('%s got nothing', (_when, error) => {
    expect(faultOf(error).kind).toBe('connect');
  });

  it.each([
    ['in the middle of an answer', reading],
    ['in the middle of an answer, as an error around it says', raised({ code, cause: reading })],
    ['at one address, and in the middle of the answer of another', several(connecting, reading)],
    ['at no address', several()],
    ['at a moment that nothing tells', raised({ code })],
    ['at a moment that null does not tell', raised({ code, cause: null })],
    ['at a moment that a text does not tell', raised({ code, cause: 'connect' })],
  ])('%s may have got something', (_when, error) => {
    expect(faultOf(error).kind).toBe('network');
  });
});
