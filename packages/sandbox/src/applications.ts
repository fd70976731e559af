import { createHash, randomBytes, timingSafeEqual } from 'node:crypto';

export interface Application {
  readonly clientId: string;
  readonly clientSecret: string;
  /** Undefined for the default application. */
  readonly version?: string;
}

/** By client id. */
export type Applications = ReadonlyMap<string, Application>;

/**
 * One application per API version: two documents share `POST /oauth2/token`, and nothing in a
 * request but its client id can tell which one's parameters, errors and model are meant.
 */
export function createApplications(versions: Iterable<string>): Applications {
  const applications = [...versions].map((version) => ({
    clientId: `sandbox-${version.replace('/', '-')}`,
    clientSecret: newSecret(),
    version,
  }));
  const usual = { clientId: 'sandbox-default', clientSecret: newSecret() };
  const all: Application[] = [usual, ...applications];
  return new Map(all.map((application) => [application.clientId, application]));
}

export function isCorrect(applications: Applications, clientId = '', clientSecret = ''): boolean {
  const known = applications.get(clientId);
  const digest = (text: string): Buffer => createHash('sha256').update(text).digest();
  const same = timingSafeEqual(digest(known?.clientSecret ?? ''), digest(clientSecret));
  return same && known !== undefined;
}

// Real secrets hold `+` and `/`, so a client that does not form-encode properly must fail here too.
function newSecret(): string {
  return `sandbox+secret/${randomBytes(18).toString('base64')}=`;
}
