import type { Socket } from 'node:net';
import type { Duplex } from 'node:stream';

/** How one end of a connection goes. `abrupt` is a FIN that TLS does not know of. */
export type End = 'abrupt' | 'fin' | 'rst';

/** One side of a connection: what is written goes through TLS, or not. */
export interface Line {
  readonly stream: Duplex;
  readonly raw: Socket;
}

export const end = ({ stream, raw }: Line, how: End): void => {
  if (how === 'abrupt') raw.end();
  else if (how === 'fin') stream.end();
  // While a FIN is under way the system refuses a reset (EINVAL), and then Node never tells of 'close'.
  else if (stream.writableEnded || raw.writableEnded) raw.destroy();
  else raw.resetAndDestroy();
};
