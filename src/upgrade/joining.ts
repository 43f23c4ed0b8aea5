import type { Rollout, RolloutStatus } from '../domain/rollout.js';
import type { Upgrade, UpgradeOptions } from '../domain/upgrade.js';

/** A tag that moves names new content when it is published again, unless that is the same push told twice. */
const SAME_PUSH_MS = 2000;

const UNDONE: ReadonlySet<RolloutStatus> = new Set([
  'rolling_back',
  'rolled_back',
  'rollback_failed',
  'cancelled',
]);

/** An upgrade of the image that is asked for, not settled, and the rollouts it has so far. */
export interface Running {
  readonly upgrade: Upgrade;
  readonly rollouts: readonly Rollout[];
}

/** What is asked for, as far as it matters for joining. */
export interface Push {
  readonly options: UpgradeOptions;
  /** Its tag moves, and it has no digest. */
  readonly hasMovingTag: boolean;
  readonly at: Date;
}

/** Like `joined`, but loads only the upgrades it needs: there can be hundreds, each with thousands of rollouts. */
export async function findJoined<T extends Running>(
  upgrades: readonly Upgrade[],
  push: Push,
  load: (id: string) => Promise<T>,
): Promise<T | null> {
  const found: T[] = [];
  const enough = push.hasMovingTag ? 2 : 1;
  for (const upgrade of upgrades) {
    if (found.length === enough) break;
    if (!isSame(upgrade.options, push.options) || upgrade.cancelledAt !== null) continue;
    const one = await load(upgrade.id);
    if (!isCalledOff(one)) found.push(one);
  }
  return joined(found, push);
}

/**
 * The upgrade that a push joins, of those of the same image that are running, newest first; null: it is one of its own. A
 * moving tag published again becomes one follow-up, which further ones join until it starts.
 */
export function joined<T extends Running>(running: readonly T[], push: Push): T | null {
  const same = running.filter((one) => isSame(one.upgrade.options, push.options) && !isCalledOff(one));
  const [newest] = same;
  if (!newest || !push.hasMovingTag) return newest ?? null;
  const ageMs = push.at.getTime() - newest.upgrade.createdAt.getTime();
  if (ageMs >= 0 && ageMs <= SAME_PUSH_MS) return newest;
  const isFollowUp = same.length > 1;
  const hasStarted = newest.rollouts.some(({ attempt }) => attempt !== null);
  return isFollowUp && !hasStarted ? newest : null;
}

/** What is being undone, or was cancelled, brings nobody what they push. */
function isCalledOff({ upgrade, rollouts }: Running): boolean {
  return upgrade.cancelledAt !== null || rollouts.some(({ status }) => UNDONE.has(status));
}

function isSame(a: UpgradeOptions, b: UpgradeOptions): boolean {
  const names = Object.keys(a) as (keyof UpgradeOptions)[];
  return names.every((name) => a[name] === b[name]);
}
