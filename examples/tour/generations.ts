import { AccessToken } from '@criteo-sdk/retailmedia';
import type { Sandbox } from '@criteo-sdk/sandbox';
import { grantsOf } from './grants.ts';
import { type Row, say, table } from './print.ts';
import { check, type Generation, type Step } from './step.ts';
import {
  type AnyClient,
  MARKETING_SOLUTIONS_2020_10,
  MARKETING_V1,
  RETAIL_MEDIA_2022_10,
  RETAIL_MEDIA_2026_07,
  type Version,
} from './versions.ts';

export const tokens: Step = {
  name: 'tokens',
  title: "Three API generations and today's, one AccessToken: client.tokens.get()",
  countsCalls: true,
  run: async ({ sandbox, generations }, broken) => {
    if (broken) sandbox.forbid('getPortfolio');
    generations.push(
      await lookAt(sandbox, MARKETING_V1),
      await lookAt(sandbox, MARKETING_SOLUTIONS_2020_10),
      await lookAt(sandbox, RETAIL_MEDIA_2022_10),
      await lookAt(sandbox, RETAIL_MEDIA_2026_07),
    );
    table([HEADER, ...generations.map(rowOf)]);
    say('Historic: Criteo has switched it off; only the sandbox of this tour answers.');
    say(
      "300 s for v1 is from a community client's readme, 900 s from the vendor's guide to authentication; the client uses what each answer says (expires_in).",
    );
  },
};

/** Both ways to a token, and a list call, the same for each version. */
const lookAt = async <C extends AnyClient>(
  sandbox: Sandbox,
  { product, name, create, ask, model, listCall, list }: Version<C>,
): Promise<Generation> => {
  const app = sandbox.credentials(`${product}/${name}`);
  const answer = await ask(app);
  const operation = sandbox.calls(({ tokenRequest }) => tokenRequest).at(-1)?.operation ?? null;

  // A client warns of a version that has ended: here the row says so.
  const warnings: string[] = [];
  const logger = { debug: () => {}, warn: (warning: string) => warnings.push(warning) };
  const client = create({ ...app, logger });
  const asked = Date.now();
  const token = await client.tokens.get();
  check(token instanceof AccessToken, `${product}/${name} gave another token`);
  const { expires_in: lifetime = 0 } = answer;
  const bornAt = token.expiresAt.getTime() - lifetime * 1_000;
  check(
    bornAt >= asked && bornAt <= Date.now(),
    `it does not live the ${lifetime} s of the answer`,
  );
  const gave = await list(client);
  client.close();

  return {
    product,
    version: name,
    operation,
    model,
    lifetime,
    grants: grantsOf((grant) => create({ ...app, grant, logger })),
    endedOn: /ended \w+ ([\d-]+)/.exec(warnings.join())?.[1] ?? null,
    list: { operation: listCall, gave },
  };
};

const HEADER: Row = [['API version'], ['operation → model → AccessToken'], ['list call']];

const rowOf = (generation: Generation): Row => {
  const { product, version, operation, model, lifetime, grants, endedOn, list } = generation;
  const [own, ...consented] = grants;
  return [
    [`${product}/${version}`, endedOn ? `historic, ended ${endedOn}` : "today's version"],
    [
      `${operation} → ${model}`,
      `→ lives ${lifetime} s, ${own}${consented.length > 0 ? ',' : ''}`,
      ...(consented.length > 0 ? [`  ${consented.join(', ')}`] : []),
    ],
    [list.operation, list.gave],
  ];
};
