import type { ErrorDetails } from '../../common/errors.js';
import type { OutboxItem } from '../../store/upgrade-store.js';

/** After a first failure; each further one doubles it. */
const FIRST_PAUSE_MS = 2000;
const LONGEST_PAUSE_MS = 5 * 60_000;

/** How long a notice that keeps failing holds up those behind it; then they are tried without it. */
const HOLD_UP_MS = 10 * 60_000;
const GIVE_UP_MS = 24 * 3_600_000;

/** What becomes of a notice that could not be delivered. */
export interface Redelivery {
  /** When it is tried again; null: it is given up. */
  readonly dueAt: Date | null;
  /** Till when its whole channel waits; null: not at all. */
  readonly holdUpUntil: Date | null;
}

/** Chooses when an item whose last attempt has failed is tried again. It is given up after a day, or at once where trying is of no use. */
export function redelivery(item: OutboxItem, failure: ErrorDetails, now: Date): Redelivery {
  const ageMs = now.getTime() - item.createdAt.getTime();
  if (failure.permanent || ageMs >= GIVE_UP_MS) return { dueAt: null, holdUpUntil: null };
  const pauseMs = Math.min(LONGEST_PAUSE_MS, FIRST_PAUSE_MS * 2 ** (item.attempts - 1));
  const dueAt = new Date(now.getTime() + Math.max(pauseMs, failure.retryAfterMs ?? 0));
  const holdsUp = ageMs < HOLD_UP_MS || failure.retryAfterMs !== undefined;
  return { dueAt, holdUpUntil: holdsUp ? dueAt : null };
}
