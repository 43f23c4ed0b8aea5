import type { KeyDescription } from '../fleet.js';

/** A key that is known to Cattle. */
export interface Key extends Omit<KeyDescription, 'environment' | 'environments'> {
  /** Its environment, by name; by id once that is gone. */
  environment: string | undefined;
  /** Memberships, in the same way. */
  environments: readonly string[] | undefined;
  /** The person's account; keys of environments act as their environment. */
  readonly accountId: number;
  readonly created: number;
  readonly uuid: string;
  active: boolean;
  /** Whether the person behind it may still come in; an environment's key has the environment's own state. */
  accountActive: boolean;
}

/** Lets keys go on meaning the same environment when it is called otherwise. */
export function renameIn(keys: Iterable<Key>, before: string, after: string): void {
  const renamed = (name: string): string => (name === before ? after : name);
  for (const key of keys) {
    key.environment = key.environment === undefined ? undefined : renamed(key.environment);
    key.environments = key.environments?.map(renamed);
  }
}
