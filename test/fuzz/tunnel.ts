import { maxHeaderSize } from 'node:http';
import type { Socket } from 'node:net';
import { Duplex } from 'node:stream';
import { setImmediate as turn } from 'node:timers/promises';
import { end } from './ends.ts';
import type { Journal } from './journal.ts';
import type { Series } from './plan.ts';
import { type TunnelPlan, tunnelPlan } from './tunnels.ts';

/** Answers a CONNECT as it is planned. What goes through the tunnel is `reach`ed in this process. */
export const openTunnel = (
  series: Series,
  raw: Socket,
  journal: Journal,
  reach: (over: Duplex, isOther: boolean) => void,
): void => {
  const plan = tunnelPlan(series.seed, series.number, journal.tunnels.length);
  // Of a head that is larger node:http reads no more.
  journal.tunnels.push(plan.answer.length > maxHeaderSize ? 'a large head' : plan.tunnel);
  const answer = async (): Promise<void> => {
    raw.removeAllListeners('data');
    raw.pause();
    raw.write(plan.answer, 'latin1');
    await turn();
    if (raw.destroyed) return;
    if (plan.tunnel === 'open' || plan.tunnel === 'other-host')
      return reach(raw, plan.tunnel === 'other-host');
    if (plan.tunnel === 'short') return reach(short(raw, plan), false);
    if (plan.tunnel === 'garbage') raw.write('\u0016\u0003\u0001\u0000\u0005 no TLS at all');
    finish(raw, plan);
  };
  raw.on('end', () => raw.destroy());
  if (plan.when === 'accept') return void answer();
  let head = '';
  raw.on('data', (chunk: Buffer) => {
    head += chunk.toString('latin1');
    if (head.includes('\r\n\r\n')) void answer();
  });
};

const finish = (raw: Socket, { end: how }: TunnelPlan): void => {
  raw.resume();
  if (how !== 'keep') end({ stream: raw, raw }, how);
};

/** A tunnel that ends, or says no more, when so many bytes have come back through it. */
const short = (raw: Socket, plan: TunnelPlan): Duplex => {
  let left = plan.bytes;
  const duplex = new Duplex({
    read: () => {},
    write: (chunk: Buffer, _encoding, done) => {
      if (left > 0 && raw.writable) raw.write(chunk.subarray(0, left));
      if (left >= 0 && chunk.length >= left) finish(raw, plan);
      left -= chunk.length;
      done();
    },
  });
  raw.on('data', (chunk: Buffer) => duplex.push(chunk));
  raw.on('close', () => duplex.destroy());
  raw.resume();
  return duplex;
};
