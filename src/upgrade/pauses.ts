import type { Reason } from '../domain/reasons.js';
import type { Outage } from '../domain/rollout.js';

/** Milliseconds between two looks at a service that cannot be upgraded just now. */
export const BUSY_PAUSE_MS = 5000;

/** Milliseconds until the look that tells what came of a start whose reply was lost. */
export const UNCERTAIN_PAUSE_MS = 2000;

/** The outage, one failure longer. */
export function outageAfter(outage: Outage | null, reason: Reason, now: Date): Outage {
  const attempts = (outage?.attempts ?? 0) + 1;
  const retryAt = new Date(now.getTime() + pauseAfter(attempts));
  return { since: outage?.since ?? now, attempts, reason, retryAt };
}

/** Milliseconds to wait after a number of failures in a row: 2 s, doubled each time, at most a minute. */
export function pauseAfter(failures: number): number {
  return Math.min(60_000, 1000 * 2 ** Math.max(1, Math.min(failures, 10)));
}

/** Milliseconds between two looks at a service that waits for somebody's confirmation: the longer it waits, the rarer. */
export function confirmationPause(waitedMs: number): number {
  return Math.min(600_000, Math.max(30_000, waitedMs / 10));
}
