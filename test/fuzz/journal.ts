/** What a server has seen of one call. */
export interface Entry {
  /** Requests of which at least the head arrived, one an attempt. */
  attempts: number;
  /** Of these, the ones that arrived whole. */
  whole: number;
  /** The status that each was to be answered with; undefined where bits were flipped. */
  readonly statuses: (number | undefined)[];
}

/** What the servers of one series have seen. */
export interface Journal {
  readonly calls: Map<number, Entry>;
  tokens: number;
  /** Bytes of requests that cannot be told from each other. */
  strayBytes: number;
  /** Connections that reached the API, in order: their plans. */
  readonly connections: string[];
  /** What tunnels came to, in order. */
  readonly tunnels: string[];
}

export const newJournal = (): Journal => ({
  calls: new Map(),
  tokens: 0,
  strayBytes: 0,
  connections: [],
  tunnels: [],
});

export const entryOf = ({ calls }: Journal, call: number): Entry => {
  const entry = calls.get(call) ?? { attempts: 0, whole: 0, statuses: [] };
  calls.set(call, entry);
  return entry;
};
