/** A text of a source file that stands there exactly once, and what takes its place. */
export interface Edit {
  /** Path below packages/core/src. */
  readonly file: string;
  readonly from: string;
  readonly to: string;
}

/** A fault in core, and the case that must turn red. */
export interface Planted extends Edit {
  /** The case; a letter behind it where the case finds more than one fault: F08, F08b. */
  readonly id: string;
  /** What else must change. */
  readonly also?: readonly Edit[];
}

export const PLANTED: readonly Planted[] = [
  { id: 'F01', file: 'token-operation.ts', from: 'baseMs: 250', to: 'baseMs: 0' },
  {
    id: 'F04',
    file: 'rate-headers.ts',
    from: '(dateOf(headers.date) ?? clock.now())',
    to: 'clock.now()',
  },
  { id: 'F06', file: 'rate-headers.ts', from: 'Math.max(0, ms)', to: 'ms' },
  { id: 'F07', file: 'retry.ts', from: 'new Set([408,', to: 'new Set([400, 408,' },
  { id: 'F08', file: 'redact.ts', from: "text.replace(forms, '[redacted]')", to: 'text' },
  { id: 'F11', file: 'token-request.ts', from: 'MOST_UNREADABLE = 2', to: 'MOST_UNREADABLE = 0' },
  { id: 'F13', file: 'token-endpoint.ts', from: '!(lifetimeMs > 0)', to: 'false' },
  { id: 'F17', file: 'token-endpoint.ts', from: '!BEARER_VALUE.test(access_token)', to: 'false' },
  { id: 'F19', file: 'node/http-adapter.ts', from: 'this.#leave();', to: '' },
  { id: 'F20', file: 'node/answer-body.ts', from: 'limit >= 0 && size > limit', to: 'false' },
  {
    id: 'F21',
    file: 'token-operation.ts',
    from: "read: grantType === 'client_credentials'",
    to: 'read: false',
  },
  {
    id: 'F23',
    file: 'token-operation.ts',
    from: 'limit: 2, unsafe: false',
    to: 'limit: 2, unsafe: true',
  },
  { id: 'F25', file: 'token-provider.ts', from: 'await shelf.save(', to: 'void shelf.save(' },
  {
    id: 'F26',
    file: 'token-state.ts',
    from: 'if (!(error instanceof ReauthRequiredError))',
    to: 'if (true)',
  },
  {
    id: 'F27',
    file: 'grant-order.ts',
    from: "refused: [...order.refused, grant.refreshToken ?? '']",
    to: 'refused: order.refused',
  },
  {
    id: 'F31',
    file: 'token-state.ts',
    from: 'state.held?.token.value === value ? undefined : state.held',
    to: 'undefined',
  },
  {
    id: 'F34',
    file: 'outcome.ts',
    from: "(method === 'GET' && safeToRetry !== false)",
    to: 'true',
  },
  { id: 'F35', file: 'retry.ts', from: 'outcome.status === 429', to: 'outcome.status >= 429' },
  {
    id: 'F37',
    file: 'node/http-adapter.ts',
    from: 'if (!(name in headers)) headers[name]',
    to: 'headers[name]',
  },
  { id: 'F38', file: 'json.ts', from: 'RISKY_KEY.test(json)', to: 'false' },
  { id: 'F42', file: 'body.ts', from: 'isStream(item)', to: 'false' },
  { id: 'F40', file: 'paging.ts', from: 'count >= maxPages', to: 'false' },
  { id: 'F41', file: 'middlewares.ts', from: 'response.status !== 401', to: 'true' },
  { id: 'F44', file: 'attempt.ts', from: 'this.wasSent = true;', to: '' },
  { id: 'F46', file: 'fault.ts', from: 'isUnsent: !wasSent }', to: 'isUnsent: false }' },
  {
    id: 'F49',
    file: 'node/open.ts',
    from: 'tls.connect({ ...options,',
    to: 'tls.connect({ ...options, rejectUnauthorized: false,',
  },
  {
    id: 'F50',
    file: 'transport-node.ts',
    from: 'ownAxios({ adapter: httpAdapter(route.to) })',
    to: 'ownAxios({ proxy: undefined })',
  },
  {
    id: 'F52',
    file: 'client.ts',
    from: 'attemptMs: attemptLimit({ statedMs, wholeMs, ownMs, isRepeated })',
    to: 'attemptMs: 700',
  },
  { id: 'F53', file: 'retry-budget.ts', from: '?? 0) - 1', to: '?? 0)' },
  {
    id: 'F54',
    file: 'token-life.ts',
    from: 'wall - monotonic > SLEEP_MS ? wall : monotonic',
    to: 'Math.abs(wall)',
  },
  {
    id: 'F55',
    file: 'token-life.ts',
    from: 'wall - monotonic > SLEEP_MS ? wall : monotonic',
    to: 'monotonic',
  },
  {
    id: 'F56',
    file: 'token-life.ts',
    from: 'Math.max(0, wall - record.obtainedAt)',
    to: '0',
  },
  {
    id: 'F57',
    file: 'time.ts',
    from: 'Math.min(Math.max(ms, 0), LONGEST_TIMER_MS)',
    to: 'ms',
  },
  { id: 'F58', file: 'token-life.ts', from: 'lifetimeMs / 4', to: 'lifetimeMs * 0.9' },
  {
    id: 'F61',
    file: 'time.ts',
    from: 'const forget = onAbort(signal, ',
    to: 'const forget = Boolean.bind(signal, ',
  },
  { id: 'F62', file: 'token-provider.ts', from: '?.abort(', to: '?.valueOf(' },
  {
    id: 'F63',
    file: 'token-state.ts',
    from: 'isRefused ? state.held : held',
    to: 'held',
  },
  { id: 'F64', file: 'token-life.ts', from: 'lifetimeMs * 0.2', to: 'lifetimeMs' },
  {
    id: 'F66',
    file: 'token-provider.ts',
    from: '({ reject }) => reject(task.error))',
    to: '({ reject }) => reject(task.error), void Promise.reject(task.error))',
  },
  { id: 'F65', file: 'options.ts', from: "subject ?? ''", to: "''" },
  { id: 'F67', file: 'node/private-files.ts', from: '(mode & 0o077) !== 0', to: 'false' },
  { id: 'F68', file: 'node/file-store.ts', from: 'if (isBad)', to: 'if (false)' },
  {
    id: 'F69',
    file: 'token-store.ts',
    // biome-ignore lint/suspicious/noTemplateCurlyInString: it is source
    from: 'warn(`failed to ${what}`);',
    to: 'throw error;',
  },
  {
    id: 'F70',
    file: 'node/file-store.ts',
    from: 'await rename(fresh, path);',
    to: "await (await import('node:fs/promises')).writeFile(path, '{'); await new Promise((done) => setTimeout(done, 5)); await rename(fresh, path);",
  },
  { id: 'F71', file: 'token-state.ts', from: 'state.hasLock && !flight.isLocked', to: 'false' },
  {
    id: 'F72',
    file: 'node/file-store.ts',
    from: 'stored?.version !== expectedVersion',
    to: 'false',
  },
  { id: 'F101', file: 'response.ts', from: "call.note('unknown')", to: "call.note('answered')" },
  { id: 'F102', file: 'outcome.ts', from: 'new Set([0, 302, 303, 408])', to: 'new Set([0, 408])' },
  { id: 'F103', file: 'fault.ts', from: '|ERR_SSL_\\w+)$', to: '|NO_SUCH)$' },
  {
    id: 'F104',
    file: 'fault.ts',
    from: 'error instanceof AggregateError ? error.errors : ',
    to: '',
  },
  {
    id: 'F105',
    file: 'node/open.ts',
    from: "whenOpen(socket, 'secureConnect',",
    to: "whenOpen(socket, 'connect',",
  },
  { id: 'F106', file: 'attempt.ts', from: 'isUnsent: !this.wasSent }', to: 'isUnsent: false }' },
  { id: 'F107', file: 'node/connection-pool.ts', from: 'this.#count < this.#most', to: 'true' },
  { id: 'F108', file: 'token-provider.ts', from: 'isUnsent: true', to: 'isUnsent: false' },
  { id: 'F109', file: 'token-provider.ts', from: 'locking.add(flight);', to: '' },
  { id: 'F110', file: 'outcome.ts', from: 'outcome.status >= 500', to: 'outcome.status === 500' },
  {
    id: 'F111',
    file: 'retry.ts',
    from: 'WRITES_REPEATED_MS = 10_000',
    to: 'WRITES_REPEATED_MS = 20_000',
  },
  { id: 'F112', file: 'attempt.ts', from: 'now > call.repeatBy', to: 'false' },
  { id: 'F113', file: 'options.ts', from: "stated('writes') !== false", to: 'true' },
  {
    id: 'F114',
    file: 'call-state.ts',
    from: "outcome === 'unknown' || this.#outcome === 'not-sent'",
    to: 'true',
  },
  { id: 'F120', file: 'client.ts', from: 'connectMs: defaults.connectMs', to: 'connectMs: 1_000' },
  {
    id: 'F121',
    file: 'http.ts',
    from: 'if (!wire.isRecording) attempt.sends();',
    to: 'attempt.sends();',
  },
  {
    id: 'F122',
    file: 'node/http-adapter.ts',
    from: '!connection.isKept || this.#isSafe',
    to: 'true',
  },
  {
    id: 'F123',
    file: 'node/http-adapter.ts',
    from: '!connection.isKept || this.#isSafe',
    to: 'true',
  },
  {
    id: 'F124',
    file: 'attempt.ts',
    from: 'if (!this.isSafe || call.hasReconnected) return false;',
    to: 'return false;',
  },
  { id: 'F125', file: 'node/connection.ts', from: 'idleMs >= this.#idleMs', to: 'false' },
  {
    id: 'F126',
    file: 'attempt.ts',
    from: 'if (!this.isSafe || call.hasReconnected) return false;',
    to: '',
  },
  {
    id: 'F128',
    file: 'node/routes.ts',
    from: 'isToken ? `${key}${text} token` : key + text',
    to: 'key + text',
  },
  {
    id: 'F129',
    file: 'options.ts',
    from: 'if (ownMs !== undefined || !isRepeated) return wholeMs;',
    to: 'return wholeMs;',
  },
  {
    id: 'F140',
    file: 'http.ts',
    from: 'throw faultOf(error, { attempt, faults, wire }) ?? error;',
    to: 'throw faultOf(error, { attempt, faults, wire }) ?? TransportFault.from(error);',
  },
  {
    id: 'F141',
    file: 'http.ts',
    from: 'throw faultOf(error, { attempt, faults, wire }) ?? error;',
    to: 'throw faultOf(error, { attempt, faults, wire }) ?? TransportFault.from(error);',
  },
  {
    id: 'F142',
    file: 'http.ts',
    from: 'error !== null && isOfNetwork(error)',
    to: 'error !== null',
  },
  { id: 'F143', file: 'fault.ts', from: 'DEEPEST = 8', to: 'DEEPEST = -1' },
  {
    id: 'F144',
    file: 'failure.ts',
    from: 'if (original === undefined) return undefined;',
    to: 'return undefined;',
  },
  {
    id: 'F127',
    file: 'node/connection.ts',
    from: 'return !destroyed && !readableEnded && writable;',
    to: 'return destroyed || readableEnded || writable || true;',
    also: [
      {
        file: 'node/connection.ts',
        from: "this.socket.on('data', destroyed).on('end', destroyed).unref();",
        to: 'this.socket.unref();',
      },
    ],
  },
];
