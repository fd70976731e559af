import { ALL_VERSIONS, type Described, readOperations, type Version } from '../wire/document.ts';
import { callsOf, type StockCall } from './calls.ts';
import { type OurClient, openOurClient, type Plant } from './ours.ts';
import { type Recorder, startRecorder } from './recorder.ts';
import type { Rule } from './rules.ts';
import {
  makeStockClients,
  methodOf,
  paramsFor,
  type StockClient,
  type StockMethod,
} from './stock.ts';
import { type Difference, differencesOf, type Sent } from './wire.ts';

/** A call that the stock client has made. */
export interface Made extends StockCall {
  readonly sent: Sent;
}

/** A call that both clients have made. */
export interface Compared extends StockCall {
  readonly differences: readonly Difference[];
}

/** Both clients of a version, its operations, and what the stock client sends for them. */
export interface Bench {
  readonly version: Version;
  readonly operations: readonly Described[];
  readonly made: readonly Made[];
  /** Makes the call with our client, and compares. */
  compare(call: Made, plant?: Plant): Promise<Compared>;
}

/** All versions, on one server; `close` ends it. */
export const openBenches = async (
  folder: string,
): Promise<{ readonly benches: readonly Bench[]; close(): void }> => {
  const stock = await makeStockClients(ALL_VERSIONS, folder);
  const recorder = await startRecorder();
  const clients: OurClient[] = [];
  const benches: Bench[] = [];
  for (const version of ALL_VERSIONS) {
    const ours = await openOurClient(version, recorder.origin);
    clients.push(ours);
    const theirs = stock.get(version);
    if (!theirs) throw new Error(`${version} has no stock client`);
    await checkAddress(version, theirs, ours);
    benches.push(await openBench(version, theirs.methods(recorder.origin), ours, recorder));
  }
  const close = (): void => {
    for (const client of clients) client.close();
    recorder.close();
  };
  return { benches, close };
};

const openBench = async (
  version: Version,
  methods: readonly StockMethod[],
  ours: OurClient,
  recorder: Recorder,
): Promise<Bench> => {
  const operations = readOperations(version);
  checkSame(version, operations, methods, ours.ids);
  const made: Made[] = [];
  for (const call of operations.flatMap(callsOf)) {
    const method = methodOf(methods, call.operation);
    const params = paramsFor(method, call.operation, call.given);
    made.push({ ...call, sent: await sentBy(recorder, () => method.call(params)) });
  }
  return {
    version,
    operations,
    made,
    compare: async ({ sent, ...call }, plant) => {
      const { operation, given } = call;
      const our = await sentBy(recorder, () => ours.call(operation, given, plant));
      return { ...call, differences: await differencesOf(sent, our) };
    },
  };
};

const sentBy = (recorder: Recorder, call: () => Promise<unknown>): Promise<Sent> =>
  recorder.record(call).catch((error: unknown) => error as Error);

/** All other calls go to this machine; so the host that each would choose is compared once. */
const checkAddress = async (
  version: Version,
  { basePath }: StockClient,
  ours: OurClient,
): Promise<void> => {
  const operation = readOperations(version).find(({ isToken }) => isToken);
  const address = operation && (await ours.addressOf(operation));
  const expected = `${basePath}/oauth2/token`;
  if (address !== expected)
    throw new Error(`${version}: ours sends to ${address}, stock to ${expected}`);
};

/** Document, stock client and ours have the same operations, so that none goes without a comparison. */
const checkSame = (
  version: Version,
  operations: readonly Described[],
  methods: readonly StockMethod[],
  ids: readonly string[],
): void => {
  const documented = operations.map(({ name }) => name).toSorted();
  if (String(documented) !== String(ids.toSorted()))
    throw new Error(`${version}: our client has other operations than the document`);
  const stock = new Set(operations.map((operation) => methodOf(methods, operation)));
  if (stock.size !== operations.length || stock.size !== methods.length)
    throw new Error(`${version}: the stock client has other operations than the document`);
};

/** A difference, and the rule that explains it. */
export interface Judged {
  readonly call: StockCall;
  readonly difference: Difference;
  readonly rule: Rule | undefined;
}

export const judge = (compared: readonly Compared[], rules: readonly Rule[]): readonly Judged[] =>
  compared.flatMap(({ differences, ...call }) =>
    differences.map((difference) => ({
      call,
      difference,
      rule: rules.find(
        ({ parts, explains }) => parts.includes(difference.part) && explains(difference, call),
      ),
    })),
  );

/** Rules that nothing needs. */
export const idleRules = (judged: readonly Judged[], rules: readonly Rule[]): readonly Rule[] =>
  rules.filter((rule) => !judged.some((one) => one.rule === rule));
