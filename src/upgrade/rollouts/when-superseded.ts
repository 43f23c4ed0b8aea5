import { isBegun } from '../../domain/activity.js';
import { effectiveTag, parseImageReference, repositoryOf } from '../../domain/image-reference.js';
import { reason } from '../../domain/reasons.js';
import type { Rollout } from '../../domain/rollout.js';
import { compareVersions, hasMovingTag, versionOf } from '../policies/tag-order.js';
import type { Move } from './move.js';

/**
 * Whether a queued rollout is not needed any more, for one that arrived later takes its place; null: it is needed, or may
 * have started already. `open`: all of its service that are not over, in order of arrival.
 */
export function whenSuperseded(rollout: Rollout, open: readonly Rollout[]): Move | null {
  if (isBegun(rollout)) return null;
  const later = open.slice(open.findIndex(({ id }) => id === rollout.id) + 1);
  const newer = later.findLast(({ status, to }) => status === 'queued' && supersedes(to, rollout.to));
  if (!newer) return null;
  const why = reason('rollout.superseded', `${newer.to} was published before this one could start`);
  return { do: 'supersede', by: newer.upgradeId, end: { status: 'superseded', reason: why, watched: false } };
}

/** A newer version of the same flavour takes the place of an older one, and so does the same moving tag published again. */
function supersedes(newer: string, older: string): boolean {
  const [a, b] = [parseImageReference(newer), parseImageReference(older)];
  if (!a.ok || !b.ok || repositoryOf(a.reference) !== repositoryOf(b.reference)) return false;
  if (hasMovingTag(a.reference) && hasMovingTag(b.reference)) {
    return effectiveTag(a.reference) === effectiveTag(b.reference);
  }
  const [x, y] = [versionOf(a.reference), versionOf(b.reference)];
  return x !== null && y !== null && x.flavour === y.flavour && (compareVersions(x, y) ?? 0) > 0;
}
