import type { KeyDescription } from '../fleet.js';
import type { World } from './world.js';

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

/** Adds a key; people and service accounts come with an account of their own. */
export function buildKey(world: World, description: KeyDescription): Key {
  const personal = description.kind !== 'admin' && description.kind !== 'environment';
  const key: Key = {
    ...description,
    environment: description.environment,
    environments: description.environments,
    accountId: description.kind === 'admin' ? 1 : personal ? world.counters.account.next() : 0,
    created: world.clock.now(),
    uuid: world.ids.uuid(),
    active: true,
    accountActive: true,
  };
  world.keys.set(key.access, key);
  return key;
}
