/**
 * Runs a task when a signal aborts, or at once if it has aborted already. The returned function
 * takes the task away. What a task throws is dropped, so that the others still run.
 *
 * However many tasks a signal has, it has one listener: Node 20 prints a warning from the eleventh
 * on, and one signal may stand for thousands of calls.
 */
export const onAbort = (signal: AbortSignal, task: () => void): (() => void) => {
  if (signal.aborted) {
    attempt(task);
    return () => {};
  }
  const waiting = waitingFor.get(signal) ?? listenTo(signal);
  // The same function may wait twice: what is kept is this request for it.
  const entry: Entry = { task };
  waiting.entries.add(entry);
  return () => {
    if (waiting.entries.delete(entry) && waiting.entries.size === 0) waiting.leave();
  };
};

interface Entry {
  readonly task: () => void;
}

interface Waiting {
  readonly entries: Set<Entry>;
  /** Takes the listener away: with one, some signals are kept alive for nothing. */
  readonly leave: () => void;
}

const waitingFor = new WeakMap<AbortSignal, Waiting>();

const listenTo = (signal: AbortSignal): Waiting => {
  const entries = new Set<Entry>();
  const leave = (): void => {
    waitingFor.delete(signal);
    signal.removeEventListener('abort', run);
  };
  const run = (): void => {
    leave();
    for (const entry of entries) {
      entries.delete(entry);
      attempt(entry.task);
    }
  };
  // Not with options: Node would read others of them from a polluted Object.prototype.
  signal.addEventListener('abort', run);
  const waiting = { entries, leave };
  waitingFor.set(signal, waiting);
  return waiting;
};

const attempt = (task: () => void): void => {
  try {
    task();
  } catch {
    // A task ends what is under way; nobody is there to hear that it failed.
  }
};
