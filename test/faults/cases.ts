import type { Case } from './bench.ts';
import { API_ANSWERS } from './cases/api-answers.ts';
import { API_STATUSES } from './cases/api-statuses.ts';
import { CLOCK } from './cases/clock.ts';
import { CONCURRENCY } from './cases/concurrency.ts';
import { CONNECTIONS } from './cases/connections.ts';
import { CONSENTS } from './cases/consents.ts';
import { HOSTILE_ANSWERS } from './cases/hostile-answers.ts';
import { NETWORK } from './cases/network.ts';
import { OUTCOMES } from './cases/outcomes.ts';
import { OWN_ERRORS } from './cases/own-errors.ts';
import { PAGING } from './cases/paging.ts';
import { POOR_LINE } from './cases/poor-line.ts';
import { RATE_LIMITER } from './cases/rate-limiter.ts';
import { SECRETS } from './cases/secrets.ts';
import { STORE_DISKS } from './cases/store-disks.ts';
import { STORE_PROCESSES } from './cases/store-processes.ts';
import { STORES } from './cases/stores.ts';
import { TLS } from './cases/tls.ts';
import { TOKEN_ANSWERS } from './cases/token-answers.ts';
import { TOKEN_GRANTS } from './cases/token-grants.ts';
import { TOKEN_PAUSES } from './cases/token-pauses.ts';
import { TOKEN_WAITS } from './cases/token-waits.ts';

/** All cases by group. */
export const GROUPS: readonly { readonly title: string; readonly cases: readonly Case[] }[] = [
  {
    title: 'Token endpoint',
    cases: [...TOKEN_WAITS, ...TOKEN_ANSWERS, ...TOKEN_GRANTS, ...TOKEN_PAUSES],
  },
  {
    title: 'API',
    cases: [...API_STATUSES, ...API_ANSWERS, ...PAGING].sort((a, b) => a.id.localeCompare(b.id)),
  },
  {
    title: 'Network',
    cases: [...NETWORK, ...TLS, ...POOR_LINE].sort((a, b) => a.id.localeCompare(b.id)),
  },
  { title: 'What became of a call', cases: OUTCOMES },
  { title: 'Connections that are kept', cases: CONNECTIONS },
  { title: 'Errors of your own code', cases: OWN_ERRORS },
  { title: 'Answers and surroundings that are hostile', cases: HOSTILE_ANSWERS },
  { title: 'Secrets', cases: SECRETS },
  { title: 'Clock', cases: CLOCK },
  { title: 'Concurrency', cases: CONCURRENCY },
  { title: 'Consents that nothing may cost', cases: CONSENTS },
  { title: 'Stores', cases: [...STORES, ...STORE_DISKS, ...STORE_PROCESSES] },
  { title: 'Rate limiter', cases: RATE_LIMITER },
];
