import type { Described } from '../wire/document.ts';
import { type Sample, sample } from '../wire/sampler.ts';

/** One call that both clients make. */
export interface StockCall {
  readonly operation: Described;
  /** What of the operation's parameters is given. */
  readonly extent: string;
  readonly given: Sample;
}

/** Everything, what is required, and of a token operation each grant that it takes. */
export const callsOf = (operation: Described): readonly StockCall[] => [
  { operation, extent: 'everything', given: sample(operation, 'everything') },
  { operation, extent: 'what is required', given: sample(operation, 'what is required') },
  ...(operation.isToken ? grantsOf(operation) : []),
];

/** The fields that a grant needs beside the client's own (RFC 6749 and 7636). */
const GRANTS: Readonly<Record<string, readonly string[]>> = {
  client_credentials: [],
  authorization_code: ['code', 'redirect_uri'],
  refresh_token: ['refresh_token'],
};

const grantsOf = (operation: Described): readonly StockCall[] => {
  const everything = sample(operation, 'everything');
  const known = Object.keys(everything.form);
  return Object.entries(GRANTS)
    .filter(([, needs]) => needs.every((field) => known.includes(field)))
    .flatMap(([grant, needs]) => {
      const fields = ['client_id', 'client_secret', ...needs];
      const withVerifier = [...fields, 'code_verifier'];
      const hasPkce = needs.includes('code') && known.includes('code_verifier');
      return (hasPkce ? [fields, withVerifier] : [fields]).map((names) => ({
        operation,
        extent: names === withVerifier ? `${grant} with PKCE` : grant,
        given: { ...everything, form: { ...pick(everything.form, names), grant_type: grant } },
      }));
    });
};

const pick = (values: Sample['form'], names: readonly string[]): Sample['form'] =>
  Object.fromEntries(Object.entries(values).filter(([name]) => names.includes(name)));
