/**
 * Runs a hook of the user's that must not fail the work. What it throws, or rejects with later, goes
 * to `failed` alone: a rejection that nobody handles ends the process.
 */
export const runHook = (hook: () => unknown, failed: () => void = () => {}): void => {
  try {
    const told = hook();
    // Whatever can be awaited: promises of a library are no instances of ours.
    if (typeof told === 'object' && told !== null) Promise.resolve(told).catch(failed);
  } catch {
    failed();
  }
};
