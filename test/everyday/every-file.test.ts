import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Download, download, type FileMethod } from '@criteo-sdk/retailmedia';
import { startSandbox } from '@criteo-sdk/sandbox';
import { afterAll, beforeEach, describe, expect, it } from 'vitest';
import type { Described } from '../wire/document.js';
import { clientOf, methodsOf, operationsOf, paramsOf, VERSIONS, withFormat } from './clients.js';

/*
 * Every operation that answers with a file, in every format that its body can choose, read in every way.
 */

const sandbox = await startSandbox();
const folder = mkdtempSync(join(tmpdir(), 'criteo-files-'));
let first = 0;
beforeEach(() => {
  first = sandbox.calls().length;
});
afterAll(() => {
  rmSync(folder, { recursive: true });
  return sandbox.close();
});

const ROWS = 57;

describe.each(VERSIONS)('%s', async (version) => {
  const methods = methodsOf(await clientOf(sandbox, version));
  const files = operationsOf(version).filter(
    ({ isDownload, path }) => isDownload && !path.endsWith('/output'),
  );

  it('says of each file that it is one, and of nothing else', () => {
    const known = methods.filter(({ operation }) => isFile(operation) && !isOutput(operation));
    expect(known.map(({ operation }) => operation.id).sort()).toEqual(
      files.map(({ name }) => name).sort(),
    );
  });

  const cases = files.flatMap((operation) =>
    formatsOf(operation).map((format) => ({ name: operation.name, operation, format })),
  );
  describe.each(cases)('$name as $format', ({ operation, format }) => {
    const method = methods.find((one) => one.operation.id === operation.name) as FileMethod<object>;
    const file = (): Download =>
      download(method, withFormat(paramsOf(operation, 'everything'), format));

    it('is the same in every way to read it, and each asks once', async () => {
      const whole = Buffer.from(await file().bytes());
      expect(whole.length).toBeGreaterThan(20);
      const chunks: Uint8Array[] = [];
      for await (const chunk of file()) chunks.push(chunk);
      expect(Buffer.concat(chunks).equals(whole)).toBe(true);
      const path = join(folder, 'file');
      expect(await file().saveTo(path)).toEqual({ path, bytes: whole.length });
      expect(readFileSync(path).equals(whole)).toBe(true);
      expect(readdirSync(folder)).toEqual(['file']);
      const calls = sandbox.calls().slice(first);
      expect(calls.filter((call) => call.operation === operation.name)).toHaveLength(3);
    });

    it('is what was asked for', async () => {
      const rows = collect(file()).catch((reason: unknown) => reason);
      if (/^(?:excel|xlsx)$/i.test(format)) {
        expect(
          Buffer.from(await file().bytes())
            .subarray(0, 2)
            .toString(),
        ).toBe('PK');
        expect(await rows).toBeInstanceOf(Error);
      } else if (/^xml$/i.test(format)) {
        expect(await file().text()).toMatch(/^<\?xml/);
        expect(await rows).toBeInstanceOf(Error);
      } else {
        expect(await rows).toHaveLength(ROWS);
        if (/^json$/i.test(format)) expect(await file().json()).toHaveLength(ROWS);
      }
    });
  });
});

const isFile = (operation: object): boolean =>
  'response' in operation && operation.response === 'bytes';

// every-job.test.ts reads them.
const isOutput = (operation: object): boolean =>
  'path' in operation && String(operation.path).endsWith('/output');

/** What the body may choose; a file without a choice has one format. */
const formatsOf = ({ body, schemas }: Described): readonly string[] => {
  const met = new Set<string>();
  const within = (schema: object): string => {
    const text = JSON.stringify(schema);
    const names = [...text.matchAll(/"#\/components\/schemas\/([^"]+)"/g)].map(
      ([, name = '']) => name,
    );
    const fresh = names.filter((name) => !met.has(name) && met.add(name));
    return text + fresh.map((name) => within(schemas[name] ?? {})).join('');
  };
  const listed = /"format":\{[^{}]*"enum":\[([^\]]*)\]/.exec(within(body?.schema ?? {}))?.[1] ?? '';
  const formats = [...listed.matchAll(/"([\w-]+)"/g)].map(([, format = '']) => format);
  return formats.length > 0 ? formats : ['its own'];
};

const collect = async (file: Download): Promise<object[]> => {
  const rows: object[] = [];
  for await (const row of file.rows()) rows.push(row);
  return rows;
};
