/** Stands in front of each line for the logger. */
export const SDK_NAME = 'criteo-sdk';
