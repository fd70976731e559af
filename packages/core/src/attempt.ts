import { onAbort } from './abort.js';
import type { CallState } from './call-state.js';
import { TransportFault } from './fault.js';
import type { Clock } from './time.js';

/** How far an attempt came. */
export type Stage = 'answering' | 'connecting' | 'sent' | 'waiting';

const LATE: Readonly<Record<Stage, string>> = {
  waiting: 'no connection was free',
  connecting: 'no connection came about',
  sent: 'no complete answer came',
  answering: 'no complete answer came',
};

/** What is to end when an attempt is ended from outside. */
export interface Ending {
  end(reason: unknown): void;
}

interface AttemptTerms extends Pick<Attempt, 'isSafe' | 'isToken'> {
  /** For how long it may be sent again, if nobody knows what became of it. */
  readonly repeatedForMs: number;
}

/**
 * One attempt of a call: the transport records how far it comes, and that decides which limit runs. Over a
 * transport that does not tell, such as a user's adapter, it counts as sent from the beginning.
 */
export class Attempt {
  readonly call: CallState;
  /** True for a token request: it has connections of its own. */
  readonly isToken: boolean;
  /** May it be sent again on a fresh connection, if a kept one ends without an answer? */
  readonly isSafe: boolean;
  /** True once bytes of the request may have left. */
  wasSent = false;
  /** Did a transport tell its stages? Then nothing has to be read from an error. */
  isRecorded = false;
  /** Status of an answer that has begun. */
  status: number | undefined;
  readonly #repeatedForMs: number;
  readonly #clock: Clock;
  readonly #startedAt: number;
  #connectsAt = 0;
  #stage: Stage = 'waiting';
  #lateWords: string = LATE.connecting;
  #reason: unknown;
  #isOver = false;
  #controller: AbortController | undefined;
  readonly #forget: () => void;
  readonly #toEnd = new Set<Ending>();
  #stopTimer: (() => void) | undefined;

  constructor(call: CallState, clock: Clock, { isToken, isSafe, repeatedForMs }: AttemptTerms) {
    this.call = call;
    this.isToken = isToken;
    this.isSafe = isSafe;
    this.#repeatedForMs = repeatedForMs;
    this.#clock = clock;
    this.#startedAt = clock.monotonic();
    this.#forget = onAbort(call.signal, () => this.#onCallEnd());
  }

  /** For transports that take nothing else. */
  get signal(): AbortSignal {
    this.#controller ??= new AbortController();
    if (this.#isOver) this.#controller.abort(this.#reason);
    return this.#controller.signal;
  }

  onEnd(ending: Ending): void {
    this.#toEnd.add(ending);
  }

  /** It has come to its own end. */
  forget(ending: Ending): void {
    this.#toEnd.delete(ending);
  }

  /** Of a transport that tells: a connection is being opened. `late` says what it means if none comes about. */
  connects(late: string = LATE.connecting): void {
    this.isRecorded = true;
    this.#lateWords = late;
    if (this.#stage !== 'waiting') return;
    this.call.attempts += 1;
    this.#connectsAt = this.#clock.monotonic();
    this.#enter('connecting', this.call.connectMs);
  }

  /**
   * The request is about to be handed to a connection.
   * @throws {TransportFault} if it is a repeat that comes too late
   */
  sends(): void {
    const { call } = this;
    const now = this.#clock.monotonic();
    if (now > call.repeatBy)
      throw new TransportFault('late', 'it would be repeated too late', { isUnsent: true });
    if (this.#stage !== 'connecting') call.attempts += 1;
    this.wasSent = true;
    call.firstSentAt ??= now;
    this.#enter('sent', call.attemptMs);
  }

  /** A kept connection ended without an answer: may the request go over a fresh one? Once a call, if it is safe. */
  reconnects(): boolean {
    const { call } = this;
    if (!this.isSafe || call.hasReconnected) return false;
    call.hasReconnected = true;
    call.note('unknown');
    call.repeatBy = (call.firstSentAt ?? 0) + this.#repeatedForMs;
    return true;
  }

  /** The head of an answer came. */
  answers(status: number): void {
    this.#stage = 'answering';
    this.status = status;
  }

  /** It has come to its end, whichever: nothing ends it any more. */
  finish(): void {
    this.#stopTimer?.();
    this.#toEnd.clear();
    this.#forget();
  }

  /** Nobody wants what is still to come of its answer. */
  abandon(): void {
    this.#controller?.abort();
  }

  #enter(stage: Stage, limitMs: number): void {
    this.#stage = stage;
    this.#stopTimer?.();
    this.#stopTimer = this.#clock.after(limitMs, () => this.#end(this.#late(limitMs)));
  }

  #onCallEnd(): void {
    const { reason } = this.call.signal as { readonly reason: unknown };
    const isLate = reason instanceof TransportFault;
    this.#end(isLate ? this.#late(reason.limitMs, this.#hasWaited()) : reason);
  }

  /** Who had to wait for a connection for most of the time did not fail for opening one. */
  #hasWaited(): boolean {
    const connectedMs = this.#clock.monotonic() - this.#connectsAt;
    return this.#stage === 'connecting' && this.#connectsAt - this.#startedAt > connectedMs;
  }

  #late(limitMs: number, hasWaited = false): TransportFault {
    const stage = hasWaited ? 'waiting' : this.#stage;
    const why = stage === 'connecting' ? this.#lateWords : LATE[stage];
    return new TransportFault('timeout', why, { limitMs, isUnsent: !this.wasSent });
  }

  #end(reason: unknown): void {
    this.#isOver = true;
    this.#reason = reason;
    const toEnd = [...this.#toEnd];
    this.finish();
    this.#controller?.abort(reason);
    for (const ending of toEnd) ending.end(reason);
  }
}
