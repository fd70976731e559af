import type { Answer } from './answer.ts';
import { BODIES } from './bodies.ts';
import { encode } from './codings.ts';
import { EXTRA } from './extras.ts';
import { frame } from './framings.ts';
import { type Random, randomOf } from './random.ts';

/** What an answer is on the wire, in the writes in which it is sent. */
export const render = (answer: Answer, mark: string): readonly Buffer[] => {
  const random = randomOf(answer.salt, 2);
  const { bytes: body, type } = BODIES[answer.body](mark);
  const encoded = encode(body, answer.coding, random.next());
  const { lines, bytes } = frame(answer.framing, encoded, random);
  const { stated } = answer.coding;
  const head = [
    answer.statusLine || `HTTP/1.1 ${String(answer.status).padStart(3, '0')} Some Reason`,
    ...(random.chance(0.5) ? [] : answer.lines),
    `Content-Type: ${type}`,
    ...(stated === undefined ? [] : [`Content-Encoding: ${stated}`]),
    ...lines,
  ];
  // Those that are not there yet stand behind, where the first value has been read.
  const more = answer.lines.filter((line) => !head.includes(line));
  const text = `${answer.interim}${[...head, ...more].join('\r\n')}\r\n\r\n`;
  const message = flipped(
    Buffer.concat([Buffer.from(text, 'latin1'), bytes]),
    answer.flips,
    random,
  );
  if (answer.isCut)
    return split(message.subarray(0, cutAt(text, message, random)), answer.writes, random);
  const trailing = Buffer.from(answer.trailing ? EXTRA[answer.trailing] : '', 'latin1');
  const writes = split(message, answer.writes, random);
  // In one write with the end of the answer: behind it nobody could tell it from an answer to the next request.
  return [...writes.slice(0, -1), Buffer.concat([writes.at(-1) ?? Buffer.alloc(0), trailing])];
};

const cutAt = (head: string, message: Buffer, random: Random): number => {
  const at = random.chance(0.3)
    ? random.below(head.length)
    : head.length + random.below(message.length - head.length);
  return Math.min(at, message.length - 1);
};

const split = (bytes: Buffer, writes: number, random: Random): Buffer[] => {
  const cuts = Array.from({ length: writes - 1 }, () => random.below(bytes.length)).sort(
    (a, b) => a - b,
  );
  return [...cuts, bytes.length].map((to, index) => bytes.subarray(cuts[index - 1] ?? 0, to));
};

const flipped = (bytes: Buffer, flips: number, random: Random): Buffer => {
  let changed = bytes;
  for (let i = 0; i < flips; i += 1) {
    const at = random.below(changed.length);
    const [before, after] = [changed.subarray(0, at), changed.subarray(at + 1)];
    const middle = random.pick([[random.below(256)], [], [changed[at] ?? 0, random.below(256)]]);
    changed = Buffer.concat([before, Buffer.from(middle), after]);
  }
  return changed;
};
