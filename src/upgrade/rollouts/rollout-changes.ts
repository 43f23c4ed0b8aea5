import { isBaking } from '../../domain/activity.js';
import type { Reason } from '../../domain/reasons.js';
import type { Rollout, Undoing } from '../../domain/rollout.js';
import { BUSY_PAUSE_MS, UNCERTAIN_PAUSE_MS, confirmationPause, outageAfter } from '../pauses.js';
import type { Before, End } from './move.js';

/** How long a rollout that has failed is watched, and how often one that bakes is looked at. */
const WATCHED_MS = 24 * 3_600_000;
const BAKING_PAUSE_MS = 30_000;

/**
 * The service was seen: an outage is over, and what it took of the service's time does not count, up to the patience there
 * is with Rancher. That time may run already where nobody knows what came of a start.
 */
export function seen(rollout: Rollout, now: Date, patienceMs: number): Rollout {
  const { outage, attempt } = rollout;
  if (!outage) return rollout;
  const runsSince = rollout.timedFrom ?? (attempt?.open ? attempt.at : now);
  const outageMs = Math.max(0, now.getTime() - Math.max(outage.since.getTime(), runsSince.getTime()));
  return {
    ...rollout,
    outage: null,
    reason: hasFailed(rollout) ? rollout.reason : null,
    unseenMs: Math.min(patienceMs, rollout.unseenMs + outageMs),
  };
}

/** The service could not be seen. */
export function unseen(rollout: Rollout, reason: Reason, now: Date): Rollout {
  const outage = outageAfter(rollout.outage, reason, now);
  const why = hasFailed(rollout) ? rollout.reason : reason;
  return { ...rollout, outage, reason: why, dueAt: outage.retryAt };
}

/** Nothing to do yet, for a reason worth telling or none: when to look again. */
export function waiting(rollout: Rollout, because: Reason | null, now: Date): Rollout {
  const soundSince = rollout.proof?.soundSince;
  if (soundSince && isBaking(rollout)) {
    return { ...rollout, dueAt: after(now, bakingPause(soundSince, rollout.bake, now)) };
  }
  if (rollout.status !== 'queued') return { ...rollout, dueAt: after(now, watchingPause(rollout, now)) };
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
  const attempt = { ...before, at: now, count, open: true, restoring: false };
  return { ...rollout, from: before.image, to, attempt, reason: null, busySince: null, unseenMs: 0 };
}

/** What was there before is about to be brought back: nobody knows yet what comes of it. */
export function restoring(rollout: Rollout, now: Date): Rollout {
  const { attempt } = rollout;
  if (!attempt) return rollout;
  return {
    ...rollout,
    attempt: { ...attempt, at: now, count: attempt.count + 1, open: true, restoring: true },
  };
}

/** Rancher has taken the order to bring it back. */
export function restored(rollout: Rollout): Rollout {
  return { ...rollout, attempt: rollout.attempt && { ...rollout.attempt, open: false }, outage: null };
}

/** The start was accepted and made this revision. */
export function started(rollout: Rollout, revision: string): Rollout {
  const attempt = rollout.attempt && { ...rollout.attempt, open: false };
  const startedAt = attempt?.at ?? null;
  return {
    ...rollout,
    status: 'upgrading',
    revision,
    attempt,
    startedAt,
    timedFrom: startedAt,
    outage: null,
    reason: null,
  };
}

/**
 * Somebody has confirmed it, or it has become well after its timeout: its time begins anew. What its containers have shown
 * before somebody looked at it again proves nothing.
 */
export function confirmed(rollout: Rollout, status: 'upgrading' | 'finishing', now: Date): Rollout {
  const fresh = { timedFrom: now, dueAt: now, unseenMs: 0, bakedMs: 0, reason: null, finishedAt: null };
  const proof = status === 'upgrading' ? null : rollout.proof;
  return { ...rollout, status, confirm: true, proof, ...fresh };
}

/** A rollback is about to be asked for. */
export function rollingBack(rollout: Rollout, undoing: Undoing): Rollout {
  const fresh = { unseenMs: 0, watchedUntil: null, outage: null, finishedAt: null };
  return { ...rollout, status: 'rolling_back', undoing, reason: undoing.because, ...fresh };
}

/**
 * The start, or what was to bring the old version back, did not happen for sure; `counts`: it was refused, not merely out
 * of reach; `inDoubt`: the one before it may have happened.
 */
export function notStarted(
  rollout: Rollout,
  { counts, inDoubt }: { readonly counts: boolean; readonly inDoubt: boolean },
  now: Date,
): Rollout {
  const attempt = rollout.attempt && {
    ...rollout.attempt,
    open: inDoubt,
    restoring: inDoubt && rollout.attempt.restoring,
    count: rollout.attempt.count - (counts ? 0 : 1),
  };
  return { ...rollout, attempt, dueAt: after(now, UNCERTAIN_PAUSE_MS) };
}

/** Nothing more happens by itself, unless it is watched on. */
export function settled(rollout: Rollout, end: End, now: Date): Rollout {
  const { status } = end;
  if (status === 'awaiting_confirmation') {
    return waiting({ ...rollout, status, timedFrom: now }, null, now);
  }
  const watchedUntil = end.watched ? after(now, WATCHED_MS) : null;
  const finishedAt = status === 'failed' ? (rollout.finishedAt ?? now) : now;
  const ended = { ...rollout, status, reason: end.reason, finishedAt, watchedUntil };
  return end.watched ? { ...ended, dueAt: after(now, watchingPause(ended, now)) } : ended;
}

/** Milliseconds between two looks at what may bake: none is missed at its end; after it, somebody else is at the service. */
function bakingPause(soundSince: Date, bake: number, now: Date): number {
  const leftMs = soundSince.getTime() + bake * 1000 - now.getTime();
  return leftMs > 0 ? Math.min(BAKING_PAUSE_MS, leftMs) : UNCERTAIN_PAUSE_MS;
}

/** Milliseconds between two looks at what waits for somebody; none is missed when the time to confirm is over. */
function watchingPause({ timedFrom, confirmWithin, status }: Rollout, now: Date): number {
  const waitedMs = now.getTime() - (timedFrom ?? now).getTime();
  const isLimited = status === 'awaiting_confirmation' && confirmWithin !== null;
  const leftMs = isLimited ? Math.max(1000, confirmWithin * 1000 - waitedMs) : Infinity;
  return Math.min(confirmationPause(waitedMs), leftMs);
}

/** Then its reason is the one it failed for, and is kept while it is watched. */
function hasFailed({ status }: Rollout): boolean {
  return status === 'failed';
}

function after(now: Date, ms: number): Date {
  return new Date(now.getTime() + ms);
}
