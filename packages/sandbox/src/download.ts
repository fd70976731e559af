import type { Schema } from './documents.js';
import { hash } from './values.js';

/** The bytes of a file answer; undefined if the schema is no file. */
export function download(schema: Schema, contentType: string, key: string): string | undefined {
  if (schema.type !== 'string' || !['binary', 'byte'].includes(schema.format ?? ''))
    return undefined;
  const rows = Array.from({ length: 5 }, (_, i) => ({
    date: `2026-03-0${i + 1}`,
    campaignId: String(1 + (hash(`${key} ${i} campaign`) % 1_000_000)),
    impressions: hash(`${key} ${i} impressions`) % 100_000,
    clicks: hash(`${key} ${i} clicks`) % 1_000,
    currency: 'EUR',
  }));
  const csv = [Object.keys(rows[0] ?? {}), ...rows.map(Object.values)].map(
    (row) => `${row.join(',')}\n`,
  );
  if (schema.format === 'byte') return JSON.stringify(Buffer.from(csv.join('')).toString('base64'));
  if (contentType === 'application/json') return JSON.stringify(rows);
  return contentType.includes('json')
    ? rows.map((row) => `${JSON.stringify(row)}\n`).join('')
    : csv.join('');
}
