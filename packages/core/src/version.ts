/** Of this package; `tools/release/version.ts` writes it. */
export const VERSION = '0.0.0';
