/** Why a key must be taken for one that cannot see secrets, and would strip a service of them by an upgrade. */
export interface Blindness {
  /** What is the matter with the key: follows "the key". */
  readonly why: string;
  /** What to do about it: follows "better". */
  readonly remedy: string;
}

/** How Cattle calls the accounts whose keys see secrets. */
const SEEING: ReadonlySet<string> = new Set(['project', 'user', 'admin']);
const SERVICE_ACCOUNT = 'environment';

/**
 * What is to be thought of a key for whose kind of account Cattle has this word; undefined: no reply had the header
 * `X-API-ACCOUNT-KIND`. Null: the key sees secrets. Only what is known to see them is trusted with them.
 */
export function blindnessOf(kind: string | undefined): Blindness | null {
  if (kind !== undefined && SEEING.has(kind)) return null;
  if (kind === SERVICE_ACCOUNT) {
    return {
      why: 'is a service account key, which cannot see secrets',
      remedy: 'give the updater an environment API key instead of the service account key',
    };
  }
  if (!kind) {
    return {
      why: 'may be one that cannot see secrets: the header X-API-ACCOUNT-KIND, which tells, is missing in the replies',
      remedy: 'have the proxy before Rancher pass the header X-API-ACCOUNT-KIND on',
    };
  }
  return {
    why: `may be one that cannot see secrets: it is of the kind "${kind.slice(0, 50)}", which the updater does not know`,
    remedy: 'give the updater an environment API key',
  };
}
