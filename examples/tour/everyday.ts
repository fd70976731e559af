import { paginate, type Row as ReportRow, runJob } from '@criteo-sdk/retailmedia';
import { createClient } from '@criteo-sdk/retailmedia/2026-07';
import { DEEPER, type Row, saw, say, table } from './print.ts';
import { check, type Step } from './step.ts';

export const everyday: Step = {
  name: 'everyday',
  title: "Today's version: a list to its end, a report from request to rows",
  countsCalls: true,
  run: async ({ sandbox }, broken) => {
    const client = createClient(sandbox.clientOptions);
    say(
      'A list comes in pages, and a report is a job to wait for. paginate() and runJob() ask, wait and check for you, on every version.',
    );
    const all = Number.POSITIVE_INFINITY;
    const accounts = await paginate(client.account.getAccounts).toArray({ limit: all });
    saw(`${accounts.length} accounts came in ${sandbox.calls('getAccounts').length} pages.`);

    if (broken) sandbox.nextJob('wrong-checksum');
    const states: string[] = [];
    const report = await runJob(
      client.analytics.requestRevenueReport,
      { body: { data: { attributes: REVENUE, type: 'report' } } },
      { intervalMs: 100, onProgress: ({ state, bytes }) => bytes ?? states.push(state) },
    );
    saw(`Report ${report.id}: ${states.join(' → ')}.`);
    const rows: ReportRow[] = [];
    for await (const row of report.rows()) rows.push(row);
    check(rows.length === report.rowCount, `${rows.length} rows came of ${report.rowCount}`);
    saw(`${rows.length} rows, ${report.totalBytes} bytes, and its checksum is right. It begins:`);
    table([COLUMNS.map((column) => [column]), ...rows.slice(0, 3).map(rowOf)], DEEPER);
    client.close();
  },
};

const COLUMNS = ['date', 'campaignName', 'impressions', 'clicks'];

const rowOf = (row: ReportRow): Row => COLUMNS.map((column) => [textOf(row[column])]);

/** As JSON where a line cannot show it: one name has quotes and a line break. */
const textOf = (value: unknown): string => {
  const text = String(value);
  return /["\n]/.test(text) ? JSON.stringify(text) : text;
};

const REVENUE = {
  startDate: '2026-03-01T00:00:00Z',
  endDate: '2026-04-26T00:00:00Z',
  format: 'csv',
} as const;
