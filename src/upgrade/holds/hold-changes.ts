import { parseImageReference } from '../../domain/image-reference.js';
import type { Hold, Rollout } from '../../domain/rollout.js';
import type { ServiceRef } from '../../domain/service.js';
import { compareVersions, hasMovingTag, versionOf } from '../policies/tag-order.js';

/** What is held back since this step: a version that was, or was to be, rolled back; never a tag that moves. */
export function holdsAfter(before: Rollout, moved: Rollout, now: Date): readonly Hold[] {
  if (isUndone(before) || !isUndone(moved)) return [];
  const parsed = parseImageReference(moved.to);
  if (!parsed.ok || hasMovingTag(parsed.reference)) return [];
  const { service, environment, stack, name, upgradeId } = moved;
  return [{ service, environment, stack, name, image: moved.to, since: now, upgradeId }];
}

/** The service, where nothing newer than what this step has rolled out is held back from it. */
export function liftedBy(before: Rollout, moved: Rollout, holds: readonly Hold[]): readonly ServiceRef[] {
  const isDone = before.status !== 'finished' && moved.status === 'finished';
  const isObsolete = isDone && holds.length > 0 && holds.every(({ image }) => isAtLeast(moved.to, image));
  return isObsolete ? [moved.service] : [];
}

function isUndone({ status, reason, undoing }: Rollout): boolean {
  const isTaken = undoing !== null && undoing.holds && undoing.accepted;
  if (status === 'failed') return reason?.code === 'rollout.rolled_back_elsewhere' || isTaken;
  return (status === 'rolled_back' || status === 'rollback_failed') && (undoing?.holds ?? false);
}

function isAtLeast(image: string, held: string): boolean {
  if (image === held) return true;
  const [a, b] = [parseImageReference(image), parseImageReference(held)];
  const [x, y] = [a.ok ? versionOf(a.reference) : null, b.ok ? versionOf(b.reference) : null];
  return x !== null && y !== null && (compareVersions(x, y) ?? 0) > 0;
}
