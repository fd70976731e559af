import { spawnSync } from 'node:child_process';
import { getEventListeners } from 'node:events';
import { mkdtempSync, realpathSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { onAbort } from '../src/abort.js';
import { abortable } from '../src/time.js';
import { programInto } from './bundle.js';
import { nodes } from './nodes.js';

const listeners = (signal: AbortSignal): number => getEventListeners(signal, 'abort').length;

describe('tasks that wait for a signal', () => {
  it('have one listener together, and none once they are taken away', () => {
    const { signal } = new AbortController();
    const forget = Array.from({ length: 100 }, () => onAbort(signal, () => {}));
    expect(listeners(signal)).toBe(1);
    for (const one of forget.slice(1)) one();
    expect(listeners(signal)).toBe(1);
    forget[0]?.();
    expect(listeners(signal)).toBe(0);
  });

  it('run once each, in their order, and leave nothing behind', () => {
    const controller = new AbortController();
    const { signal } = controller;
    const ran: number[] = [];
    const first = (): void => void ran.push(1);
    onAbort(signal, first);
    onAbort(signal, () => ran.push(2));
    onAbort(signal, first);
    controller.abort();
    signal.dispatchEvent(new Event('abort'));
    expect([ran, listeners(signal)]).toEqual([[1, 2, 1], 0]);
  });

  it('run at once for a signal that has aborted', () => {
    let ran = 0;
    onAbort(AbortSignal.abort(), () => {
      ran += 1;
    })();
    expect(ran).toBe(1);
  });

  it('do not run once they are taken away, not even by a task before them', () => {
    const controller = new AbortController();
    const ran: number[] = [];
    onAbort(controller.signal, () => forget());
    const forget = onAbort(controller.signal, () => ran.push(2));
    onAbort(controller.signal, () => ran.push(3));
    controller.abort();
    forget();
    expect(ran).toEqual([3]);
  });

  it('may be taken away twice, and wait anew after all have gone', () => {
    const controller = new AbortController();
    const forget = onAbort(controller.signal, () => {});
    forget();
    let ran = 0;
    onAbort(controller.signal, () => {
      ran += 1;
    });
    forget();
    expect(listeners(controller.signal)).toBe(1);
    controller.abort();
    expect(ran).toBe(1);
  });

  it('run although one before them throws, and that is dropped', () => {
    const controller = new AbortController();
    let ran = 0;
    onAbort(controller.signal, () => {
      throw new Error('a bug');
    });
    onAbort(controller.signal, () => {
      ran += 1;
    });
    controller.abort();
    expect(ran).toBe(1);
  });
});

describe('a promise that a signal may end', () => {
  it('leaves no listener behind if its start throws', async () => {
    const { signal } = new AbortController();
    const started = abortable(signal, () => {
      throw new Error('a bug');
    });
    await expect(started).rejects.toThrow('a bug');
    expect(listeners(signal)).toBe(0);
  });

  it('rejects although what ends its work throws', async () => {
    const controller = new AbortController();
    const started = abortable(controller.signal, () => () => {
      throw new Error('a bug');
    });
    controller.abort(new Error('no longer wanted'));
    await expect(started).rejects.toThrow('no longer wanted');
  });
});

describe('one signal for 10,000 calls', () => {
  const folder = mkdtempSync(join(realpathSync(tmpdir()), 'core-one-signal-'));
  afterAll(() => rmSync(folder, { recursive: true }));
  const program = programInto(folder, 'one-signal-process');

  it.each(nodes())(
    'warns of nothing and leaves nothing behind on Node %s',
    (_version, node) => {
      const { stdout, stderr } = spawnSync(node, [program], { encoding: 'utf8' });
      expect(stderr).toBe('');
      expect(JSON.parse(stdout)).toEqual({ warnings: [], most: 1, left: 0 });
    },
    60_000,
  );
});
