/** A change to the program that a line of the guide asks for. */
export interface Edit {
  readonly from: string;
  readonly to: string;
  /** What is new in the program: the guide must name it. */
  readonly names: readonly string[];
}

/** What spending.ts needs to run against 2026-07, besides its import line. */
export const EDITS: readonly Edit[] = [
  { from: 'pageIndex: 0', to: 'offset: 0', names: ['offset'] },
  { from: 'pageSize: 5', to: 'limit: 5', names: ['limit'] },
  { from: '.totalItemsAcrossAllPages', to: '.count', names: ['count'] },
  { from: '?.poNumber', to: '?.retailerPoNumber', names: ['retailerPoNumber'] },
  { from: ' poNumber:', to: ' retailerPoNumber:', names: ['retailerPoNumber'] },
  {
    from: '(const change of history.data.slice(0, 1))',
    to: '(const { attributes: change } of history.data?.slice(0, 1) ?? [])',
    names: ['attributes'],
  },
  { from: 'change.changeType', to: 'change?.changeType', names: ['changeType'] },
  {
    from: 'change.dateOfModification.length > 0',
    to: 'change?.dateOfModification !== undefined',
    names: [],
  },
  { from: 'history.meta?.', to: 'history.metadata?.', names: ['metadata'] },
  {
    from: '({ isAvailable }) => isAvailable === true',
    to: '({ budgetModelAvailabilities: models }) => models !== undefined',
    names: ['budgetModelAvailabilities'],
  },
];

/** The program after an edit, which must be possible at exactly one place. */
export const edited = (program: string, { from, to }: Edit): string => {
  const times = program.split(from).length - 1;
  if (times === 1) return program.replace(from, () => to);
  throw new Error(`'${from}' stands ${times} times in the program, and should once.`);
};

/** What an edit brings into the program without the guide having named it. */
export const unnamed = (guide: string, { names }: Edit): string[] =>
  names.filter((name) => !new RegExp(`^- .*\`(?:\\w+\\.)*${name}\``, 'm').test(guide));
