import type { ErrorDetails } from '../../common/errors.js';
import type { Notice } from '../../domain/notice.js';
import type { OutboxItem } from '../../store/upgrade-store.js';

/** After a first failure; each further one doubles it. */
const FIRST_PAUSE_MS = 2000;
const LONGEST_PAUSE_MS = 5 * 60_000;

const BACKLOG_MS = 3_600_000;
const GIVE_UP_MS = 24 * 3_600_000;

/** When a channel is tried again that has failed so many times in a row, the last time with this failure. */
export function retryAt(failures: number, failure: ErrorDetails, now: Date): Date {
  const pauseMs = Math.min(LONGEST_PAUSE_MS, FIRST_PAUSE_MS * 2 ** (failures - 1));
  return new Date(now.getTime() + Math.max(pauseMs, failure.retryAfterMs ?? 0));
}

/** Whether all that waits on a channel goes as one digest: its oldest item has waited for an hour. */
export function isBacklog(oldest: Pick<OutboxItem, 'createdAt'>, now: Date): boolean {
  return now.getTime() - oldest.createdAt.getTime() >= BACKLOG_MS;
}

/** Whether an item that has failed is given up: it is a day old. */
export function isTooOld({ createdAt }: Pick<OutboxItem, 'createdAt'>, now: Date): boolean {
  return now.getTime() - createdAt.getTime() >= GIVE_UP_MS;
}

/** The same notice with a quarter of its lines, the worst of them; the others are counted. Null: it has none. */
export function shortened(notice: Notice): Notice | null {
  const { length } = notice.lines;
  if (length === 0) return null;
  const lines = notice.lines.slice(0, Math.floor(length / 4));
  return { ...notice, lines, more: notice.more + length - lines.length };
}
