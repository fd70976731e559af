import { type Described, readOperations, VERSIONS } from '../wire/document.js';
import { type Extent, sample, toParams } from '../wire/sampler.js';

/** Programs with every operation of the documents in them, by file name. */
export const callPrograms = (): ReadonlyMap<string, string> =>
  new Map(
    VERSIONS.map((version) => {
      const lines = [
        `import { createClient } from '@criteo-sdk/${version}';`,
        `const client = createClient({ clientId: 'id', clientSecret: 'secret' });`,
        ...readOperations(version).flatMap(callsOf),
      ];
      return [`calls-${version.replace('/', '-')}.ts`, `${lines.join('\n')}\n`];
    }),
  );

/** An operation with everything, with what is required, and without each thing that is. */
const callsOf = (operation: Described): readonly string[] => {
  const method = `client.${operation.group}.${operation.name}`;
  const everything = paramsOf(operation, 'everything');
  const required = paramsOf(operation, 'what is required');
  // Of a token operation the parameters are one type for each grant: everything at once is none of them.
  const isByGrant = operation.isToken && 'code' in everything;
  const missing = isByGrant ? 'TS2345' : 'TS2741';
  const withoutOne = Object.keys(required).map((name) => {
    const { [name]: _, ...others } = required;
    return `${method}(${literal(others)}); // expect ${missing}`;
  });
  const all = `${method}(${literal(everything)});`;
  return [
    isByGrant ? `${all} // expect TS2345` : all,
    `${method}(${literal(required)});`,
    ...withoutOne,
  ];
};

const paramsOf = (operation: Described, extent: Extent): Record<string, unknown> =>
  toParams(sample(operation, extent, { grant_type: 'client_credentials' }));

/** A value as source text: JSON, but for files. */
const literal = (value: unknown): string => {
  if (value instanceof File) return `new File([], ${JSON.stringify(value.name)})`;
  if (Array.isArray(value)) return `[${value.map(literal).join(', ')}]`;
  if (typeof value !== 'object' || value === null) return JSON.stringify(value);
  const members = Object.entries(value).map(
    ([name, member]) => `${JSON.stringify(name)}: ${literal(member)}`,
  );
  return `{ ${members.join(', ')} }`;
};
