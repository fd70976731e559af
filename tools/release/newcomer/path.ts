/** What a README has a newcomer type and save, in its order. */
export interface Path {
  /** What is typed in the clone before, where packages come from there. */
  readonly pack: string | undefined;
  readonly install: string;
  readonly sample: string;
  readonly run: string;
  /** The name that the sample is saved by: the one that is run. */
  readonly file: string;
}

/** A README's first path: `npm install …`, a sample, `node <file>`; undefined if it installs nothing. */
export const pathOf = (readme: string): Path | undefined => {
  const fences = [...readme.matchAll(/^```(\w+)[^\n]*\n([\s\S]*?)^```$/gm)];
  const pack = fences.find(([, language, text = '']) => language === 'sh' && PACK.test(text))?.[2];
  const at = fences.findIndex(([, language, text = '']) => language === 'sh' && INSTALL.test(text));
  if (at < 0) return undefined;
  const [install, sample, run] = fences.slice(at).map(([, language = '', text = '']) => ({
    language,
    text,
  }));
  const file = /^node (\S+\.mjs)$/m.exec(run?.text ?? '')?.[1];
  if (sample?.language !== 'ts' || run?.language !== 'sh' || file === undefined)
    throw new Error(
      'What follows npm install is no path for a newcomer: a ts sample, then a sh fence with node <file>.mjs, are needed.',
    );
  return { pack, install: install?.text ?? '', sample: sample.text, run: run.text, file };
};

const INSTALL = /^npm install /m;
const PACK = /^npm run release -- pack /m;
