/** The client acts for itself (RFC 6749 section 4.4). */
export interface ClientCredentials {
  readonly type: 'client_credentials';
}

/** A user consented and the browser brought back a code, good for one use (RFC 6749 section 4.1). */
export interface AuthorizationCode {
  readonly type: 'authorization_code';
  readonly code: string;
  /** Equal to the one of the consent request. */
  readonly redirectUri: string;
  /** The secret behind the challenge of the consent request (RFC 7636). */
  readonly codeVerifier?: string;
}

/** A refresh token from an earlier consent (RFC 6749 section 6). */
export interface RefreshToken {
  readonly type: 'refresh_token';
  readonly refreshToken: string;
}

export type Grant = AuthorizationCode | ClientCredentials | RefreshToken;

/** A grant's parameters under the names that the generated token operations give them. */
export const grantParameters = <G extends Grant>(grant: G): GrantParameters<G> => {
  const { type, ...fields } = grant;
  return { grantType: type, ...fields } as GrantParameters<G>;
};

export type GrantParameters<G extends Grant> = G extends Grant
  ? Omit<G, 'type'> & { readonly grantType: G['type'] }
  : never;
