/** A fault in the shipped core, and the case that must turn red. */
export interface Planted {
  readonly id: string;
  /** File below packages/core/dist. */
  readonly file: string;
  readonly from: string;
  readonly to: string;
}

export const PLANTED: readonly Planted[] = [
  { id: 'F01', file: 'token-operation.js', from: 'baseMs: 250', to: 'baseMs: 0' },
  {
    id: 'F04',
    file: 'retry.js',
    from: 'dateOf(headers.date) ?? clock.now()',
    to: 'clock.now()',
  },
  { id: 'F06', file: 'retry.js', from: 'Math.max(0, time - now)', to: 'time - now' },
  { id: 'F07', file: 'retry.js', from: 'new Set([408,', to: 'new Set([400, 408,' },
  { id: 'F08', file: 'redact.js', from: "text.replace(forms, '[redacted]')", to: 'text' },
  { id: 'F11', file: 'token-request.js', from: 'MOST_UNREADABLE = 2', to: 'MOST_UNREADABLE = 0' },
  { id: 'F13', file: 'token-endpoint.js', from: '!(lifetimeMs > 0)', to: 'false' },
  { id: 'F17', file: 'token-endpoint.js', from: '!BEARER_VALUE.test(access_token)', to: 'false' },
  { id: 'F19', file: 'transport-node.js', from: 'request.destroy();', to: '' },
  { id: 'F20', file: 'transport-node.js', from: 'limit >= 0 && size > limit', to: 'false' },
  {
    id: 'F21',
    file: 'token-operation.js',
    from: "safeToRetry: grantType === 'client_credentials'",
    to: 'safeToRetry: false',
  },
  {
    id: 'F23',
    file: 'token-operation.js',
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
  {
    id: 'F31',
    file: 'token-state.js',
    from: 'state.held?.token.value === value ? undefined : state.held',
    to: 'undefined',
  },
  { id: 'F34', file: 'retry.js', from: "operation.method === 'GET'", to: 'true' },
  { id: 'F37', file: 'transport-node.js', from: 'values?.[0]', to: 'values?.at(-1)' },
  { id: 'F38', file: 'json.js', from: 'RISKY_KEY.test(json)', to: 'false' },
  { id: 'F42', file: 'body.js', from: 'isStream(item)', to: 'false' },
  { id: 'F40', file: 'paging.js', from: 'count >= maxPages', to: 'false' },
  { id: 'F41', file: 'middlewares.js', from: 'response.status !== 401', to: 'true' },
  { id: 'F44', file: 'fault.js', from: "'response' : 'network'", to: "'response' : 'connect'" },
  { id: 'F46', file: 'fault.js', from: "'ECONNREFUSED', ", to: '' },
  {
    id: 'F49',
    file: 'transport-node.js',
    from: 'new https.Agent(agentOptions())',
    to: 'new https.Agent({ ...agentOptions(), rejectUnauthorized: false })',
  },
  {
    id: 'F50',
    file: 'transport-node.js',
    from: 'new http.Agent(agentOptions())',
    to: 'new http.Agent({ ...agentOptions(), proxyEnv: process.env })',
  },
  {
    id: 'F52',
    file: 'client.js',
    from: 'attemptMs: Math.max(ATTEMPT_TIMEOUT_MS, statedMs ?? 0)',
    to: 'attemptMs: 700',
  },
  { id: 'F53', file: 'retry-budget.js', from: '?? 0) - 1', to: '?? 0)' },
  {
    id: 'F54',
    file: 'token-life.js',
    from: 'wall - monotonic > SLEEP_MS ? wall : monotonic',
    to: 'Math.abs(wall)',
  },
  {
    id: 'F55',
    file: 'token-life.js',
    from: 'wall - monotonic > SLEEP_MS ? wall : monotonic',
    to: 'monotonic',
  },
  {
    id: 'F56',
    file: 'token-life.js',
    from: 'Math.max(0, wall - record.obtainedAt)',
    to: '0',
  },
  {
    id: 'F57',
    file: 'time.js',
    from: 'Math.min(Math.max(ms, 0), LONGEST_TIMER_MS)',
    to: 'ms',
  },
  { id: 'F58', file: 'token-life.js', from: 'lifetimeMs / 4', to: 'lifetimeMs * 0.9' },
  {
    id: 'F61',
    file: 'time.js',
    from: 'const forget = onAbort(signal, ',
    to: 'const forget = Boolean.bind(signal, ',
  },
  { id: 'F62', file: 'token-provider.js', from: '?.abort(', to: '?.valueOf(' },
  {
    id: 'F63',
    file: 'token-state.js',
    from: 'isRefused ? state.held : held',
    to: 'held',
  },
  { id: 'F64', file: 'token-life.js', from: 'lifetimeMs * 0.2', to: 'lifetimeMs' },
  {
    id: 'F66',
    file: 'token-provider.js',
    from: '({ reject }) => reject(task.error))',
    to: '({ reject }) => reject(task.error), void Promise.reject(task.error))',
  },
  { id: 'F65', file: 'options.js', from: "subject ?? ''", to: "''" },
  { id: 'F67', file: 'node/private-files.js', from: '(mode & 0o077) !== 0', to: 'false' },
  { id: 'F68', file: 'node/file-store.js', from: 'if (isBad)', to: 'if (false)' },
  {
    id: 'F69',
    file: 'token-store.js',
    from: 'if (error instanceof ConfigError)',
    to: 'if (true)',
  },
  {
    id: 'F70',
    file: 'node/file-store.js',
    from: 'await rename(fresh, path);',
    to: "await (await import('node:fs/promises')).writeFile(path, '{'); await new Promise((done) => setTimeout(done, 5)); await rename(fresh, path);",
  },
  { id: 'F71', file: 'token-state.js', from: 'state.hasLock && !flight.isLocked', to: 'false' },
  {
    id: 'F72',
    file: 'node/file-store.js',
    from: 'stored?.version !== expectedVersion',
    to: 'false',
  },
];
