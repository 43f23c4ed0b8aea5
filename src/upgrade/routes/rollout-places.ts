import type { Rollout } from '../../domain/rollout.js';
import type { Named } from '../../domain/service.js';
import type { JournalEntry } from '../../domain/upgrade.js';
import type { UpgradeStore } from '../../store/upgrade-store.js';

/** Where a rollout is. */
export interface Place {
  readonly environment: Named;
  readonly stack: Named;
  readonly service: Named;
}

/** So many places are remembered; beyond, the store is asked for them again. */
const MAX_KNOWN = 1000;

/** Knows where the rollouts are that journal entries are about: from what was written, else from the store. */
export class RolloutPlaces {
  private readonly known = new Map<string, Place>();

  constructor(private readonly store: UpgradeStore) {}

  /** Remembers where these are. */
  learn(rollouts: readonly Rollout[]): void {
    for (const rollout of rollouts) this.known.set(rollout.id, placeOf(rollout));
    for (const id of this.known.keys()) {
      if (this.known.size <= MAX_KNOWN) return;
      this.known.delete(id);
    }
  }

  /**
   * The places of all rollouts that the entries are about, by their ids, as far as the store has them. Every upgrade of
   * which something is not known is read, with all its rollouts.
   *
   * @throws UpdaterError `store.unavailable`
   */
  async of(entries: readonly JournalEntry[]): Promise<ReadonlyMap<string, Place>> {
    const about = entries.filter(({ rolloutId }) => rolloutId !== null);
    const wanted = new Set(about.map(({ rolloutId }) => rolloutId));
    const places = new Map([...this.known].filter(([id]) => wanted.has(id)));
    const unknown = about.filter(({ rolloutId }) => !places.has(rolloutId ?? ''));
    for (const upgradeId of new Set(unknown.map((entry) => entry.upgradeId))) {
      const rollouts = (await this.store.find(upgradeId))?.rollouts ?? [];
      this.learn(rollouts);
      for (const rollout of rollouts) if (wanted.has(rollout.id)) places.set(rollout.id, placeOf(rollout));
    }
    return places;
  }
}

function placeOf({ environment, stack, service, name }: Rollout): Place {
  return { environment, stack, service: { id: service.id, name } };
}
