import type { Case } from './bench.ts';
import { API_ANSWERS } from './cases/api-answers.ts';
import { API_STATUSES } from './cases/api-statuses.ts';
import { CLOCK } from './cases/clock.ts';
import { CONCURRENCY } from './cases/concurrency.ts';
import { NETWORK } from './cases/network.ts';
import { TLS } from './cases/tls.ts';
import { TOKEN_ANSWERS } from './cases/token-answers.ts';
import { TOKEN_GRANTS } from './cases/token-grants.ts';
import { TOKEN_WAITS } from './cases/token-waits.ts';

/** All cases by group. F66 comes last: it looks at the whole run. */
export const GROUPS: readonly { readonly title: string; readonly cases: readonly Case[] }[] = [
  { title: 'Token endpoint', cases: [...TOKEN_WAITS, ...TOKEN_ANSWERS, ...TOKEN_GRANTS] },
  { title: 'API', cases: [...API_STATUSES, ...API_ANSWERS] },
  { title: 'Network', cases: [...NETWORK, ...TLS].sort((a, b) => a.id.localeCompare(b.id)) },
  { title: 'Clock', cases: CLOCK },
  { title: 'Concurrency', cases: CONCURRENCY },
];
