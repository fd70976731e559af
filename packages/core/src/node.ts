export {
  isConsentCallbackSigned,
  type SignedConsentOptions,
  signConsentUrl,
} from './criteo/signed-consent.js';
