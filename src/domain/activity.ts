import type { Rollout } from './rollout.js';

/**
 * What there is to do about a rollout: `queued`: start it when its service is free and its time has come. `moving`: the
 * backend is at work on it, and it counts as one of the services upgraded at once. `watched`: look at it when its time has
 * come; so it is with what cannot be seen just now, or it would keep others from their turn. `over`: nothing any more.
 */
export type Activity = 'queued' | 'moving' | 'watched' | 'over';

export function activityOf(rollout: Rollout): Activity {
  switch (rollout.status) {
    case 'queued':
      return 'queued';
    case 'upgrading':
    case 'finishing':
    case 'rolling_back':
      return isBaking(rollout) || rollout.outage ? 'watched' : 'moving';
    case 'awaiting_confirmation':
      return 'watched';
    case 'failed':
      return rollout.watchedUntil === null ? 'over' : 'watched';
    case 'finished':
    case 'rolled_back':
    case 'rollback_failed':
    case 'skipped':
    case 'superseded':
    case 'cancelled':
      return 'over';
  }
}

/** Whether the backend may be at work on a queued rollout: its start was asked for, and nobody knows what came of it. */
export function isBegun({ status, attempt }: Rollout): boolean {
  return status === 'queued' && attempt !== null && (attempt.open || attempt.restoring);
}

/** Whether it only waits for its new containers to have been sound for long enough. */
export function isBaking({ status, bake, proof }: Rollout): boolean {
  return status === 'upgrading' && bake > 0 && (proof?.soundSince ?? null) !== null;
}
