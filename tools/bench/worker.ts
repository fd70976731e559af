import { fork } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';

/** A process of its own, so that what it costs is nobody else's. */
export interface Worker {
  /** Sends a question and gives the answer to it; one at a time. */
  ask<T>(question: unknown): Promise<T>;
  end(): void;
}

/** Starts a file of this folder that calls {@link answerEach}. */
export const startWorker = (
  file: string,
  args: readonly string[] = [],
  execArgv: readonly string[] = [],
): Worker => {
  const child = fork(join(import.meta.dirname, file), args, { execArgv: [...execArgv] });
  const death = once(child, 'exit').then(([code]) => {
    throw new Error(`${file} ended with ${String(code)}`);
  });
  // It matters only to who waits for an answer.
  death.catch(() => {});
  return {
    ask: async (question) => {
      const answered = once(child, 'message');
      child.send(question as object);
      const [{ answer }] = await Promise.race([answered, death]);
      return answer;
    },
    end: () => {
      if (child.connected) child.disconnect();
    },
  };
};

/** The other side: what this process answers. It ends with the one that started it. */
export const answerEach = <Q>(answerTo: (question: Q) => unknown): void => {
  process.on('message', async (question) => {
    process.send?.({ answer: await answerTo(question as Q) });
  });
  process.on('disconnect', () => process.exit());
};
