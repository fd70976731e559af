import { createClient } from '@criteo-sdk/retailmedia/2026-07';
import { type Connect, hammer, SCENARIOS, SECONDS } from './scenarios.ts';

/*
 * npm run test:hammer: prints how many token requests a hundred calls a second make in eight seconds while the token
 * endpoint fails, or an operation refuses every token.
 */

const GRANT = { type: 'refresh_token', refreshToken: 'first' } as const;

const connect: Connect = ({ url, clientSecret, isUsers, isEach }) => {
  const client = createClient({
    clientId: 'id',
    clientSecret,
    baseUrl: url,
    allowLoopbackHttp: true,
    logLevel: 'off',
    ...(isUsers && { grant: GRANT }),
  });
  return {
    call: async (path) => {
      const one = isEach ? client.forSubject('user', GRANT) : client;
      return one.request({ method: 'GET', path }, { timeoutMs: 3_000 });
    },
    close: () => client.close(),
  };
};

console.log(`100 calls a second for ${SECONDS} s:`);
const runs = await Promise.all(
  SCENARIOS.map(async (scenario) => ({ ...scenario, ...(await hammer(scenario, connect)) })),
);
const isWrong = ({ most, tokenRequests, refused, good, paths }: (typeof runs)[number]): boolean =>
  tokenRequests > most ||
  (refused !== undefined && paths.some((path) => !refused.includes(path) && !good[path]));
for (const run of runs) {
  const verdict = isWrong(run) ? 'FAILED' : 'passed';
  console.log(
    `${verdict}  ${run.name}: ${run.tokenRequests} token requests (at most ${run.most}) for ${run.calls} calls`,
  );
}
const failed = runs.filter(isWrong).length;
console.log(`${runs.length - failed} passed, ${failed} failed`);
process.exitCode = failed === 0 ? 0 : 1;
