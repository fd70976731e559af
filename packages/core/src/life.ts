/**
 * What is known of an API version's life at its vendor. A date is a day (`2027-01-27`), or a month
 * (`2027-07`), which counts from its first day.
 */
export interface ApiLife {
  readonly deprecatedFrom?: string;
  readonly endsOn?: string;
  /** From where the version to move to is imported. */
  readonly successor?: string;
}

/** What there is to say of a version that has ended or will soon; nothing of others. */
export const lifeNotice = (version: string, life: ApiLife, now: number): string | undefined => {
  const { deprecatedFrom, endsOn, successor } = life;
  const hasBegun = (date: string | undefined): date is string =>
    date !== undefined && now >= Date.parse(date);
  if (!hasBegun(endsOn) && !hasBegun(deprecatedFrom)) return undefined;
  const state = endsOn
    ? `${hasBegun(endsOn) ? 'ended' : 'ends'} ${onDate(endsOn)}`
    : 'is deprecated';
  return `${version} ${state}${successor ? `: ${importOf(successor)}` : '.'}`;
};

/** What a user has to write to move on. */
export const importOf = (successor: string): string => `import … from '${successor}'.`;

const onDate = (date: string): string => `${date.length > 7 ? 'on' : 'in'} ${date}`;
