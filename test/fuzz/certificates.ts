import { createSecureContext, type SecureContext } from 'node:tls';
import { type Certified, selfSigned } from '../../tools/spec/test/certificate.ts';

const good = selfSigned();
const other = selfSigned({ host: 'elsewhere.example' });

/** The client trusts both. */
export const CERTIFICATES: readonly Certified[] = [good, other];

/** Of the host that is called. */
export const OWN: SecureContext = createSecureContext(good);

/** Of another host. */
export const OTHER: SecureContext = createSecureContext(other);
