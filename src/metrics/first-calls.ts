import type { Written } from '../store/upgrade-store.js';

/**
 * How long upgrades waited for their first start. Knows of those alone whose services were planned since it listens and
 * that run still: what waits to be planned can be a hundred thousand. One that runs again, for somebody has decided or a
 * service came to a good end late, had its first start before.
 */
export class FirstCalls {
  /** When they were accepted; null: the first start was asked for. */
  private readonly acceptedAt = new Map<string, Date | null>();

  /** Seconds of each upgrade whose first start a change tells of. */
  in({ upgrade, rollouts = [] }: Written): readonly number[] {
    const isPlanned = rollouts.some(({ upgradeId, version }) => upgradeId === upgrade?.id && version === 1);
    if (upgrade?.status === 'running' && isPlanned && !this.acceptedAt.has(upgrade.id)) {
      this.acceptedAt.set(upgrade.id, upgrade.createdAt);
    }
    const waits = rollouts.flatMap(({ upgradeId, attempt }) => {
      const acceptedAt = this.acceptedAt.get(upgradeId);
      if (!attempt || !acceptedAt) return [];
      this.acceptedAt.set(upgradeId, null);
      return [(attempt.at.getTime() - acceptedAt.getTime()) / 1000];
    });
    if (upgrade && upgrade.status !== 'running') this.acceptedAt.delete(upgrade.id);
    return waits;
  }
}
