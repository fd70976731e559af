import type { HttpRequest } from './exchange.js';

const LONGEST_TEXT = 300;
// Shorter ones are toys, and would tear words apart.
const SHORTEST_SECRET = 7;
// C0, DEL and C1 controls, and the marks that turn the direction of text: they act on a terminal.
const CONTROLS = /[\p{Cc}\p{Zl}\p{Zp}\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]+/gu;

/**
 * Makes a server's texts fit for an error message: no secret of the request that they answer (the
 * server may echo one), no control characters, not endless.
 */
export const cleaner = ({ call }: HttpRequest): ((text: string) => string) => {
  // Made when the first text comes: most answers bring none.
  let forms: RegExp | undefined;
  return (text) => {
    forms ??= formsOf([...call.secrets]);
    return cleanLine(text.replace(forms, '[redacted]'));
  };
};

/** One line without control characters, not endless. */
export const cleanLine = (text: string): string => {
  const line = text.replace(CONTROLS, ' ').trim();
  return line.length > LONGEST_TEXT ? `${line.slice(0, LONGEST_TEXT)}…` : line;
};

// Longest first: a secret that contains another one must go whole. In either case of letters: some write
// %2f for %2F, and a host name or a media type is told in lower case.
const formsOf = (secrets: readonly string[]): RegExp => {
  const forms = [...new Set(secrets.flatMap(encodings))].sort((a, b) => b.length - a.length);
  const literal = forms.map((form) => form.replace(/[\\^$.*+?()[\]{}|/-]/g, '\\$&'));
  return literal.length > 0 ? new RegExp(literal.join('|'), 'gi') : NOTHING;
};

const NOTHING = /(?!)/g;

// A lone surrogate cannot be encoded; it is sent as the replacement character.
const wellFormed = (text: string): string =>
  new TextDecoder().decode(new TextEncoder().encode(text));

const encodings = (secret: string): string[] =>
  secret.length < SHORTEST_SECRET
    ? []
    : [
        secret,
        encodeURIComponent(wellFormed(secret)),
        encodeURI(wellFormed(secret)),
        new URLSearchParams({ s: secret }).toString().slice(2),
        JSON.stringify(secret).slice(1, -1),
        ...base64Forms(secret),
      ];

const base64Forms = (secret: string): string[] => {
  const plain = btoa(String.fromCharCode(...new TextEncoder().encode(secret)));
  return [
    plain,
    plain.replace(/=+$/, ''),
    plain.replaceAll('+', '-').replaceAll('/', '_').replace(/=+$/, ''),
  ];
};
