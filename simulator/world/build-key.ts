import type { KeyDescription } from '../fleet.js';
import type { Key } from './key.js';
import type { World } from './world.js';

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
