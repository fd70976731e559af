import {
  AccessToken,
  type FinishedJob,
  fileFrom,
  ResponseError,
  runJob,
  SdkError,
  type TokenProvider,
} from '@criteo-sdk/retailmedia';
import { createClient } from '@criteo-sdk/retailmedia/2026-07';

/*
 * What every runtime is asked to do, bundled or not. It prints nothing and names no runtime's own
 * interface: a program of each runtime gives it what to call, and hands on what it found.
 */

/** What a program is told. Only a program on a server has a secret, only one without it a token. */
export interface Told {
  readonly clientId: string;
  readonly clientSecret?: string;
  readonly token?: string;
  readonly baseUrl: string;
  readonly allowLoopbackHttp: true;
  /** Where nobody listens. */
  readonly closedUrl: string;
  /** Where there are files: a folder with `asset.txt`. */
  readonly folder?: string;
}

export type Client = ReturnType<typeof createClient>;

/** What came of the calls, to be compared with what the sandbox saw. */
export interface Found {
  readonly accounts: readonly number[];
  readonly asset: boolean;
  /** Names of what was uploaded: from bytes, a Blob, a stream, a path. */
  readonly uploads: readonly string[];
  readonly report: Report;
  readonly failures: Readonly<Record<string, string>>;
}

/** What was read of a job's output. */
export interface Report {
  readonly rows: number;
  readonly isWhole: boolean;
  readonly saved: string;
}

/** Calls with credentials, or with a token that was given, whichever is there. */
export const callAll = (told: Told): Promise<Found> => callEach(told, clientOf(told));

export const clientOf = ({
  closedUrl: _closedUrl,
  folder: _folder,
  token,
  ...options
}: Told): Client =>
  createClient(token === undefined ? options : { ...options, tokens: given(token) });

// The first token is refused, as one that has ended: the call goes on with the next.
const given = (good: string): TokenProvider => {
  let value = 'a-token-that-has-ended';
  return {
    get: async () =>
      new AccessToken({ value, tokenType: 'Bearer', expiresAt: new Date(Date.now() + 60_000) }),
    invalidate: () => {
      value = good;
    },
  };
};

const callEach = async (told: Told, client: Client): Promise<Found> => {
  const { account, creative } = client;
  const lists = await Promise.all([1, 2, 3].map((pageSize) => account.getAccounts({ pageSize })));
  const assetFile = new File(['an asset of é bytes'], 'asset.png', { type: 'image/png' });
  const { data: asset } = await creative.createAsset({ assetFile });
  const uploads = await uploadEach(client, told);
  const report = await reportOf(client, told);
  const fails = async (work: () => Promise<unknown>): Promise<string> => {
    const error = await work().then(
      () => undefined,
      (reason: unknown) => reason,
    );
    return error instanceof SdkError ? nameOf(error) : `no SdkError: ${String(error)}`;
  };
  const failures = {
    forbidden: await fails(() => client.gateway.getCurrentApplication()),
    elsewhere: await fails(() => client.request({ method: 'GET', path: '/elsewhere' })),
    slow: await fails(() => client.request({ method: 'GET', path: '/slow' }, { timeoutMs: 1_000 })),
    // A write, after answered calls whose connection may be used again.
    broken: await fails(() => client.request({ method: 'POST', path: '/broken', body: {} })),
    closed: await fails(() => atClosed(told)),
  };
  client.close();
  return {
    accounts: lists.map(({ data }) => data.length),
    asset: asset?.id !== undefined,
    uploads,
    report,
    failures,
  };
};

const uploadEach = async ({ creative }: Client, { folder }: Told): Promise<string[]> => {
  const bytes = new TextEncoder().encode('an asset');
  const sources = [
    bytes,
    new Blob([bytes]),
    new Blob([bytes]).stream(),
    `${folder ?? ''}/asset.txt`,
  ];
  const names: string[] = [];
  for (const source of sources) {
    try {
      const file = await fileFrom(source);
      await creative.createAsset({ assetFile: file });
      names.push(`${file.name} ${file.size}`);
    } catch (error) {
      names.push(error instanceof SdkError ? error.name : String(error));
    }
  }
  return names;
};

const reportOf = async ({ analytics }: Client, { folder }: Told): Promise<Report> => {
  const attributes = {
    startDate: '2026-11-01T00:00:00Z',
    endDate: '2026-11-07T00:00:00Z',
    format: 'csv',
  } as const;
  const body = { data: { type: 'report', attributes } };
  const job = await runJob(analytics.requestRevenueReport, { body }, { intervalMs: 1 });
  let rows = 0;
  for await (const _row of job.rows()) rows += 1;
  const bytes = await job.bytes();
  const streamed = new Uint8Array(await new Response(job.stream()).arrayBuffer());
  const isWhole = bytes.length === job.totalBytes && streamed.length === bytes.length;
  return { rows, isWhole, saved: await saving(job, `${folder ?? ''}/report.csv`) };
};

const saving = (job: FinishedJob, path: string): Promise<string> =>
  job.saveTo(path).then(
    ({ bytes }) => (bytes === job.totalBytes ? 'whole' : 'not whole'),
    (error: unknown) => (error instanceof SdkError ? error.name : String(error)),
  );

const nameOf = (error: SdkError): string => {
  const more = error instanceof ResponseError ? error.reason : error.status;
  return more === undefined ? error.name : `${error.name} ${more}`;
};

const atClosed = ({ closedUrl, ...told }: Told): Promise<unknown> =>
  clientOf({ ...told, closedUrl, baseUrl: closedUrl, token: 'any' }).account.getAccounts(
    {},
    { retry: { limit: 0 } },
  );
