/*
 * The only ways from a document's text to a page in Markdown: what each returns is one line that
 * cannot end a table's cell, begin a block, or become a link, a tag or a call to somebody.
 */

/** Our words; what stands between backticks stays code. */
export const words = (text: string): string =>
  oneLine(text)
    .trim()
    .split(/(?<!`)(`[^`]+`)(?!`)/)
    .map((part, index) => (index % 2 === 1 ? code(part.slice(1, -1)) : plain(part)))
    .join('')
    .replace(/^[-+=]/, '\\$&')
    .replace(/^(\d+)([.)])/, '$1\\$2');

/** A name, a type or a value. */
export const code = (text: string): string => {
  const line = oneLine(text);
  // A code span knows no escapes: what cannot stand in one is written in entities.
  if (line.trim() !== '' && !/[`\\]/.test(line)) return `\`${line}\``;
  return `<code>${line.replace(MARKS, (char) => `&#${char.charCodeAt(0)};`)}</code>`;
};

/** A link within these pages; label and target are Markdown already. */
export const link = (label: string, target: string): string => `[${label}](${target})`;

/** Rows of cells, each of them Markdown. */
export const table = (head: readonly string[], rows: readonly (readonly string[])[]): string =>
  [head, head.map(() => '---'), ...rows]
    .map((cells) => `| ${cells.map((cell) => cell.replace(/(?<!\\)\|/g, '\\|')).join(' | ')} |`)
    .join('\n');

/** A block of code, in a fence that nothing in it can close. */
export const fence = (language: string, text: string): string => {
  const longest = Math.max(2, ...[...text.matchAll(/`+/g)].map(([run]) => run.length));
  const marks = '`'.repeat(longest + 1);
  return `${marks}${language}\n${text}\n${marks}`;
};

/** Gives the anchors of a page's headings, in their order, as GitHub and most viewers make them. */
export const anchors = (): ((heading: string) => string) => {
  const taken = new Map<string, number>();
  return (heading) => {
    const slug = heading
      .toLowerCase()
      .replace(/[^\p{L}\p{N}\-_ ]/gu, '')
      .replaceAll(' ', '-');
    const count = taken.get(slug) ?? 0;
    taken.set(slug, count + 1);
    return count === 0 ? slug : `${slug}-${count}`;
  };
};

// What means something in Markdown or HTML within a line.
const MARKS = /[\\`*_[\]<>~#|&$@]/g;

const oneLine = (text: string): string =>
  text
    .normalize('NFC')
    .replace(/[\s\p{Cc}\p{Zl}\p{Zp}]+/gu, ' ')
    .replace(/[\p{Cf}\p{Co}\p{Cs}]/gu, '');

// Between letters an underscore is one; anywhere else it may begin emphasis.
const plain = (text: string): string =>
  text.replace(/[\\`*[\]<>~#|&$]|(?<!\w)_|_(?!\w)/g, '\\$&').replace(/@(?=\w)/g, '@&#8203;');
