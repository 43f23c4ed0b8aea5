import type { Reason } from '../../domain/reasons.js';
import type { Rollout, RolloutStatus } from '../../domain/upgrade.js';
import { BUSY_PAUSE_MS, UNCERTAIN_PAUSE_MS, confirmationPause, outageAfter, pauseAfter } from '../pauses.js';

/** What the service was when a start was decided. */
export interface Before {
  readonly revision: string;
  readonly image: string;
}

/**
 * The service was seen: an outage is over, and what it took of the service's time does not count, up to the patience there
 * is with Rancher. That time may run already where nobody knows what came of a start.
 */
export function seen(rollout: Rollout, now: Date, patienceMs: number): Rollout {
  const { outage, attempt } = rollout;
  if (!outage) return rollout;
  const runsSince = rollout.startedAt ?? (attempt?.open ? attempt.at : now);
  const outageMs = now.getTime() - Math.max(outage.since.getTime(), runsSince.getTime());
  return {
    ...rollout,
    outage: null,
    reason: null,
    unseenMs: Math.min(patienceMs, rollout.unseenMs + outageMs),
  };
}

/** The service could not be seen. */
export function unseen(rollout: Rollout, reason: Reason, now: Date): Rollout {
  const outage = outageAfter(rollout.outage, reason, now);
  return { ...rollout, outage, reason, dueAt: after(now, pauseAfter(outage.attempts)) };
}

/** Nothing to do yet, for a reason worth telling or none: when to look again. */
export function waiting(rollout: Rollout, because: Reason | null, now: Date): Rollout {
  if (rollout.status === 'awaiting_confirmation') {
    const waitedMs = now.getTime() - (rollout.startedAt ?? now).getTime();
    return { ...rollout, dueAt: after(now, confirmationPause(waitedMs)) };
  }
  if (!because) return { ...rollout, dueAt: after(now, UNCERTAIN_PAUSE_MS) };
  return {
    ...rollout,
    reason: because,
    busySince: rollout.busySince ?? now,
    dueAt: after(now, BUSY_PAUSE_MS),
  };
}

/** A start is about to be asked for. */
export function attempting(rollout: Rollout, before: Before, to: string, now: Date): Rollout {
  const count = (rollout.attempt?.count ?? 0) + 1;
  const attempt = { ...before, at: now, count, open: true };
  return { ...rollout, from: before.image, to, attempt, reason: null, busySince: null, unseenMs: 0 };
}

/** The start was accepted and made this revision. */
export function started(rollout: Rollout, revision: string): Rollout {
  const attempt = rollout.attempt && { ...rollout.attempt, open: false };
  const startedAt = attempt?.at ?? null;
  return { ...rollout, status: 'upgrading', revision, attempt, startedAt, outage: null, reason: null };
}

/** The start did not happen for sure; `counts`: it was refused, not merely out of reach. */
export function notStarted(rollout: Rollout, counts: boolean, now: Date): Rollout {
  const attempt = rollout.attempt && {
    ...rollout.attempt,
    open: false,
    count: rollout.attempt.count - (counts ? 0 : 1),
  };
  return { ...rollout, attempt, dueAt: after(now, UNCERTAIN_PAUSE_MS) };
}

/** Nothing more happens by itself. */
export function settled(rollout: Rollout, status: RolloutStatus, reason: Reason | null, now: Date): Rollout {
  if (status === 'awaiting_confirmation')
    return { ...rollout, status, dueAt: after(now, confirmationPause(0)) };
  return { ...rollout, status, reason, finishedAt: now };
}

function after(now: Date, ms: number): Date {
  return new Date(now.getTime() + ms);
}
