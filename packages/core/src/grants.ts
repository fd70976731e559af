/** The client acts for itself (RFC 6749 section 4.4). */
export interface ClientCredentials {
  readonly type: 'client_credentials';
}

/** A user consented and the browser brought back a code, good for one use (RFC 6749 section 4.1). */
export interface AuthorizationCode {
  readonly type: 'authorization_code';
  /** What the user's browser brought back from the consent page (`readConsentCallback`): a secret, good for one use. */
  readonly code: string;
  /** Equal to the one of the consent request. */
  readonly redirectUri: string;
}

/** A code that is bound to this program, for API versions that have PKCE (RFC 7636). */
export interface PkceAuthorizationCode extends AuthorizationCode {
  /** The secret behind the challenge of the consent request. */
  readonly codeVerifier: string;
}

/** A refresh token from an earlier consent (RFC 6749 section 6). */
export interface RefreshToken {
  readonly type: 'refresh_token';
  /** May be left out beside a `store` that holds one: so a user's tokens are resumed. */
  readonly refreshToken?: string;
}

export type Grant = AuthorizationCode | ClientCredentials | PkceAuthorizationCode | RefreshToken;

/** Does a user stand behind it, rather than the app itself? */
export const isUsersGrant = ({ type }: Grant): boolean => type !== 'client_credentials';

/** May it go without a secret, where the version allows it: a code bound by PKCE, and what came of one? */
export const mayBePublic = (grant: Grant): boolean =>
  grant.type === 'refresh_token' || Object.hasOwn(grant, 'codeVerifier');

/** A grant's parameters under the names that the generated token operations give them. */
export const grantParameters = <G extends Grant>(grant: G): GrantParameters<G> => {
  const { type, ...fields } = grant;
  return { grantType: type, ...fields } as GrantParameters<G>;
};

export type GrantParameters<G extends Grant> = G extends Grant
  ? Required<Omit<G, 'type'>> & { readonly grantType: G['type'] }
  : never;
