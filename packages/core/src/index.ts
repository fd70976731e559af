export { AccessToken, type AccessTokenFields } from './access-token.js';
export { Api, type GroupClasses } from './api.js';
export { type BatchLimits, batches } from './batches.js';
export { connect, createTransport } from './client.js';
export type {
  ApiVersion,
  Client,
  ClientBase,
  ClientOptions,
  ClientPair,
  ClientSettings,
  ClientTransport,
  GivenCredentials,
  GivenTokens,
  Product,
  SubjectClients,
  TransportOptions,
} from './client-options.js';
export {
  type Consent,
  type ConsentCallback,
  type ConsentOptions,
  createConsent,
  readConsentCallback,
} from './consent.js';
export { CONTACT_LIST, REPORT_IDS } from './criteo/request-limits.js';
export {
  type Bytes,
  type Download,
  type DownloadArguments,
  type DownloadOptions,
  type DownloadProgress,
  download,
  type FileMethod,
  type SavedFile,
} from './download.js';
export {
  ApiError,
  type ApiErrorFields,
  AuthenticationError,
  ConfigError,
  ConnectionError,
  type ErrorFields,
  JobError,
  PartialFailureError,
  PermissionError,
  RateLimitError,
  type RateLimitFields,
  ReauthRequiredError,
  ResponseError,
  type ResponseErrorReason,
  SdkError,
  TimeoutError,
  TokenError,
  type TokenErrorFields,
  type TokenErrorReason,
} from './errors.js';
export {
  type AuthorizationCode,
  type ClientCredentials,
  type Grant,
  type GrantParameters,
  grantParameters,
  type PkceAuthorizationCode,
  type RefreshToken,
} from './grants.js';
export type { HttpClient } from './http.js';
export {
  type FinishedJob,
  type JobArguments,
  type JobMethod,
  type JobOptions,
  type JobProgress,
  resumeJob,
  runJob,
} from './jobs.js';
export type { ApiLife } from './life.js';
export type {
  AttemptEvent,
  Logger,
  LogLevel,
  Observe,
  ObserveOptions,
  SdkEvent,
  WaitingEvent,
  WarningEvent,
} from './observe.js';
export type {
  Answer,
  Arguments,
  ArrayStyle,
  Bound,
  Call,
  CallOptions,
  FormField,
  GrantFields,
  JobOperation,
  JobSteps,
  Method,
  NoParams,
  Operation,
  PagedOperation,
  Paging,
  Problem,
  QueryParameter,
  ResponseKind,
  RetryOptions,
  Transport,
} from './operation.js';
export type { Secret } from './options.js';
export {
  type Item,
  type Page,
  type PagedMethod,
  type Pager,
  type PagingArguments,
  type PagingOptions,
  paginate,
} from './paging.js';
export type {
  RateEntry,
  RateGate,
  RateLimitOptions,
  RateLimits,
  RateWait,
} from './rate-gate.js';
export type { RateAnswer, RateBudget } from './rate-window.js';
export type { RawRequest } from './raw-request.js';
export type { CsvRow, Row, RowFormat, RowOptions } from './rows.js';
export { type Clock, systemClock } from './time.js';
export type {
  Credentials,
  TokenEndpoint,
  TokenParameters,
  TokenResponse,
} from './token-endpoint.js';
export {
  createTokenProvider,
  type TokenProvider,
  type TokenProviderOptions,
} from './token-provider.js';
export type { TokenRequester } from './token-request.js';
export {
  memoryStore,
  type StoredToken,
  type TokenLock,
  type TokenRecord,
  type TokenStore,
} from './token-store.js';
export { fileFrom, type UploadOptions, type UploadSource } from './upload.js';
