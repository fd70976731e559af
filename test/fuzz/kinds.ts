import type { BodyKind } from './bodies.ts';

/** A kind of call, and what a server that is well answers it. */
export interface Kind {
  readonly body: BodyKind;
  /** What the call makes of that body. */
  readonly gives: 'bytes' | 'json' | 'nothing' | 'rows' | 'text';
  /** May it be repeated although nobody knows what became of it? Else a server must never process it twice. */
  readonly isRepeated: boolean;
}

export const KINDS = {
  read: { body: 'json', gives: 'json', isRepeated: true },
  search: { body: 'json', gives: 'json', isRepeated: true },
  rawGet: { body: 'json', gives: 'json', isRepeated: true },
  write: { body: 'json', gives: 'json', isRepeated: false },
  largeWrite: { body: 'json', gives: 'json', isRepeated: false },
  rawPost: { body: 'json', gives: 'json', isRepeated: false },
  rawPut: { body: 'json', gives: 'json', isRepeated: false },
  rawDelete: { body: 'json', gives: 'json', isRepeated: false },
  remove: { body: 'json', gives: 'nothing', isRepeated: false },
  safeWrite: { body: 'json', gives: 'json', isRepeated: true },
  unsafeWrite: { body: 'json', gives: 'json', isRepeated: true },
  upload: { body: 'json', gives: 'json', isRepeated: false },
  awaited: { body: 'csv', gives: 'bytes', isRepeated: true },
  bytes: { body: 'csv', gives: 'bytes', isRepeated: true },
  stream: { body: 'large', gives: 'bytes', isRepeated: true },
  leave: { body: 'large', gives: 'nothing', isRepeated: true },
  save: { body: 'large', gives: 'bytes', isRepeated: true },
  csvRows: { body: 'csv', gives: 'rows', isRepeated: true },
  lineRows: { body: 'ndjson', gives: 'rows', isRepeated: true },
  text: { body: 'csv', gives: 'text', isRepeated: true },
  fileJson: { body: 'array', gives: 'json', isRepeated: true },
} as const satisfies Record<string, Kind>;

export type KindName = keyof typeof KINDS;

export const KIND_NAMES = Object.keys(KINDS) as KindName[];
