import { parseSync } from 'oxc-parser';

/** Every `any` in a declaration file, as `line: source line`. */
export const findAny = (file: string, source: string): readonly string[] => {
  const { program, errors } = parseSync(file, source);
  if (errors.length > 0) throw new Error(`${file}: ${errors[0]?.message}`);
  return anysBelow(program).map((start) => {
    const line = source.slice(0, start).split('\n').length;
    return `${line}: ${source.split('\n')[line - 1]?.trim()}`;
  });
};

const anysBelow = (node: unknown): readonly number[] => {
  if (typeof node !== 'object' || node === null) return [];
  const own = 'type' in node && node.type === 'TSAnyKeyword' && 'start' in node;
  return [...(own ? [Number(node.start)] : []), ...Object.values(node).flatMap(anysBelow)];
};
