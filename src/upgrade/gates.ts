import { isBegun } from '../domain/activity.js';
import { effectiveTag, parseImageReference, repositoryOf } from '../domain/image-reference.js';
import { reason } from '../domain/reasons.js';
import type { Rollout } from '../domain/rollout.js';
import type { Standing } from '../store/upgrade-store.js';
import { compareVersions, isMoving, versionOf } from './policies/tag-order.js';
import { settle, type Move } from './rollouts/move.js';
import { busyIn, failingIn } from './summary.js';

/** Why a queued rollout does not start now: it waits, or it ends. */
export type Hindrance = Extract<Move, { do: 'wait' | 'settle' }>;

/**
 * Whether a queued rollout is not needed any more, for one that arrived later takes its place; null: it is needed, or may
 * have started already. `open`: all of its service that are not over, in order of arrival.
 */
export function supersedingOf(rollout: Rollout, open: readonly Rollout[]): Move | null {
  if (isBegun(rollout)) return null;
  const later = open.slice(open.findIndex(({ id }) => id === rollout.id) + 1);
  const newer = later.findLast(({ status, to }) => status === 'queued' && supersedes(to, rollout.to));
  if (!newer) return null;
  const why = reason('rollout.superseded', `${newer.to} was published before this one could start`);
  return { do: 'supersede', by: newer.upgradeId, end: { status: 'superseded', reason: why, watched: false } };
}

/** Whether the rest of its upgrade lets a rollout start; null: it does. It is given as it stands without that one. */
export function limitOf({ upgrade, tally, begun }: Omit<Standing, 'pending'>): Hindrance | null {
  const { maxFailures, maxParallel } = upgrade.options;
  if (upgrade.cancelledAt) {
    return settle('cancelled', reason('rollout.cancel_asked', 'somebody asked for it'));
  }
  const failed = failingIn(tally);
  if (maxFailures !== null && failed >= maxFailures) {
    const message = `${failed} of the upgrade's services have failed, and no more than ${maxFailures} may`;
    return settle('cancelled', reason('upgrade.stopped', message));
  }
  return maxParallel !== null && busyIn(tally) + begun >= maxParallel ? { do: 'wait', because: null } : null;
}

/** A newer version of the same flavour takes the place of an older one, and so does the same moving tag published again. */
function supersedes(newer: string, older: string): boolean {
  const [a, b] = [parseImageReference(newer), parseImageReference(older)];
  if (!a.ok || !b.ok || repositoryOf(a.reference) !== repositoryOf(b.reference)) return false;
  if (isMoving(a.reference) && isMoving(b.reference)) {
    return effectiveTag(a.reference) === effectiveTag(b.reference);
  }
  const [x, y] = [versionOf(a.reference), versionOf(b.reference)];
  return x !== null && y !== null && x.flavour === y.flavour && (compareVersions(x, y) ?? 0) > 0;
}
