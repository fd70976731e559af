import type { BatchLimits } from '../batches.js';

/** Ids of one report of retail media (docs/facts.md, "Reports"). */
export const REPORT_IDS: BatchLimits = { maxItems: 50 };

/** Identifiers of one change of a contact list: 10 MB, less what stands around them (docs/facts.md, "Audiences"). */
export const CONTACT_LIST: BatchLimits = { maxItems: 50_000, maxBytes: 9_990_000 };

/** Rows that a report of retail media has at most; what is beyond is left out (docs/facts.md, "Reports"). */
export const MOST_REPORT_ROWS = 100_000;
