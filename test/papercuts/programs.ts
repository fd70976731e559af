import type { Version } from './operations.js';

/*
 * Programs for the compiler. What a line is refused for stands behind it.
 */

/** Calls every operation with its parameters first and options second, and with nothing after them. */
export const signaturesOf = ({ name, operations }: Version): string => {
  const calls = operations.flatMap((operation) => {
    const method = `client.${operation.group}.${operation.name}`;
    const params = `{} as NonNullable<Parameters<typeof ${method}>[0]>`;
    const { body, parameters } = operation;
    const names = parameters.map((parameter) => parameter.name);
    if (body?.kind === 'json') names.push('body');
    return [
      `${method}(${params}, options);`,
      `${method}(${params}, options, 1); // expect TS2554`,
      ...names.map((one) => `({} as Named<typeof ${method}>).${one};`),
    ];
  });
  return `import { createClient } from '@criteo-sdk/${name}';
const client = createClient({ clientId: 'id', clientSecret: 'secret' });
const options = { timeoutMs: 1, signal: new AbortController().signal, headers: {}, retry: {} };
type Named<M extends (...args: never) => unknown> = NonNullable<Parameters<M>[0]>;
${calls.join('\n')}
`;
};

export const ENUMS = `
import { createClient } from '@criteo-sdk/marketing/v1';
const client = createClient({ clientId: 'id', clientSecret: 'secret' });
const [campaign] = await client.campaign.getCampaigns();
type Status = Exclude<NonNullable<typeof campaign>['campaignStatus'], undefined>;
type Completions<T> = T extends string ? (string extends T ? never : T) : never;
export const completed: Completions<Status> = 'Archived';
export const invented: Completions<Status> = 'Thawing'; // expect TS2322
export const ofTomorrow: Status = 'Thawing';
type Stock = 'Archived' | 'Running' | string;
export const lost: Completions<Stock> = 'Archived'; // expect TS2322
client.campaign.getCampaigns({ campaignStatus: 'Archived' });
client.campaign.getCampaigns({ campaignStatus: 'Thawing' }); // expect TS2322
`;

/** A later release has parameters more; the second of each pair of lines is as the first was. */
export const GROWTH = `
import type { Bound, CallOptions, NoParams, Operation } from '@criteo-sdk/core';
type Optional = { readonly page?: number };
declare const options: CallOptions;
declare const none: Bound<Operation<NoParams, string>>;
declare const first: Bound<Operation<Optional, string>>;
none(), none({}), none({}, options);
first(), first({}), first({}, options);
declare const one: Bound<Operation<{ readonly id: string } & Optional, string>>;
declare const more: Bound<Operation<{ readonly id: string; readonly filter?: string } & Optional, string>>;
one({ id: '1', page: 5 }, options);
more({ id: '1', page: 5 }, options);
declare const stock: (options?: CallOptions) => string;
declare const stockWithFirst: (params?: Optional, options?: CallOptions) => string;
stock(options);
stockWithFirst(options); // expect TS2559
declare const positional: (id: string, page?: number) => string;
declare const positionalWithMore: (id: string, filter?: string, page?: number) => string;
positional('1', 5);
positionalWithMore('1', 5); // expect TS2345
`;

/** Runs, too, with the credentials of both versions as arguments. */
export const SIDE_BY_SIDE = `
import { type AddFundsToBalanceV2, createClient as createClient1 } from '@criteo-sdk/retailmedia/2026-01';
import { type AddFundsToBalanceV3, createClient as createClient7 } from '@criteo-sdk/retailmedia/2026-07';
const [options1, options7] = process.argv.slice(2).map((text) => JSON.parse(text));
const [client1, client7] = [createClient1({ ...options1, logLevel: 'off' }), createClient7(options7)];
const [before, after] = await Promise.all([client1.account.getAccounts(), client7.account.getAccounts()]);
console.log(before.data?.length, after.data?.length);
export const funds1: AddFundsToBalanceV2 = { deltaAmount: 1, poNumber: 'a' };
export const funds7: AddFundsToBalanceV3 = { deltaAmount: 1, poNumber: 'a' }; // expect TS2353
export const renamed: AddFundsToBalanceV3 = { deltaAmount: 1, retailerPoNumber: 'a' };
`;

/** As many types as an inferred schema makes: ten thousand texts. */
export const INFERRED = `
type Digit = '0' | '1' | '2' | '3' | '4' | '5' | '6' | '7' | '8' | '9';
type Code = \`\${Digit}\${Digit}\${Digit}\${Digit}\`;
export const codes: { [K in Code]: () => K }['1234'] = () => '1234';
`;
