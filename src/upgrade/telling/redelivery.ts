import type { ErrorDetails } from '../../common/errors.js';
import type { OutboxItem } from '../../store/upgrade-store.js';

/** After a first failure; each further one doubles it. */
const FIRST_PAUSE_MS = 2000;
const LONGEST_PAUSE_MS = 5 * 60_000;

/** A notice that keeps failing holds up those behind it for so long; then they are tried without it. */
const HOLD_UP_MS = 10 * 60_000;
const GIVE_UP_MS = 24 * 3_600_000;

/** What becomes of a notice that could not be delivered; `holdUpUntil`: till when its whole channel waits, null: not. */
export interface Redelivery {
  readonly item: OutboxItem;
  readonly holdUpUntil: Date | null;
}

/** Chooses when a failed delivery is tried again, or that it is not: after a day, or at once where that is of no use. */
export function redelivery(item: OutboxItem, failure: ErrorDetails, now: Date): Redelivery {
  const attempts = item.attempts + 1;
  const ageMs = now.getTime() - item.createdAt.getTime();
  if (failure.permanent || ageMs >= GIVE_UP_MS) {
    return { item: { ...item, attempts, dueAt: null, outcome: 'given_up' }, holdUpUntil: null };
  }
  const pauseMs = Math.min(LONGEST_PAUSE_MS, FIRST_PAUSE_MS * 2 ** item.attempts);
  const dueAt = new Date(now.getTime() + Math.max(pauseMs, failure.retryAfterMs ?? 0));
  const holdsUp = ageMs < HOLD_UP_MS || failure.retryAfterMs !== undefined;
  return { item: { ...item, attempts, dueAt }, holdUpUntil: holdsUp ? dueAt : null };
}
