/** Bad data: a document, an overlay or a name that cannot be used. The command ends with exit code 65. */
export class SpecError extends Error {
  override readonly name = 'SpecError';

  constructor(message: string) {
    super(oneLine(message));
  }
}

/** A document's text must not act on a terminal, or give orders to a CI system by a line of its own. */
export const oneLine = (text: string): string =>
  text.replace(/[\p{Cc}\u202a-\u202e\u2066-\u2069]+/gu, ' ');

/** A message on a page in Markdown: its code stays code, all else is words, whatever a document put there. */
export const inMarkdown = (text: string): string =>
  oneLine(text)
    .split(/(?<!`)(`[^`]+`)(?!`)/)
    .map((part, index) => (index % 2 === 1 ? part : words(part)))
    .join('');

// No tag, no link, and nobody is called.
const words = (text: string): string =>
  text
    .replace(/&(?=#?\w+;)/g, '&amp;')
    .replaceAll('\\', '\\\\')
    .replaceAll('`', '&#96;')
    .replaceAll('<', '&lt;')
    .replaceAll('](', ']\\(')
    .replace(/@(?=\w)/g, '@&#8203;');

/** Runs a piece of work; bad data in it is told with the place in front. */
export const within = <T>(place: string, work: () => T): T => {
  try {
    return work();
  } catch (error) {
    if (error instanceof SpecError) throw new SpecError(`${place}: ${error.message}`);
    throw error;
  }
};
