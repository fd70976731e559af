import { describe, expect, it } from 'vitest';
import type { Sandbox } from '../src/index.js';
import { formOf, getToken, postForm, type RawAnswer, raw, SHARED, start } from './helpers.js';

const ACCOUNTS = '/2026-07/retail-media/accounts';
const REPORT = '/2026-07/retail-media/reports/revenue';

/** Every way in which a request gives a name of its own, and what is answered, without what differs each time. */
const answersTo = async (sandbox: Sandbox, name: string): Promise<unknown[]> => {
  const headers = { authorization: `Bearer ${await getToken(sandbox)}` };
  const form = formOf(sandbox.clientOptions);
  const send = (path: string, options: Parameters<typeof raw>[2] = {}): Promise<RawAnswer> =>
    raw(sandbox, path, { ...options, headers: { ...headers, ...options.headers } });
  const post = (path: string, type: string, body: string): Promise<RawAnswer> =>
    send(path, { method: 'POST', headers: { 'content-type': type }, body });
  const ofForm = async (fields: Record<string, string> | string): Promise<unknown> => {
    const response = await postForm(sandbox, SHARED, fields);
    return [response.status, response.status === 200 ? '' : await response.text()];
  };
  const answers = await Promise.all([
    send(`/${name}`),
    send(`${ACCOUNTS}/${name}/campaigns`),
    send(`${ACCOUNTS}?${name}=1`),
    send(`${ACCOUNTS}?pageSize=${name}`),
    send(ACCOUNTS, { headers: { accept: name } }),
    send(ACCOUNTS, { headers: { [name]: name } }),
    send(`/request?${name}=${name}`),
    post(REPORT, name, '{}'),
    post(REPORT, 'application/json', `{"${name}":1}`),
    post(REPORT, 'application/json', `{"data":{"attributes":{"${name}":1,"format":"${name}"}}}`),
  ]);
  // Values of a success follow from its path.
  const told = answers.map(({ status, body }) => [status, status === 200 ? '' : body]);
  const tokens = await Promise.all([
    ofForm({ ...form, [name]: '1' }),
    ofForm({ ...form, grant_type: name }),
    ofForm(`${name}=1&${name}=2`),
  ]);
  return [...told, ...tokens].map((one) =>
    JSON.stringify(one)
      .replace(new RegExp(name, 'gi'), '<name>')
      .replace(/[\da-f-]{36}/g, '<id>'),
  );
};

describe('a name that every object has', () => {
  it.each(['constructor', '__proto__', 'toString', 'hasOwnProperty', 'valueOf'])(
    'is answered like one that nobody knows, wherever it stands: %s',
    async (name) => {
      const sandbox = await start();
      expect(await answersTo(sandbox, name)).toEqual(await answersTo(sandbox, 'nobodyKnowsThis'));
    },
  );
});
