// A report to a file, with progress; then its rows.
import { runJob } from '@criteo-sdk/retailmedia';
import { createClient } from '@criteo-sdk/retailmedia/2026-07';
import { connection } from './connection.ts';

const retailMedia = createClient(connection);
const attributes = {
  startDate: '2026-11-01T00:00:00Z',
  endDate: '2026-11-07T00:00:00Z',
  format: 'csv',
  dimensions: ['date', 'campaignId'],
  metrics: ['impressions', 'clicks'],
  filters: { accountIds: ['10007'] },
} as const;

const report = await runJob(
  retailMedia.analytics.requestPerformanceReport,
  { body: { data: { type: 'performance', attributes } } },
  {
    to: 'performance.csv',
    timeoutMs: 600_000,
    onProgress: ({ id, state, bytes }) => console.error(id, state, bytes ?? ''),
  },
);
console.log(`${report.rowCount} rows, ${report.saved?.bytes} bytes in ${report.saved?.path}`);
