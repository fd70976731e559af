import axios, { type AxiosAdapter, type AxiosInstance, type AxiosResponse } from 'axios';
import { Attempt } from './attempt.js';
import { type ByteSource, byteSource, collect } from './byte-stream.js';
import type { HttpRequest, HttpResponse, Send } from './exchange.js';
import { foundIn, isNetworkError, TransportFault } from './fault.js';
import { outcomeOf } from './outcome.js';
import { own, ownFields } from './own.js';
import { isRepeatedUnseen, repeatedForMs } from './retry.js';
import type { Clock } from './time.js';

const LARGEST_ANSWER_BYTES = 50 * 1024 * 1024;
const LARGEST_TOKEN_ANSWER_BYTES = 1024 * 1024;

/** What is needed of an axios instance. */
export interface HttpClient extends Pick<AxiosInstance, 'request'> {
  /** Closes idle connections, when a client closes. */
  close?(): void;
}

/** What a request's configuration tells our adapter, beside what axios knows. */
export interface AttemptConfig {
  readonly attempt?: Attempt;
}

/** How requests leave. */
export interface Wire {
  readonly instance: HttpClient;
  /** Does its adapter record in the attempt how far a request came? */
  readonly isRecording: boolean;
  /** Is it a transport of ours? Then whatever it throws is a fault of the exchange. */
  readonly isOurs: boolean;
  /** What to do if nothing arrives at the URL. */
  readonly hint: (url: string) => string | undefined;
}

/** The last step: one HTTP exchange through axios, with none of its defaults that lose secrets or time. */
export const axiosSend =
  (wire: Wire, clock: Clock): Send =>
  async (request) => {
    const { call, operation } = request;
    call.signal.throwIfAborted();
    const attempt = new Attempt(call, clock, {
      isToken: operation.auth === 'none',
      isSafe: isRepeatedUnseen(operation, call.retry),
      repeatedForMs: repeatedForMs(operation, call.retry),
    });
    try {
      if (!wire.isRecording) attempt.sends();
      const response = await raced(attempt, exchange(wire, request, attempt));
      settle(request, response);
      const { stream } = response;
      if (stream === undefined || wire.isRecording) return response;
      // By the signal, too: a stream of axios over fetch is deaf while it waits for more.
      const cancel = (): void => {
        attempt.abandon();
        stream.cancel();
      };
      return { ...response, stream: { ...stream, cancel } };
    } catch (error) {
      if (error instanceof TransportFault) settle(request, error);
      else call.usersError = error;
      throw error;
    } finally {
      attempt.finish();
    }
  };

/** An adapter of the user's may ignore the signal: the caller is let go all the same. */
const raced = (attempt: Attempt, exchanged: Promise<HttpResponse>): Promise<HttpResponse> =>
  new Promise((resolve, reject) => {
    let isOver = false;
    const end = (reason: unknown): void => {
      isOver = true;
      reject(reason);
    };
    attempt.onEnd({ end });
    exchanged.then((response) => (isOver ? response.stream?.cancel() : resolve(response)), reject);
  });

const settle = ({ call, operation }: HttpRequest, outcome: HttpResponse | TransportFault): void => {
  call.note(outcomeOf(operation, outcome));
  // What was surely not processed starts no clock.
  if (call.outcome !== 'unknown') call.firstSentAt = undefined;
};

const exchange = async (
  wire: Wire,
  request: HttpRequest,
  attempt: Attempt,
): Promise<HttpResponse> => {
  const { operation } = request;
  const isStream = operation.response === 'stream';
  const largest = attempt.isToken ? LARGEST_TOKEN_ANSWER_BYTES : LARGEST_ANSWER_BYTES;
  const adapter: Watched = { isCalled: false, isAnswered: false, faults: new Map() };
  try {
    const response: Partial<AxiosResponse<unknown>> = await wire.instance.request<unknown>({
      url: request.url,
      method: request.method,
      // Without it axios calls an absent body of a POST, PUT or PATCH a form.
      headers: { 'content-type': false, ...request.headers },
      data: request.body,
      responseType: own(RESPONSE_TYPES, operation.response ?? 'json') ?? RESPONSE_TYPES.json,
      transformRequest: [],
      transformResponse: [],
      validateStatus: () => true,
      maxRedirects: 0,
      maxContentLength: isStream ? -1 : largest,
      maxBodyLength: Number.POSITIVE_INFINITY,
      timeout: 0,
      ...NO_DEFAULTS,
      ...(wire.isRecording ? undefined : { signal: attempt.signal }),
      ...watched(wire, adapter),
      ...({ attempt } satisfies AttemptConfig),
    });
    const { status, headers, data } = response ?? {};
    if (typeof status !== 'number' || typeof headers !== 'object' || headers === null) {
      throw new TransportFault('response', 'the axios instance changed the answer; leave it whole');
    }
    const isPlain = wire.isOurs && wire.isRecording;
    const head = { status, headers: isPlain ? ownFields(headers as Plain) : plainHeaders(headers) };
    if (!wire.isOurs && !wire.isRecording) refuseCoding(head);
    if (!isStream) return { ...head, body: bodyOf(data), stream: undefined };
    const stream = byteSource(data);
    const isFile = status >= 200 && status < 300 && status !== 204;
    return isFile
      ? { ...head, body: '', stream }
      : { ...head, body: await whole(stream, attempt, largest), stream: undefined };
  } catch (error) {
    throw faultOf(error, { attempt, adapter, wire }) ?? error;
  }
};

