import { createClient } from '@criteo-sdk/retailmedia/2026-07';
import type { Sandbox } from '@criteo-sdk/sandbox';
import { saw, say } from './print.ts';
import { check, type Step } from './step.ts';

const COLD_CALLS = 1_000;

export const herd: Step = {
  name: 'herd',
  title: `${COLD_CALLS.toLocaleString('en')} calls at once, and no token yet`,
  countsCalls: true,
  run: async ({ sandbox }, broken) => {
    say('Each of them needs a token. One request gets it, and all calls wait for that.');
    const client = createClient(sandbox.clientOptions);
    const strangers = broken ? [createClient(sandbox.clientOptions)] : [];
    const all = Array.from({ length: COLD_CALLS }, () => client.gateway.getCurrentApplication());
    await Promise.all([
      ...all,
      ...strangers.map((stranger) => stranger.gateway.getCurrentApplication()),
    ]);
    const { calls, tokenRequests } = countsOf(sandbox);
    saw(`The server saw ${calls} calls and ${counted(tokenRequests, 'token request')}.`);
    check(tokenRequests === 1, `${tokenRequests} token requests where one was enough`);
    client.close();
  },
};

const succeeded = (): boolean => true;
const failed = (): boolean => false;

const STEADY_MS = 5_000;

export const expiry: Step = {
  name: 'expiry',
  title: 'Tokens that live 3 seconds, under steady calls',
  countsCalls: true,
  run: async ({ sandbox }, broken) => {
    say(
      'A call fails when its token has ended. The client gets the next one ahead of time, so that none does. (This takes 5 seconds.)',
    );
    sandbox.setTokenLifetime(3_000);
    const client = createClient(sandbox.clientOptions);
    const endsAt = performance.now() + STEADY_MS;
    const running: Promise<boolean>[] = [];
    while (performance.now() < endsAt) {
      running.push(client.gateway.getCurrentApplication().then(succeeded, failed));
      if (broken) sandbox.forbid('getCurrentApplication');
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
    const failures = (await Promise.all(running)).filter((isDone) => !isDone).length;
    const { tokenRequests } = countsOf(sandbox);
    const refused = sandbox.calls(({ status }) => status === 401).length;
    saw(
      `${running.length} calls in ${STEADY_MS / 1000} s, ${failures} failed; ${counted(tokenRequests, 'token')}, ${refused} calls met one that had ended.`,
    );
    check(failures === 0, `${failures} calls failed`);
    check(tokenRequests >= 3, `${tokenRequests} tokens: they did not expire`);
    client.close();
  },
};

const countsOf = (sandbox: Sandbox): { readonly calls: number; readonly tokenRequests: number } => {
  const seen = sandbox.calls();
  const tokenRequests = seen.filter(({ tokenRequest }) => tokenRequest).length;
  return { calls: seen.length - tokenRequests, tokenRequests };
};

const counted = (count: number, noun: string): string =>
  `${count} ${noun}${count === 1 ? '' : 's'}`;
