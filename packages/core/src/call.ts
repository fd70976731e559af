import type { Answer, Call } from './operation.js';

/**
 * Makes a running exchange a {@link Call}: a native promise with one method more. A promise that
 * starts on `await` was tried: calls that nobody awaits would never be sent, and writes reordered.
 */
export const toCall = <R>(sent: Promise<Answer<R>>): Call<R> => {
  const data = sent.then((answer) => answer.data);
  const withResponse = (): Promise<Answer<R>> => {
    // Whoever asks for the whole answer handles its failure there.
    data.catch(() => {});
    return sent.then((answer) => answer);
  };
  // Not `data.withResponse = () => …`: V8 puts such a function among the old objects, with all that it holds.
  return Object.assign(data, { withResponse });
};
