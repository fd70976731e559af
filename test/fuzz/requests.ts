/** Name of the header that says which call a request is of. */
export const CALL_HEADER = 'x-fuzz-call';

/** A request as it arrives. */
export interface Arrival {
  /** Undefined for a token request. */
  readonly call: number | undefined;
  readonly isWhole: boolean;
}

/** Reads requests off a connection, one behind the other; `told` is called when one has begun and when it is whole. */
export const requestReader = (
  told: (arrival: Arrival) => void,
): { take(chunk: Buffer): void; strayBytes(): number } => {
  let head = '';
  let call: number | undefined;
  let bodyLeft = 0;
  const take = (chunk: Buffer): void => {
    let rest = chunk;
    while (rest.length > 0) {
      if (bodyLeft > 0) {
        const taken = Math.min(bodyLeft, rest.length);
        bodyLeft -= taken;
        rest = rest.subarray(taken);
        if (bodyLeft === 0) told({ call, isWhole: true });
        continue;
      }
      const before = head.length;
      head += rest.toString('latin1');
      const end = head.indexOf('\r\n\r\n');
      if (end < 0) return;
      rest = rest.subarray(end + 4 - before);
      call = callOf(head);
      bodyLeft = Number(/\r\ncontent-length: *(\d+)/i.exec(head)?.[1] ?? 0);
      head = '';
      told({ call, isWhole: false });
      if (bodyLeft === 0) told({ call, isWhole: true });
    }
  };
  return { take, strayBytes: () => head.length };
};

const callOf = (head: string): number | undefined => {
  const number = new RegExp(`\\r\\n${CALL_HEADER}: *(\\d+)`, 'i').exec(head)?.[1];
  return number === undefined ? undefined : Number(number);
};
