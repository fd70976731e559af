import type { Grant } from './grants.js';
import { own, ownFields } from './own.js';

/** Options that hold secrets of a client. */
export interface SecretOptions {
  readonly clientSecret?: unknown;
  readonly grant?: Grant | undefined;
}

const MOST_NOTED = 20;

/** What a client holds or held that may show up nowhere. Nobody reads it before an answer is quoted. */
export class ClientSecrets implements Iterable<string> {
  readonly #options: SecretOptions;
  /** Of the app, which the clients of its users share. */
  readonly #app: ClientSecrets | undefined;
  /** The last values that were sent or came, the newest at the end. */
  #noted: readonly string[] = NONE;

  constructor(options: SecretOptions = NO_OPTIONS, app?: ClientSecrets) {
    this.#options = options;
    this.#app = app;
  }

  add(secret: string): void {
    if (this.#noted.at(-1) === secret) return;
    const others = this.#noted.filter((one) => one !== secret);
    this.#noted = [...others, secret].slice(-MOST_NOTED);
  }

  /** Those of another grant of the same user. */
  addGrant(grant: Grant): void {
    for (const secret of textsIn(grant)) this.add(secret);
  }

  *[Symbol.iterator](): Iterator<string> {
    yield* this.#noted;
    const { clientSecret, grant = NO_OPTIONS } = this.#options;
    if (typeof clientSecret === 'string') yield clientSecret;
    yield* textsIn(grant);
    if (this.#app) yield* this.#app;
  }
}

const NONE: readonly string[] = [];
const NO_OPTIONS: SecretOptions = {};
const GRANT_SECRETS = ['code', 'codeVerifier', 'refreshToken'];

const textsIn = (grant: object): string[] =>
  GRANT_SECRETS.map((name) => own(grant, name)).filter((one) => typeof one === 'string');

/** What one call sent, and what else its client knows. What is added here, the client keeps in mind. */
export class CallSecrets implements Iterable<string> {
  readonly #client: ClientSecrets | undefined;
  #sent: readonly string[] = NONE;

  constructor(client?: ClientSecrets) {
    this.#client = client;
  }

  add(secret: string): void {
    this.#client?.add(secret);
    if (!this.#sent.includes(secret)) this.#sent = [...this.#sent, secret];
  }

  /** Those of a token answer. */
  addTokens(answer: unknown): void {
    const { access_token, refresh_token } = ownFields(Object(answer));
    for (const token of [refresh_token, access_token])
      if (typeof token === 'string') this.add(token);
  }

  *[Symbol.iterator](): Iterator<string> {
    yield* this.#sent;
    if (this.#client) yield* this.#client;
  }
}
