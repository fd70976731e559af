import http, { type IncomingMessage } from 'node:http';
import { createRequire } from 'node:module';
import { createClient } from '@criteo-sdk/retailmedia/2026-07';
import axios, { type AxiosAdapter, type RawAxiosResponseHeaders } from 'axios';

/*
 * One authorised GET of JSON, as different clients have it. None sets more than it needs.
 */

/** Makes one call and gives what came, parsed. */
export type Call = () => Promise<unknown>;

export type SubjectName = keyof typeof SUBJECTS;

const PATH = '/2026-07/retail-media/accounts';
const TOKEN = 'token-0.0123456789012345';
const HEADERS = { authorization: `Bearer ${TOKEN}` };

/** As it comes: Node's own agent keeps connections alive. */
const rawAxios = (url: string): Call => {
  const address = url + PATH;
  return async () => (await axios.get(address, { headers: HEADERS })).data;
};

/** With its default pipeline: its policy for bearer tokens refuses http, so the header is set as for axios. */
const azurePipeline = (url: string): Call => {
  const address = url + PATH;
  const {
    createDefaultHttpClient,
    createHttpHeaders,
    createPipelineFromOptions,
    createPipelineRequest,
  } = azure();
  const pipeline = createPipelineFromOptions({});
  const client = createDefaultHttpClient();
  return async () => {
    const request = createPipelineRequest({
      url: address,
      headers: createHttpHeaders(HEADERS),
      allowInsecureConnection: true,
    });
    const { bodyAsText } = await pipeline.sendRequest(client, request);
    return JSON.parse(bodyAsText);
  };
};

/** Everything on: its own token, rate gate, retries, limits. */
const sdk = (baseUrl: string): Call => {
  const options = { clientId: 'id', clientSecret: 'secret', baseUrl, allowLoopbackHttp: true };
  const client = createClient(options);
  return () => client.account.getAccounts();
};

/** The least that Node does. */
const nodeHttp = (url: string): Call => {
  const agent = new http.Agent({ keepAlive: true, maxSockets: 64 });
  const { hostname, port } = new URL(url);
  const options = { agent, hostname, port, path: PATH, headers: HEADERS };
  return async () => JSON.parse((await exchange(options)).text);
};

/** axios without what it costs on Node: no redirects, no proxies, no transforms, and none of our guards. */
const bareAxios = (url: string): Call => {
  const agent = new http.Agent({ keepAlive: true, maxSockets: 64 });
  const { hostname, port } = new URL(url);
  const adapter: AxiosAdapter = async (config) => {
    const { authorization } = config.headers;
    const options = { agent, hostname, port, path: PATH, headers: { authorization } };
    const { message, text } = await exchange(options);
    const { headers, statusCode: status = 0 } = message;
    return {
      status,
      statusText: '',
      headers: headers as RawAxiosResponseHeaders,
      data: text,
      config,
    };
  };
  const instance = new axios.Axios({ adapter, transformRequest: [], transformResponse: [] });
  const address = url + PATH;
  return async () => JSON.parse((await instance.get(address, { headers: HEADERS })).data);
};

export const SUBJECTS = {
  axios: rawAxios,
  azure: azurePipeline,
  sdk,
  bareAxios,
  nodeHttp,
};

const exchange = (
  options: http.RequestOptions,
): Promise<{ readonly message: IncomingMessage; readonly text: string }> =>
  new Promise((resolve, reject) => {
    const request = http.request(options, (message) => {
      const chunks: Buffer[] = [];
      message.on('data', (chunk: Buffer) => chunks.push(chunk));
      message.on('end', () => resolve({ message, text: Buffer.concat(chunks).toString('utf8') }));
    });
    request.on('error', reject);
    request.end();
  });

/** What is used of @azure/core-rest-pipeline. */
interface Azure {
  createDefaultHttpClient(): unknown;
  createHttpHeaders(headers: object): unknown;
  createPipelineFromOptions(options: object): {
    sendRequest(client: unknown, request: unknown): Promise<{ readonly bodyAsText: string }>;
  };
  createPipelineRequest(options: object): unknown;
}

// It is locked in this folder, not in the project's root.
const azure = (): Azure => {
  const require = createRequire(import.meta.url);
  return require('@azure/core-rest-pipeline') as Azure;
};
