import type { Socket } from 'node:net';

const IDLE_MS = 4_000;
const IN_USE_MS = 1;
const LONGEST_MARGIN_MS = 1_000;

/** One connection that is kept for later requests. */
export class Connection {
  readonly socket: Socket;
  /** True once it was kept for a later request: the server may have closed it since. */
  isKept = false;
  #idleMs = IDLE_MS;
  #idleSince = 0;
  #idleSinceWall = 0;
  #isResting = false;
  #isWatched = false;

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

  /**
   * Nothing is sent over it until it wakes. A server has nothing to say meanwhile: what it says must not be taken for
   * the next answer.
   */
  rest(): void {
    if (this.#isResting) return;
    this.#isResting = true;
    this.#idleSince = performance.now();
    this.#idleSinceWall = Date.now();
    forgetExchange(this.socket);
    this.#watch();
    this.socket.unref();
  }

  /** A request is about to be sent over it. */
  wake(): void {
    this.#isResting = false;
    this.socket.ref();
  }

  // Not before its first answer, which may have begun to come by now.
  #watch(): void {
    if (this.#isWatched) return;
    this.#isWatched = true;
    const destroy = (): void => {
      if (this.#isResting) this.socket.destroy();
    };
    this.socket.on('data', destroy).on('end', destroy);
  }

  /** Would the server have closed it by now? Either clock may have stood still while the machine did. */
  isStale(): boolean {
    const idleMs = Math.max(performance.now() - this.#idleSince, Date.now() - this.#idleSinceWall);
    return idleMs >= this.#idleMs;
  }

  /** Did its last answer end just now? Longer ago, the process may have been busy while something came. */
  isInUse(): boolean {
    return performance.now() - this.#idleSince < IN_USE_MS;
  }

  /** Can a request be sent over it, as far as is known? */
  isOpen(): boolean {
    const { destroyed, readableEnded, writable } = this.socket;
    return !destroyed && !readableEnded && writable;
  }
}

/** As an agent of Node does: the last answer would stay in memory for as long as its connection is kept. */
const forgetExchange = (socket: Socket & { _httpMessage?: unknown }): void => {
  socket._httpMessage = null;
};
