/** Numbers in [0, 1) that follow from what they are for alone: the same in every process, whatever came before. */
export const chanceOf = (...subject: readonly (number | string)[]): (() => number) => {
  let state = 2_166_136_261;
  for (const character of subject.join(' '))
    state = Math.imul(state ^ character.charCodeAt(0), 16_777_619);
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
};

/** One of these, each as often as its weight says. */
export const pick = <T extends { readonly weight: number }>(
  from: readonly T[],
  chance: () => number,
): T => {
  let left = chance() * from.reduce((sum, { weight }) => sum + weight, 0);
  for (const one of from) {
    left -= one.weight;
    if (left < 0) return one;
  }
  return from[0] as T;
};

/** A whole number. */
export const between = (from: number, to: number, chance: () => number): number =>
  Math.floor(from + (to - from) * chance());
