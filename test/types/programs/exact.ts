/** Compiles only if both types are the same; `any` is the same as nothing else. */
export const exact = <A, B>(_same: Same<A, B>): void => {};

type Same<A, B> =
  (<T>() => T extends A ? 1 : 2) extends <T>() => T extends B ? 1 : 2 ? 'same' : 'different';