/** What the adapter of a user's instance does not undo would be taken for the answer itself. */
const refuseCoding = ({ status, headers }: Pick<HttpResponse, 'headers' | 'status'>): void => {
  const coding = headers['content-encoding'];
  if (coding === undefined || status < 200 || status >= 300 || UNDONE.test(coding)) return;
  throw new TransportFault('response', 'its content encoding is none that was asked for');
};

const UNDONE = /^\s*(?:|identity|(?:x-)?gzip|deflate|br)\s*$/i;

/** All of a stream that nobody asked for. It ends with its attempt, and what breaks it is a fault of the exchange. */
const whole = async (stream: ByteSource, attempt: Attempt, limit: number): Promise<Uint8Array> => {
  const ending = { end: (): void => stream.cancel() };
  attempt.onEnd(ending);
  try {
    return await collect(stream, limit);
  } catch (error) {
    throw TransportFault.at(true, error, attempt.status);
  } finally {
    attempt.forget(ending);
  }
};

// An instance of the user's may have such defaults: they would lead elsewhere, or replace our token.
const NO_DEFAULTS: object = { baseURL: '', allowAbsoluteUrls: true, auth: null };

interface Failed {
  readonly wire: Wire;
  readonly attempt: Attempt;
  readonly adapter: Watched;
}

/** What is known of the adapter of a user's instance. */
interface Watched {
  isCalled: boolean;
  isAnswered: boolean;
  /** What it threw, by the error that it was. */
  readonly faults: Map<object, TransportFault>;
}

/** What an error means for the exchange; undefined if it is the user's own: of an interceptor, or of an adapter with a bug. */
const faultOf = (
  error: unknown,
  { wire, attempt, adapter }: Failed,
): TransportFault | undefined => {
  const { faults } = adapter;
  if (wire.isOurs) return recorded(attempt, error);
  return foundIn(error, (one) => {
    if (one instanceof TransportFault) return recorded(attempt, one);
    if (typeof one !== 'object' || one === null) return undefined;
    if (faults.has(one)) return faults.get(one);
    const isBare = !Object.hasOwn(wire.instance, 'defaults');
    // It holds what was sent, and so it is cleaned, whoever made it.
    if (isOfAttempt(one, attempt))
      return isBare
        ? TransportFault.from(one)
        : ([...faults.values()].at(-1) ?? refusedBy(one, adapter));
    // Of a function that is no axios instance; perhaps of a request of its own.
    return isBare && isNetworkError(one) ? TransportFault.at(true, one) : undefined;
  });
};

/** An interceptor made an error of axios though the adapter had none: of an answer that came, or before the request left. */
const refusedBy = (error: object, { isCalled }: Watched): TransportFault => {
  const { code, original } = TransportFault.from(error);
  const words = `an interceptor of the axios instance refused ${isCalled ? 'it' : 'the request'}`;
  return new TransportFault(isCalled ? 'response' : 'refused', words, { code, original });
};

const recorded = (attempt: Attempt, error: unknown): TransportFault =>
  attempt.isRecorded
    ? TransportFault.at(attempt.wasSent, error, attempt.status)
    : TransportFault.from(error);

const isOfAttempt = (error: object, attempt: Attempt): boolean => {
  const config: unknown = Reflect.get(error, 'config');
  return (
    typeof config === 'object' && config !== null && Reflect.get(config, 'attempt') === attempt
  );
};

/** The adapter of a user's instance, watched: what it throws is of the exchange, what interceptors throw is not. */
const watched = ({ instance, isOurs }: Wire, seen: Watched): object | undefined => {
  const { defaults } = instance as Partial<AxiosInstance>;
  if (isOurs || defaults?.adapter === undefined) return undefined;
  const adapter: AxiosAdapter = async (config) => {
    seen.isCalled = true;
    try {
      const response = await axios.getAdapter(defaults.adapter, config)(config);
      seen.isAnswered = true;
      return response;
    } catch (error) {
      if (typeof error === 'object' && error !== null && isOfNetwork(error)) noteFault(seen, error);
      throw error;
    }
  };
  return { adapter };
};

/** An interceptor may send again by itself: after an answer its failure is none of the exchange, and what was sent once was sent. */
const noteFault = ({ faults, isAnswered }: Watched, error: object): void => {
  if (isAnswered) return;
  const fault = TransportFault.from(error);
  const wasSent = [...faults.values()].some(({ isUnsent }) => !isUnsent);
  faults.set(error, wasSent ? fault.asSent() : fault);
};

const isOfNetwork = (error: object): boolean => axios.isAxiosError(error) || isNetworkError(error);

const RESPONSE_TYPES = {
  bytes: 'arraybuffer',
  json: 'text',
  none: 'text',
  stream: 'stream',
  text: 'text',
} as const;

const bodyOf = (data: unknown): string | Uint8Array => {
  if (data instanceof Uint8Array) return data;
  if (data instanceof ArrayBuffer) return new Uint8Array(data);
  if (typeof data === 'string') return data;
  if (data === null || data === undefined) return '';
  throw new TransportFault(
    'response',
    'the axios instance changed the answer; leave its data as it is',
  );
};

/** Headers as our adapter gives them. */
type Plain = Record<string, string>;

// The first value counts where a header came twice: a joined one is neither of the two.
const plainHeaders = (headers: object): Record<string, string> => {
  const plain: Record<string, string> = ownFields({});
  for (const [name, value] of Object.entries(headers))
    plain[name.toLowerCase()] = String(Array.isArray(value) ? value[0] : value);
  return plain;
};

/** An axios instance of ours, with nothing of the module's defaults but what `settings` name. */
export const ownAxios = (settings: object): HttpClient =>
  new axios.Axios({ proxy: false, ...settings });
