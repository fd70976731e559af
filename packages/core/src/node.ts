export {
  isConsentCallbackSigned,
  type SignedConsentOptions,
  signConsentUrl,
} from './criteo/signed-consent.js';
export { diagnosticsObserver } from './node/diagnostics.js';
export { type FileStoreOptions, fileStore } from './node/file-store.js';
export { proxyFromEnv } from './node/proxy.js';
