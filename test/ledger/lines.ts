import type { Socket } from 'node:net';
import { between, chanceOf, pick } from './chance.ts';
import type { Tunnel } from './proxy.ts';

/** How a connection is closed: as one says goodbye, without a word below TLS, or torn down. */
export type Close = 'drop' | 'end' | 'reset' | 'timeout-answer';

/** One connection of the server's. */
export interface Line {
  readonly raw: Socket;
  /** The socket of HTTP, over TLS or `raw` itself. */
  http: Socket;
  /** The tunnel that it came through. */
  readonly tunnel: () => Tunnel | undefined;
  /** Seconds that answers state in `Keep-Alive: timeout=N`. */
  readonly statedS: number | undefined;
  /** Requests under way. */
  busy: number;
  works(): void;
  rests(): void;
}

// Most close idle connections without a word.
const PATIENCE = [
  { idleMs: undefined, statedS: undefined, weight: 30 },
  { idleMs: 60, statedS: undefined, weight: 10 },
  { idleMs: 600, statedS: undefined, weight: 20 },
  { idleMs: 4_000, statedS: undefined, weight: 20 },
  { idleMs: undefined, statedS: 1, weight: 10 },
  { idleMs: undefined, statedS: 2, weight: 10 },
] as const;
const CLOSES = ['drop', 'end', 'reset', 'timeout-answer'] as const;

/** A connection that is closed when it was idle for a while; one without a seed is closed by nobody. */
export const lineOf = (
  raw: Socket,
  tunnel: () => Tunnel | undefined,
  seed: string | undefined,
): Line => {
  const chance = chanceOf(seed ?? '');
  const { idleMs, statedS } = seed === undefined ? NEVER : pick(PATIENCE, chance);
  let timer: NodeJS.Timeout | undefined;
  const line: Line = {
    raw,
    http: raw,
    tunnel,
    statedS,
    busy: 0,
    works: () => {
      line.busy += 1;
      clearTimeout(timer);
    },
    rests: () => {
      line.busy -= 1;
      const ms = statedS === undefined ? idleMs && between(1, idleMs, chance) : statedS * 1_000;
      if (ms === undefined || line.busy > 0) return;
      const how = CLOSES[Math.floor(chance() * CLOSES.length)] ?? 'end';
      timer = setTimeout(() => close(line, how), ms);
    },
  };
  raw.once('close', () => clearTimeout(timer));
  return line;
};

const NEVER = { idleMs: undefined, statedS: undefined };

const TIMED_OUT = 'HTTP/1.1 408 Request Timeout\r\nConnection: close\r\nContent-Length: 0\r\n\r\n';

export const close = ({ raw, http }: Pick<Line, 'http' | 'raw'>, how: Close): void => {
  if (raw.destroyed) return;
  if (how === 'reset') return void raw.resetAndDestroy();
  if (how === 'drop') return void raw.destroy();
  // As some servers say it to a connection that asks nothing.
  http.end(how === 'timeout-answer' ? TIMED_OUT : '', () => raw.destroy());
};
