import type { Socket } from 'node:net';
import { Connection } from './connection.js';

/** Opens a connection and gives it when a request can be sent; the returned function gives it up. */
export type Open = (done: (error: unknown, socket?: Socket) => void) => () => void;

/** Who wants a connection. */
export interface Taker {
  /** A kept one will not do. */
  readonly isFresh: boolean;
  /** One is being opened for it. */
  connecting(): void;
  /** It wakes the connection when it sends. */
  ready(connection: Connection): void;
  failed(error: unknown): void;
}

/**
 * Connections to one origin. At most so many are open or being opened; who comes later waits in order. Of the kept
 * ones the last used is taken first, and those that are idle for too long are closed when one would be taken.
 */
export class ConnectionPool {
  readonly #open: Open;
  readonly #most: number;
  /** What a connection that does not come about in time is told as. */
  readonly late: string | undefined;
  /** Who is idle the longest stands first. */
  readonly #idle: Connection[] = [];
  readonly #waiting = new Set<Taker>();
  /** What gives up the connection that is being opened for somebody. */
  readonly #opening = new Map<Taker, () => void>();
  #count = 0;
  #isKeeping = true;

  constructor(open: Open, most: number, late?: string) {
    this.#open = open;
    this.#most = most;
    this.late = late;
  }

  get isEmpty(): boolean {
    return this.#count === 0;
  }

  take(taker: Taker): void {
    const kept = taker.isFresh ? undefined : this.#lastUsed();
    if (kept !== undefined) {
      taker.ready(kept);
    } else if (this.#count < this.#most) {
      this.#connect(taker);
    } else {
      // For one that wants a fresh connection a kept one makes room.
      this.#idle[0]?.socket.destroy();
      this.#waiting.add(taker);
    }
  }

  /** Who waits for a connection waits no more; one that was being opened is given up. */
  leave(taker: Taker): void {
    this.#waiting.delete(taker);
    this.#opening.get(taker)?.();
  }

  /** Nothing was sent over it, or an answer came that leaves it open. */
  giveBack(connection: Connection): void {
    const [next] = this.#waiting;
    connection.isKept = true;
    connection.rest();
    const isUseless = next === undefined ? !this.#isKeeping : next.isFresh;
    if (!connection.isOpen() || isUseless) {
      connection.socket.destroy();
    } else if (next === undefined) {
      this.#idle.push(connection);
    } else {
      this.#waiting.delete(next);
      next.ready(connection);
    }
  }

  /** Somebody may want one again: those that become idle are kept. */
  keep(): void {
    this.#isKeeping = true;
  }

  /** Nobody does: those that are idle are closed, and those that become idle. */
  close(): void {
    this.#isKeeping = false;
    for (const { socket } of this.#idle) socket.destroy();
  }

  #lastUsed(): Connection | undefined {
    for (let kept = this.#idle.at(-1); kept !== undefined; kept = this.#idle.at(-1)) {
      if (kept.isOpen() && !kept.isStale()) return this.#idle.pop();
      this.#idle.pop();
      kept.socket.destroy();
    }
    return undefined;
  }

  #connect(taker: Taker): void {
    this.#count += 1;
    taker.connecting();
    let isOver = false;
    const end = (): void => {
      isOver = true;
      this.#opening.delete(taker);
    };
    const giveUp = this.#open((error, socket) => {
      if (isOver) return void socket?.destroy();
      end();
      if (socket !== undefined) return taker.ready(this.#keep(socket));
      this.#ended();
      taker.failed(error);
    });
    if (isOver) return;
    this.#opening.set(taker, () => {
      end();
      this.#ended();
      giveUp();
    });
  }

  #keep(socket: Socket): Connection {
    const connection = new Connection(socket);
    // Late errors have an owner; who uses it listens, too.
    socket.on('error', () => {});
    socket.once('close', () => {
      const at = this.#idle.indexOf(connection);
      if (at >= 0) this.#idle.splice(at, 1);
      this.#ended();
    });
    // What node:http says when it is done with it, after an answer that leaves it open.
    socket.on('free', () => this.giveBack(connection));
    return connection;
  }

  #ended(): void {
    this.#count -= 1;
    const [next] = this.#waiting;
    if (next === undefined) return;
    this.#waiting.delete(next);
    this.#connect(next);
  }
}
