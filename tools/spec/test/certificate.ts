import { generateKeyPairSync, sign } from 'node:crypto';

/** A certificate and its key, as PEM. */
export interface Certified {
  readonly key: string;
  readonly cert: string;
}

/** A certificate that signs itself (RFC 5280): for this host, and for 127.0.0.1 if that is localhost; `until` is a UTCTime. */
export const selfSigned = ({ host = 'localhost', until = '491231235959Z' } = {}): Certified => {
  const { privateKey, publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const algorithm = der(0x30, object('2a8648ce3d040302'));
  const name = der(0x30, der(0x31, der(0x30, object('550403'), der(0x0c, host))));
  const address = host === 'localhost' ? [der(0x87, Buffer.from([127, 0, 0, 1]))] : [];
  const hosts = der(0x30, der(0x82, host), ...address);
  const tbs = der(
    0x30,
    der(0xa0, der(0x02, Buffer.from([2]))),
    der(0x02, Buffer.from([1])),
    algorithm,
    name,
    der(0x30, der(0x17, '200101000000Z'), der(0x17, until)),
    name,
    publicKey.export({ type: 'spki', format: 'der' }),
    der(0xa3, der(0x30, der(0x30, object('551d11'), der(0x04, hosts)))),
  );
  const signature = Buffer.concat([Buffer.from([0]), sign('sha256', tbs, privateKey)]);
  return {
    key: privateKey.export({ type: 'pkcs8', format: 'pem' }) as string,
    cert: pem(der(0x30, tbs, algorithm, der(0x03, signature))),
  };
};

const der = (tag: number, ...parts: readonly (Buffer | string)[]): Buffer => {
  const body = Buffer.concat(parts.map((part) => Buffer.from(part as string)));
  const { length } = body;
  const size = length < 128 ? [length] : [0x82, length >> 8, length & 255];
  return Buffer.concat([Buffer.from([tag, ...size]), body]);
};

const object = (hex: string): Buffer => der(0x06, Buffer.from(hex, 'hex'));

const pem = (bytes: Buffer): string =>
  `-----BEGIN CERTIFICATE-----\n${bytes.toString('base64').replace(/.{64}/g, '$&\n')}\n-----END CERTIFICATE-----\n`;
