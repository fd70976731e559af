import { createClient as createMarketing } from '@criteo-sdk/marketing/v1';
import { ConfigError, PermissionError, SdkError, TokenError } from '@criteo-sdk/retailmedia';
import { createClient, createTransport, OAuthApi } from '@criteo-sdk/retailmedia/2026-07';
import { GRANTS } from './grants.ts';
import { DEEPER, more, saw, say, table } from './print.ts';
import { check, type Step } from './step.ts';

export const wrongSecret: Step = {
  name: 'wrong-secret',
  title: 'A wrong secret: one error, whichever way the token was asked for',
  countsCalls: false,
  run: async ({ sandbox }, broken) => {
    say(
      'A token request that fails is a TokenError, with what the endpoint said and what to do. No error holds a secret: each may go to a log as it is.',
    );
    const { clientId, clientSecret: right } = sandbox.clientOptions;
    const clientSecret = broken ? right : 'not the secret';
    const options = { ...sandbox.clientOptions, clientSecret };
    const request = { clientId, clientSecret, grantType: 'client_credentials' } as const;
    const client = createClient(options);
    const ways: readonly (readonly [string, () => PromiseLike<unknown>])[] = [
      [
        'new OAuthApi(…).getToken(…)',
        () => new OAuthApi(createTransport(options)).getToken(request),
      ],
      ['client.oAuth.getToken(…)', () => client.oAuth.getToken(request)],
      ['client.tokens.get()', () => client.tokens.get()],
      ['client.account.getAccounts()', () => client.account.getAccounts()],
    ];
    const errors: TokenError[] = [];
    for (const [, ask] of ways) errors.push(await tokenErrorOf(ask));
    table(ways.map(([way], index) => [[`· ${way}`], [`→ ${summaryOf(errors[index])}`]]));
    const [error] = errors;
    // The call's own request was not sent, and the client pauses; what the endpoint said is the same.
    const told = errors.map((one) =>
      JSON.stringify({ ...one, outcome: undefined, retryAfterMs: undefined }),
    );
    check(new Set(told).size === 1, 'the errors differ');
    check(errors.at(-1)?.outcome === 'not-sent', 'the call does not say that it was not sent');
    check(error?.code === 'invalid_client', 'it is not told as what it is');
    check(!JSON.stringify(errors).includes(clientSecret), 'an error tells the secret');
    if (error) show(error);
    saw('error.modelOf(client.oAuth.getToken), as the API said it, typed by version:');
    const model = Object.entries(error?.modelOf(client.oAuth.getToken) ?? {});
    table(
      model.map(([name, value]) => [[name], [String(value)]]),
      DEEPER,
    );
    client.close();
  },
};

export const wrongGrant: Step = {
  name: 'wrong-grant',
  title: 'A grant that the version does not have',
  countsCalls: false,
  run: async ({ sandbox }, broken) => {
    say('TypeScript does not compile it; in JavaScript it fails before anything is sent.');
    const grant = broken ? GRANTS[0] : GRANTS[1];
    const error = await errorOf(() =>
      createMarketing({
        ...sandbox.credentials('marketing/v1'),
        grant: grant as never,
        logLevel: 'off',
      }),
    );
    show(error);
    check(error instanceof ConfigError, 'it is not told as what it is');
    check(sandbox.calls().length === 0, 'something was sent');
  },
};

export const forbidden: Step = {
  name: 'forbidden',
  title: 'An operation that the app may not use',
  countsCalls: false,
  run: async ({ sandbox }, broken) => {
    say('A new token cannot help: none is asked for, and the call is not sent again.');
    if (!broken) sandbox.forbid('getAccounts');
    const client = createClient(sandbox.clientOptions);
    const error = await errorOf(() => client.account.getAccounts());
    show(error);
    check(error instanceof PermissionError && error.status === 403, 'it is not told as what it is');
    check(sandbox.calls(({ tokenRequest }) => tokenRequest).length === 1, 'it cost a second token');
    check(sandbox.calls('getAccounts').length === 1, 'it was sent again');
    client.close();
  },
};

const errorOf = async (work: () => unknown): Promise<SdkError> => {
  try {
    await work();
  } catch (error) {
    if (error instanceof SdkError) return error;
    throw error;
  }
  throw new Error('no error came');
};

const tokenErrorOf = async (work: () => unknown): Promise<TokenError> => {
  const error = await errorOf(work);
  if (error instanceof TokenError) return error;
  throw error;
};

const summaryOf = (error: TokenError | undefined): string =>
  `${error?.name} ${error?.status} ${error?.code}`;

const show = ({ name, message, hint }: SdkError): void => {
  saw(`${name}: ${message}`);
  if (hint) more(`Hint: ${hint}`);
};
