import { ConfigError } from '@criteo-sdk/retailmedia';

/** One of each; none of them is sent. */
export const GRANTS = [
  { type: 'client_credentials' },
  { type: 'authorization_code', code: 'a code', redirectUri: 'https://app.example/back' },
  { type: 'refresh_token', refreshToken: 'a refresh token' },
] as const;

/** Which grants a version's client takes: it refuses the others before anything is sent. */
export const grantsOf = (create: (grant: never) => unknown): string[] =>
  GRANTS.flatMap((grant) => {
    try {
      create(grant as never);
      return [grant.type];
    } catch (error) {
      if (error instanceof ConfigError) return [];
      throw error;
    }
  });
