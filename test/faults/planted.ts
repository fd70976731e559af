/** A fault in the shipped core, and the case that must turn red. */
export interface Planted {
  readonly id: string;
  /** File below packages/core/dist. */
  readonly file: string;
  readonly from: string;
  readonly to: string;
}

export const PLANTED: readonly Planted[] = [
  { id: 'F07', file: 'retry.js', from: 'new Set([408,', to: 'new Set([400, 408,' },
  { id: 'F08', file: 'redact.js', from: "rest.replaceAll(secret, '[redacted]')", to: 'rest' },
  { id: 'F11', file: 'token-request.js', from: 'MOST_UNREADABLE = 2', to: 'MOST_UNREADABLE = 0' },
  { id: 'F13', file: 'token-endpoint.js', from: '!(lifetimeMs > 0)', to: 'false' },
  { id: 'F17', file: 'token-endpoint.js', from: '!BEARER_VALUE.test(access_token)', to: 'false' },
  { id: 'F19', file: 'transport-node.js', from: 'request.destroy();', to: '' },
  { id: 'F20', file: 'transport-node.js', from: 'limit >= 0 && size > limit', to: 'false' },
  {
    id: 'F21',
    file: 'token-request.js',
    from: 'limit: 2, unsafe: true',
    to: 'limit: 2, unsafe: false',
  },
  {
    id: 'F23',
    file: 'token-request.js',
    from: 'limit: 2, unsafe: false',
    to: 'limit: 2, unsafe: true',
  },
  { id: 'F25', file: 'token-provider.js', from: 'await shelf.save(', to: 'void shelf.save(' },
  {
    id: 'F26',
    file: 'token-state.js',
    from: 'if (!(error instanceof ReauthRequiredError))',
    to: 'if (true)',
  },
  {
    id: 'F27',
    file: 'grant-order.js',
    from: "refused: [...order.refused, grant.refreshToken ?? '']",
    to: 'refused: order.refused',
  },
];
