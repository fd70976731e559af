import type { Socket } from 'node:net';

const IDLE_MS = 4_000;
const LONGEST_MARGIN_MS = 1_000;

/** One connection that is kept for later requests. */
export class Connection {
  readonly socket: Socket;
  /** True once it was kept for a later request: the server may have closed it since. */
  isKept = false;
  #idleMs = IDLE_MS;
  #idleSince = 0;
  #idleSinceWall = 0;

  constructor(socket: Socket) {
    this.socket = socket;
  }

  /** Takes over what an answer says in `Keep-Alive: timeout=5` (RFC 9112 section 9.3): seconds. */
  learn(keepAlive: string | undefined): void {
    const [, seconds] = /timeout\s*=\s*(\d{1,6})/i.exec(keepAlive ?? '') ?? [];
    if (seconds === undefined) return;
    const ms = Number(seconds) * 1_000;
    this.#idleMs = ms - Math.min(LONGEST_MARGIN_MS, ms / 2);
  }

  /** Nobody uses it from now on. */
  rest(): void {
    this.#idleSince = performance.now();
    this.#idleSinceWall = Date.now();
  }

  /** Would the server have closed it by now? Either clock may have stood still while the machine did. */
  isStale(): boolean {
    const idleMs = Math.max(performance.now() - this.#idleSince, Date.now() - this.#idleSinceWall);
    return idleMs >= this.#idleMs;
  }

  /** Can a request be sent over it, as far as is known? */
  isOpen(): boolean {
    const { destroyed, readableEnded, writable } = this.socket;
    return !destroyed && !readableEnded && writable;
  }
}
