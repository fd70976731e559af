/** Where a user consents to an app (docs/facts.md, "Consent"). It is another host than the API's. */
export const CONSENT_URL = 'https://consent.criteo.com/request';
