/** One way to send an answer. */
export interface Offer {
  readonly type: string;
  /** Types that a document declares for it, although it is of none of them. */
  readonly declaredAs?: readonly string[];
}

/** What a request likes best, of equals the first; undefined if it takes none (RFC 9110 12.5.1). */
export function preferred<T extends Offer>(
  accept: string | undefined,
  offers: readonly T[],
): T | undefined {
  if (accept === undefined || /^[\s,]*$/.test(accept)) return offers[0];
  const ranges = split(accept, ',').map(readRange);
  const rated = offers.map((offer) => {
    const names = [offer.type, ...(offer.declaredAs ?? [])];
    return { offer, weight: Math.max(...names.map((name) => weightOf(name, ranges))) };
  });
  const best = Math.max(0, ...rated.map(({ weight }) => weight));
  return best > 0 ? rated.find(({ weight }) => weight === best)?.offer : undefined;
}

/** Every type by which one of them can be had. */
export function typesOf(offers: readonly Offer[]): readonly string[] {
  return [...new Set(offers.flatMap(({ type, declaredAs = [] }) => [type, ...declaredAs]))];
}

/** Such as `text/*;q=0.5`. */
interface Range {
  readonly type: string;
  readonly weight: number;
  /** Of the ranges that a type is in, the most exact one speaks. */
  readonly exactness: number;
}

function weightOf(type: string, ranges: readonly (Range | undefined)[]): number {
  const around = ranges.filter((range) => range && covers(range.type, type)) as Range[];
  const most = Math.max(...around.map(({ exactness }) => exactness));
  const speaking = around.filter(({ exactness }) => exactness === most);
  return Math.max(0, ...speaking.map(({ weight }) => weight));
}

function covers(range: string, type: string): boolean {
  if (range === '*/*' || range === type) return true;
  return range.endsWith('/*') && type.startsWith(range.slice(0, -1));
}

/** Undefined if nothing that is sent here can be meant: it is malformed, or has a parameter of another text than UTF-8. */
function readRange(text: string): Range | undefined {
  const [type = '', ...parameters] = split(text.toLowerCase(), ';').map((part) => part.trim());
  const isWeight = (parameter: string): boolean => /^q *=/.test(parameter);
  const [given = 'q=1'] = parameters.filter(isWeight);
  const weight = Number(given.replace(/^q *= */, '') || Number.NaN);
  const others = parameters.filter((parameter) => parameter !== '' && !isWeight(parameter));
  const isRange = /^(\*\/\*|[^\s/*]+\/(\*|[^\s/*]+))$/.test(type);
  const isSent = others.every((parameter) => /^charset *= *"?utf-8"?$/.test(parameter));
  if (!isRange || !isSent || !(weight >= 0 && weight <= 1)) return undefined;
  const wildcards = type.split('*').length - 1;
  return { type, weight, exactness: others.length - 3 * wildcards };
}

/** At a separator outside of quoted strings; empty parts are none. */
function split(text: string, separator: ',' | ';'): readonly string[] {
  return text.match(new RegExp(`(?:[^${separator}"]|"(?:\\\\.|[^"\\\\])*")+`, 'g')) ?? [];
}
