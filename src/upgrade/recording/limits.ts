import { reason, type Reason } from '../../domain/reasons.js';
import type { Standing } from '../../store/upgrade-store.js';
import { busyIn, failingIn } from '../summary.js';

/** Why a queued rollout does not start now: it waits, or it ends. */
export type Hindrance =
  | { readonly do: 'wait'; readonly because: null }
  | {
      readonly do: 'settle';
      readonly status: 'cancelled';
      readonly reason: Reason;
      readonly watched: false;
    };

/** Whether the rest of its upgrade lets a rollout start; null: it does. It is given as it stands without that one. */
export function limitOf({ upgrade, tally, begun }: Omit<Standing, 'pending'>): Hindrance | null {
  const { maxFailures, maxParallel } = upgrade.options;
  if (upgrade.cancelledAt) {
    return stop(reason('rollout.cancel_asked', 'somebody asked for it'));
  }
  const failed = failingIn(tally);
  if (maxFailures !== null && failed >= maxFailures) {
    const message = `${failed} of the upgrade's services have failed, and no more than ${maxFailures} may`;
    return stop(reason('upgrade.stopped', message));
  }
  return maxParallel !== null && busyIn(tally) + begun >= maxParallel ? { do: 'wait', because: null } : null;
}

function stop(why: Reason): Hindrance {
  return { do: 'settle', status: 'cancelled', reason: why, watched: false };
}
